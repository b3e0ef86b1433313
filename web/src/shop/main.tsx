// A sample checkout over the API, as any web shop may do it: /shop. Guests and
// customers order; the shop confirms the prices and takes the money.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { session } from '../api/session';
import { mount, Shell } from '../ui/shell';
import { Articles, type Cart } from './articles';
import { CheckoutForm } from './checkout';
import { Done, type Placed } from './done';
import './shop.css';
import { t } from './texts';

function Shop(): JSX.Element {
  const [cart, setCart] = useState<Cart>({});
  const [placed, setPlaced] = useState<Placed | null>(null);
  const customer = session.value.status === 'in';
  if (placed) {
    return <Done placed={placed} again={() => {
      setPlaced(null);
      setCart({});
    }} />;
  }
  return (
    <div class="stack">
      <h1>{t('title')}</h1>
      <p class="note">{t('sample')} {!customer && <a href="/me">{t('haveAccount')}</a>}</p>
      <div class="sides">
        <Articles cart={cart} set={setCart} />
        <CheckoutForm key={String(customer)} customer={customer} cart={cart} onPlaced={setPlaced} />
      </div>
    </div>
  );
}

void mount('customer', (
  <Shell realm="customer" title={t('title')} roles={['CUSTOMER']} welcome={<Shop />}>
    <main class="wide page" id="content" tabIndex={-1}><Shop /></main>
  </Shell>
));
