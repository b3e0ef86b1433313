// Forms: fields with their label, hint and error, and what sending one does.
//   const form = useForm();
//   <form onSubmit={form.submit(async () => { await call(…); close(); })}>
//     <Field form={form} name="phone" label={t('phone')} value={phone} onValue={setPhone} />
//     <FormError form={form} /> <button class="btn main" disabled={form.busy}>
// An error that the API gives for a field shows at that field and takes the
// focus there; any other shows where FormError stands.
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { asApiError, isAbort, type ApiError } from '../api/error';
import { common } from '../i18n';

export interface Form {
  busy: boolean;
  error: ApiError | null;
  fields: Record<string, string>;
  submit: (work: () => Promise<void>) => (e: Event) => void;
  /** Says something at a field, or everywhere with null. */
  set: (error: ApiError | null) => void;
  known: Set<string>;
}

/** What went wrong, in the reader's language where there is a text for it. */
export function errorText(e: ApiError): string {
  return common.tOr(`error_${e.code}`, e.message);
}

export function useForm(): Form {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const known = useRef(new Set<string>()).current;
  return {
    busy,
    error,
    fields: error?.fields ?? {},
    known,
    set: setError,
    submit: (work) => (event) => {
      event.preventDefault();
      if (busy) return;
      const at = event.currentTarget instanceof HTMLElement ? event.currentTarget : null;
      setBusy(true);
      setError(null);
      work().catch((e: unknown) => {
        if (isAbort(e)) return;
        setError(asApiError(e));
        requestAnimationFrame(() => at?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      }).finally(() => setBusy(false));
    },
  };
}

/** What no field shows: the error itself, and fields that this form does not have. */
export function FormError({ form }: { form: Form }): JSX.Element {
  const e = form.error;
  const others = e ? Object.entries(e.fields).filter(([name]) => !form.known.has(name)) : [];
  const shown = e && (others.length > 0 || Object.keys(e.fields).length === 0);
  return (
    <div role="alert">
      {shown && (
        <p class="note bad">
          {errorText(e)}
          {others.map(([name, text]) => <span key={name}><br />{name}: {text}</span>)}
        </p>
      )}
    </div>
  );
}

type InputProps = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'form' | 'label' | 'value' | 'onInput' | 'name'>;
interface FieldProps extends InputProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  form?: Form;
  /** Of the API, so that its errors find the field. */
  name?: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  optional?: boolean;
  /** A text area of so many lines. */
  lines?: number;
}

export function Field({ label, value, onValue, form, name, hint, error, optional, lines, ...rest }: FieldProps): JSX.Element {
  const id = useId();
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  // An element that comes later than the page does not heed autofocus by itself.
  useLayoutEffect(() => {
    if (rest.autofocus) input.current?.focus();
  }, []);
  if (form && name) form.known.add(name);
  const wrong = error ?? (name ? form?.fields[name] : undefined);
  const shared = {
    id,
    name,
    value,
    ref: input,
    'aria-invalid': wrong ? true : undefined,
    'aria-describedby': [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined,
    onInput: (e: { currentTarget: { value: string } }) => onValue(e.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}{optional && <span class="optional"> · {common.t('optional')}</span>}</label>
      {lines
        ? <textarea {...shared} rows={lines} maxLength={rest.maxLength} />
        : <input type="text" {...rest} {...shared} />}
      {hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
      {wrong && <span class="wrong" id={`${id}-wrong`}>{wrong}</span>}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
  form?: Form;
  name?: string;
  disabled?: boolean;
}

export function Select({ label, value, onValue, options, form, name, disabled }: SelectProps): JSX.Element {
  const id = useId();
  if (form && name) form.known.add(name);
  const wrong = name ? form?.fields[name] : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined} onChange={(e) => onValue(e.currentTarget.value)}>
        {options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}
      </select>
      {wrong && <span class="wrong" id={`${id}-wrong`}>{wrong}</span>}
    </div>
  );
}

export function Check({ label, checked, onChecked, disabled }:
{ label: string; checked: boolean; onChecked: (on: boolean) => void; disabled?: boolean }): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onChecked(e.currentTarget.checked)} />
      {label}
    </label>
  );
}
