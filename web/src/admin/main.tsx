// The back office: /admin.
import type { JSX } from 'preact';
import { may } from '../api/session';
import { place, to } from '../ui/route';
import { mount, Shell } from '../ui/shell';
import './admin.css';
import { AuditLog } from './audit';
import { CustomerList } from './customers/list';
import { CustomerProfile } from './customers/profile';
import { Dashboard } from './dashboard';
import { OrderList } from './orders/list';
import { ApiKeys } from './settings/keys';
import { CompanySettings } from './settings/company';
import { Messages } from './settings/messages';
import { Stores } from './settings/stores';
import { t } from './texts';
import { Users } from './users/list';
import { UserPage } from './users/user';

/** The places of the page; the first one that the user may see opens. */
const places: { name: string; title: () => string; may: () => boolean; show: (id?: string) => JSX.Element }[] = [
  { name: 'dashboard', title: () => t('dashboard'), may: () => may('EXPORT'), show: () => <Dashboard /> },
  { name: 'customers', title: () => t('customers'), may: () => may('READ_CUSTOMER'),
    show: (id) => (id ? <CustomerProfile key={id} id={id} /> : <CustomerList />) },
  { name: 'orders', title: () => t('orders'), may: () => may('READ_ORDER'), show: (id) => <OrderList id={id} /> },
  { name: 'users', title: () => t('users'), may: () => may('MANAGE_USERS'),
    show: (id) => (id ? <UserPage key={id} id={id} /> : <Users />) },
  { name: 'stores', title: () => t('stores'), may: () => may('MANAGE_COMPANY'), show: () => <Stores /> },
  { name: 'company', title: () => t('settings'), may: () => may('MANAGE_COMPANY'), show: () => <CompanySettings /> },
  { name: 'keys', title: () => t('apiKeys'), may: () => may('MANAGE_USERS'), show: () => <ApiKeys /> },
  { name: 'messages', title: () => t('messages'), may: () => may('MANAGE_COMPANY'), show: () => <Messages /> },
  { name: 'audit', title: () => t('audit'), may: () => may('READ_AUDIT'), show: () => <AuditLog /> },
];

function Page(): JSX.Element {
  const [name, id] = place.value.path;
  const open = places.filter((p) => p.may());
  const here = open.find((p) => p.name === name) ?? open[0];
  const nav = open.map((p) => (
    <a key={p.name} href={to(p.name)} aria-current={p === here ? 'page' : undefined}>{p.title()}</a>
  ));
  return (
    <Shell realm="staff" title={t('title')} nav={nav} roles={['SUPER_ADMIN', 'ADMIN', 'MANAGER']}>
      <main class="wide" id="content" tabIndex={-1}>{here?.show(here.name === name ? id : undefined)}</main>
    </Shell>
  );
}

void mount('staff', <Page />);
