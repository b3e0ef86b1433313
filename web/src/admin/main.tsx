// The back office: /admin.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { currentUser, may, session } from '../api/session';
import { go, place, to } from '../ui/route';
import { mount, Shell } from '../ui/shell';
import { toastError } from '../ui/toast';
import { Account } from './account/account';
import { refreshUser } from './account/factor';
import './admin.css';
import { AuditLog } from './audit';
import { CustomerList } from './customers/list';
import { CustomerProfile } from './customers/profile';
import { Dashboard } from './dashboard';
import { percent } from './imports/current';
import { Imports } from './imports/page';
import { OrderList } from './orders/list';
import { ApiKeys } from './settings/keys';
import { CompanySettings } from './settings/company';
import { Messages } from './settings/messages';
import { Stores } from './settings/stores';
import { Webhooks } from './settings/webhooks';
import { t } from './texts';
import { Users } from './users/list';
import { UserPage } from './users/user';

interface Place {
  name: string;
  title: () => string;
  may: () => boolean;
  show: (id?: string) => JSX.Element;
}

/** The places of the page; the first one that the user may see opens. */
const places: Place[] = [
  { name: 'dashboard', title: () => t('dashboard'), may: () => may('EXPORT'), show: () => <Dashboard /> },
  { name: 'customers', title: () => t('customers'), may: () => may('READ_CUSTOMER'),
    show: (id) => (id ? <CustomerProfile key={id} id={id} /> : <CustomerList />) },
  { name: 'orders', title: () => t('orders'), may: () => may('READ_ORDER'), show: (id) => <OrderList id={id} /> },
  { name: 'users', title: () => t('users'), may: () => may('MANAGE_USERS'),
    show: (id) => (id ? <UserPage key={id} id={id} /> : <Users />) },
  { name: 'stores', title: () => t('stores'), may: () => may('MANAGE_COMPANY'), show: () => <Stores /> },
  { name: 'company', title: () => t('settings'), may: () => may('MANAGE_COMPANY'), show: () => <CompanySettings /> },
  { name: 'keys', title: () => t('apiKeys'), may: () => may('MANAGE_USERS'), show: () => <ApiKeys /> },
  { name: 'imports', title: () => (percent.value === null ? t('imports') : `${t('imports')} ${percent.value} %`), may: () => may('MANAGE_COMPANY'), show: () => <Imports /> },
  { name: 'messages', title: () => t('messages'), may: () => may('MANAGE_COMPANY'), show: () => <Messages /> },
  { name: 'webhooks', title: () => t('webhooks'), may: () => may('MANAGE_COMPANY'), show: () => <Webhooks /> },
  { name: 'audit', title: () => t('audit'), may: () => may('READ_AUDIT'), show: () => <AuditLog /> },
];

const OFFICE = ['SUPER_ADMIN', 'ADMIN', 'MANAGER'];
/** One's own login is a matter of all staff, whatever else their role may do here. */
const account: Place = { name: 'account', title: () => t('myAccount'), may: () => true, show: () => <Account /> };

function Page(): JSX.Element {
  const [name, id] = place.value.path;
  const s = session.value;
  const userId = s.status === 'in' ? s.user.id : null;
  useEffect(() => {
    // What was kept at sign-in may be of yesterday.
    if (userId) refreshUser().catch(toastError);
  }, [userId]);
  const waits = currentUser()?.secondFactor === 'REQUIRED';
  useEffect(() => {
    // Stays there when the way is free again: recovery codes are shown this once.
    if (waits && name !== 'account') go(to('account'), { replace: true });
  }, [waits, name]);
  const open = waits ? [] : places.filter((p) => p.may());
  const here = (name === 'account' ? account : open.find((p) => p.name === name) ?? open[0]) ?? account;
  const closed = !waits && places.some((p) => p.name === name && !p.may());
  useEffect(() => {
    // The bar is longer than a phone is wide.
    document.querySelector('.bar nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [here.name, userId]);
  const role = currentUser()?.role ?? '';
  const nav = [...(OFFICE.includes(role) ? open : []), account].map((p) => (
    <a key={p.name} href={to(p.name)} aria-current={p === here && !closed ? 'page' : undefined}>{p.title()}</a>
  ));
  return (
    <Shell realm="staff" title={t('title')} place={closed ? undefined : here.title()} nav={nav} roles={here === account ? [...OFFICE, 'CASHIER', 'STAFF', 'DELIVERY'] : OFFICE}>
      <main class="wide" id="content" tabIndex={-1}>
        {closed ? <p class="note warn">{t('placeClosed')}</p> : here.show(here.name === name ? id : undefined)}
      </main>
    </Shell>
  );
}

void mount('staff', <Page />);
