// A native dialog: focus stays inside, Escape closes, focus goes back after.
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { common } from '../i18n';

interface Props {
  title: string;
  /** Not given: nothing but its own content closes it. */
  onClose?: () => void;
  class?: string;
  /** Id of what has the focus afterwards; else what had it before. */
  returnTo?: string;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, class: className, returnTo, children }: Props): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // At once, not after the next frame: a key pressed until then is meant for it.
  useLayoutEffect(() => {
    const d = ref.current;
    if (!d) return;
    const before = document.activeElement;
    d.showModal();
    d.querySelector<HTMLElement>('[autofocus], [data-first]')?.focus();
    return () => {
      d.close();
      const back = returnTo ? document.getElementById(returnTo) : before;
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, []);
  return (
    <dialog ref={ref} class={className} aria-labelledby={id} onCancel={(e) => {
      e.preventDefault();
      onClose?.();
    }}>
      <div class="head">
        <h2 id={id}>{title}</h2>
        {onClose && <button type="button" class="btn plain" aria-label={common.t('close')} onClick={onClose}>✕</button>}
      </div>
      <div class="body">{children}</div>
    </dialog>
  );
}
