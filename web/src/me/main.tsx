// A customer's own page: /me.
import type { JSX } from 'preact';
import { mount, Shell } from '../ui/shell';
import { place, to } from '../ui/route';
import './me.css';
import { ChangePassword, Devices } from '../ui/account';
import { Home } from './home';
import { Orders } from './orders';
import { t } from './texts';
import { Welcome } from './welcome';

const PLACES = ['home', 'orders', 'security'] as const;

const Security = (): JSX.Element =>
  <div class="stack"><h1>{t('security')}</h1><div class="sides"><ChangePassword /><Devices /></div></div>;

function Page(): JSX.Element {
  const where = PLACES.find((p) => p === place.value.path[0]) ?? 'home';
  const nav = PLACES.map((p) => (
    <a key={p} href={to(p)} aria-current={p === where ? 'page' : undefined}>{t(p)}</a>
  ));
  return (
    <Shell realm="customer" title={t('title')} roles={['CUSTOMER']} nav={nav} welcome={<Welcome />}>
      <main class="wide page" id="content" tabIndex={-1}>
        {where === 'orders' ? <Orders id={place.value.path[1]} /> : where === 'security' ? <Security /> : <Home />}
      </main>
    </Shell>
  );
}

void mount('customer', <Page />);
