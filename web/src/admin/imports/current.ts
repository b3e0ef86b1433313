// The import that this page is at. It goes on while somebody looks at other
// places of the back office, and stops with the page or the session.
import { computed, effect, signal } from '@preact/signals';
import { onSignOut } from '../../api/session';
import { Run, type Plan, type Progress } from './run';

/** The file that was chosen and what is to be made of it. */
export const plan = signal<Plan | null>(null);
/** Of its dry run or import; null: neither was begun. */
export const progress = signal<Progress | null>(null);
/** Goes up whenever an import has made rows, or another one is over. */
export const changes = signal(0);
export const busy = computed(() => progress.value?.phase === 'running' || progress.value?.phase === 'waiting');
/** How far an import under way is, for who looks elsewhere. */
export const percent = computed(() => {
  const p = progress.value;
  return p && !p.dry && busy.value ? Math.floor(100 * p.bytes / (plan.value?.file.size || 1)) : null;
});

let run: Run | null = null;

export function choose(next: Plan | null): void {
  run?.stop();
  run = null;
  progress.value = null;
  plan.value = next;
  if (!next) changes.value++;
}

export function goOn(): void {
  const r = run;
  if (!r) return;
  void r.go().then(() => {
    if (!r.progress.dry) changes.value++;
  });
}

export function begin(dry: boolean): void {
  if (!plan.value) return;
  const r: Run = new Run(plan.value, dry, (p) => {
    if (run === r) progress.value = p;
  });
  run = r;
  progress.value = r.progress;
  goOn();
}

export const stop = (): void => run?.stop();

onSignOut(() => choose(null));
effect(() => {
  if (!busy.value) return;
  const ask = (e: BeforeUnloadEvent): void => e.preventDefault();
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
});
