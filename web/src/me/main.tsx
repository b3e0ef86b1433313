// A customer's own page: /me.
import { mount, Shell } from '../ui/shell';
import { currentUser } from '../api/session';
import { common } from '../i18n';
import './me.css';
import { t } from './texts';

function Page() {
  return (
    <Shell realm="customer" title={t('title')} roles={['CUSTOMER']}>
      <main class="wide" tabIndex={-1}><h1>{common.t('signedInAs', { name: currentUser()?.name ?? '' })}</h1></main>
    </Shell>
  );
}

void mount('customer', <Page />);
