// A native dialog: focus stays inside, Escape closes, focus goes back after.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { common } from '../i18n';

interface Props {
  title: string;
  /** Not given: nothing but its own content closes it. */
  onClose?: () => void;
  class?: string;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, class: className, children }: Props): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = ref.current;
    if (!d) return;
    const before = document.activeElement;
    d.showModal();
    d.querySelector<HTMLElement>('[autofocus], [data-first]')?.focus();
    return () => {
      d.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
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
