// What an authenticator app does with a secret (RFC 6238).
import { createHmac } from 'node:crypto';

export function base32(text) {
  const bits = [...text].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}
export const stepNow = () => Math.floor(Date.now() / 30000);

/** What the app shows, so many steps from now. */
export function code(secret, off = 0, step = stepNow()) {
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(step + off));
  const mac = createHmac('sha1', base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
