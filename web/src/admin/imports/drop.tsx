// Where a file is dropped or chosen.
import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface Props {
  id: string;
  label: string;
  disabled?: boolean;
  onFile: (file: File) => void;
  children?: ComponentChildren;
}

export function Drop({ id, label, disabled = false, onFile, children }: Props): JSX.Element {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file && !disabled) onFile(file);
    if (input.current) input.current.value = ''; // the same file can be chosen again
  };
  return (
    <div class={over ? 'card drop over' : 'card drop'}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        take(e.dataTransfer?.files);
      }}>
      <label for={id}>{label}</label>
      <input ref={input} id={id} type="file" disabled={disabled} accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv" onChange={(e) => take(e.currentTarget.files)} />
      {children}
    </div>
  );
}
