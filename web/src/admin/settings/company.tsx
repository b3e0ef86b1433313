// The company's own settings.
import type { JSX } from 'preact';
import { call } from '../../api/client';
import { loadCompany } from '../../api/company';
import { currentUser } from '../../api/session';
import type { Company } from '../../api/types.gen';
import { common } from '../../i18n';
import { Check, Field, FormError, useForm } from '../../ui/form';
import { useDraft } from '../../ui/draft';
import { useLoad } from '../../ui/load';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { refreshUser } from '../account/factor';
import { t } from '../texts';

const TEXTS = ['name', 'country', 'currency', 'zone'] as const;
const SWITCHES = ['phoneRequired', 'autoCreateLogin', 'codRequiresVerifiedPhone', 'requireSecondFactor'] as const;
const NUMBERS = ['recycleMonths', 'dailyMessages'] as const;
type Draft = Record<(typeof TEXTS)[number] | (typeof NUMBERS)[number] | 'hosts', string> & Record<(typeof SWITCHES)[number], boolean>;

function draftOf(c: Company): Draft {
  const d = Object.fromEntries([...TEXTS, ...SWITCHES].map((n) => [n, c[n]])) as unknown as Draft;
  return { ...d, hosts: c.hosts.join(', '), recycleMonths: String(c.recycleMonths), dailyMessages: String(c.dailyMessages) };
}

function changes(d: Draft, c: Company): Record<string, unknown> {
  const before = draftOf(c);
  const out: Record<string, unknown> = {};
  for (const n of [...TEXTS, ...SWITCHES]) if (d[n] !== before[n]) out[n] = d[n];
  for (const n of NUMBERS) if (d[n] !== before[n]) out[n] = /^\d+$/.test(d[n]) ? Number(d[n]) : d[n];
  if (d.hosts !== before.hosts) out['hosts'] = d.hosts.split(',').map((h) => h.trim()).filter(Boolean);
  return out;
}

function CompanyForm({ c, set }: { c: Company; set: (c: Company) => void }): JSX.Element {
  const { draft: d, set: change, theirs, before, save } = useDraft(c, draftOf, () => call('GET /api/companies/{id}', { path: { id: c.id } }));
  const form = useForm();
  const text = (n: Exclude<keyof Draft, (typeof SWITCHES)[number]>, hint?: string): JSX.Element => (
    <Field form={form} name={n} label={t(`company_${n}`)} value={d[n]} hint={theirs.includes(n) ? t('theirValue', { value: before[n] || '–' }) : hint} onValue={(v) => change({ [n]: v })}
      {...((NUMBERS as readonly string[]).includes(n) && { inputMode: 'numeric' as const })} />
  );
  return (
    <form class="card stack" noValidate onSubmit={form.submit(async () => {
      set(await save((known) => call('PUT /api/companies/{id}', { path: { id: c.id }, body: changes(d, known), ifMatch: known.version })));
      // Requiring a second factor begins with who requires it.
      await refreshUser();
      await loadCompany().catch(() => undefined);
      toast(t('saved'));
    })}>
      <div class="two">
        {text('name')}{text('hosts', t('hostsHint'))}{text('country')}{text('currency')}{text('zone')}
        {text('recycleMonths', t('recycleHint'))}{text('dailyMessages')}
      </div>
      {SWITCHES.map((n) => <Check key={n} label={t(`company_${n}`)} checked={d[n]} onChecked={(on) => change({ [n]: on })} />)}
      <FormError form={form} />
      <div class="actions"><button class="btn main" disabled={form.busy}>{common.t('save')}</button></div>
    </form>
  );
}

export function CompanySettings(): JSX.Element {
  const id = currentUser()?.companyId ?? '';
  const { data, error, reload, set } = useLoad((signal) => call('GET /api/companies/{id}', { path: { id }, signal }), [id]);
  return (
    <div class="stack medium">
      <h1>{t('settings')}</h1>
      {data ? <CompanyForm key={data.version} c={data} set={set} /> : error ? <Failed error={error} retry={reload} /> : <Loading />}
    </div>
  );
}
