// A customer's own page: /me.
import type { JSX } from 'preact';
import { mount, Shell } from '../ui/shell';
import { place, to } from '../ui/route';
import './me.css';
import { Home } from './home';
import { Orders } from './orders';
import { t } from './texts';
import { Welcome } from './welcome';

function Page(): JSX.Element {
  const where = place.value.path[0] === 'orders' ? 'orders' : 'home';
  const nav = (['home', 'orders'] as const).map((p) => (
    <a key={p} href={to(p)} aria-current={p === where ? 'page' : undefined}>{t(p)}</a>
  ));
  return (
    <Shell realm="customer" title={t('title')} roles={['CUSTOMER']} nav={nav} welcome={<Welcome />}>
      <main class="wide page" id="content" tabIndex={-1}>
        {where === 'orders' ? <Orders id={place.value.path[1]} /> : <Home />}
      </main>
    </Shell>
  );
}

void mount('customer', <Page />);
