// A link that lets somebody set a password, shown this once.
import type { JSX } from 'preact';
import { dateTime } from '../../i18n/time';
import { toast } from '../../ui/toast';
import { t } from '../texts';

export function OneTimeLink({ link }: { link: { url: string; expiresAt: string } }): JSX.Element {
  return (
    <div class="stack">
      <p>{t('linkOnce', { until: dateTime(link.expiresAt) })}</p>
      <p class="note mono break">{link.url}</p>
      <div class="actions">
        <button type="button" class="btn main" autofocus onClick={() => {
          void navigator.clipboard.writeText(link.url).then(() => toast(t('copied')));
        }}>{t('copy')}</button>
      </div>
    </div>
  );
}
