// Nobody has it: registered in place with what was typed, or sold to as a walk-in.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, asApiError } from '../api/error';
import { may } from '../api/session';
import { common } from '../i18n';
import { Field, FormError, useForm } from '../ui/form';
import { online } from './online';
import { register, walkIn } from './person';
import type { Person } from './state';
import { t } from './texts';

interface Props {
  name: string;
  phone: string;
  onDone: (p: Person) => void;
  onCancel: () => void;
}

export function RegisterForm({ name: firstName, phone: firstPhone, onDone, onCancel }: Props): JSX.Element {
  const form = useForm();
  const [name, setName] = useState(firstName);
  const [phone, setPhone] = useState(firstPhone);
  const [existing, setExisting] = useState<{ id: string; name: string } | null>(null);
  const send = async (): Promise<void> => {
    setExisting(null);
    // Offline nobody else checks this.
    const fields: Record<string, string> = {};
    if (!name.trim()) fields['name'] = t('nameNeeded');
    if (!phone.trim()) fields['phone'] = t('phoneNeeded');
    if (Object.keys(fields).length) throw new ApiError(400, 'invalid', '', fields);
    try {
      onDone(await register(name, phone));
    } catch (e) {
      const there = asApiError(e).answer['existing'] as { id: string; name: string } | undefined;
      if (there) setExisting(there);
      throw e;
    }
  };
  return (
    <section class="who" aria-label={t('register')}>
      <form class="card stack" noValidate onSubmit={form.submit(send)} onKeyDown={(e) => {
        if (e.key === 'Escape') onCancel();
      }}>
        <h2>{t('register')}</h2>
        {!online.value && <p class="note warn small">{t('registersLater')}</p>}
        <Field form={form} name="name" label={common.t('name')} value={name} onValue={setName} maxLength={200} autocomplete="off"
          autofocus={!firstName} />
        <Field form={form} name="phone" label={common.t('phone')} value={phone} onValue={setPhone} maxLength={100} inputMode="tel"
          autocomplete="off" autofocus={!!firstName} />
        {existing && (
          <p class="row">
            <button type="button" class="btn" onClick={() => onDone({ ...existing, registration: null, phone, points: null })}>
              {t('takeExisting', { name: existing.name })}
            </button>
          </p>
        )}
        <FormError form={form} />
        <div class="actions">
          <button type="button" class="btn plain" onClick={onCancel}>{common.t('cancel')} <kbd>Esc</kbd></button>
          <button type="button" class="btn" onClick={() => onDone(walkIn(name, phone))}>{t('asWalkIn')}</button>
          {may('CREATE_CUSTOMER') && <button class="btn main" disabled={form.busy}>{t('register')} <kbd>Enter</kbd></button>}
        </div>
      </form>
    </section>
  );
}
