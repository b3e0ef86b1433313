// The till: /till.
import { mount, Shell, STAFF } from '../ui/shell';
import { currentUser } from '../api/session';
import { common } from '../i18n';
import './till.css';
import { t } from './texts';

function Page() {
  return (
    <Shell realm="staff" title={t('title')} roles={STAFF}>
      <main class="wide" tabIndex={-1}><h1>{common.t('signedInAs', { name: currentUser()?.name ?? '' })}</h1></main>
    </Shell>
  );
}

void mount('staff', <Page />);
