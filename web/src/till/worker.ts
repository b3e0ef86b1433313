// The service worker of the till: keeps the page itself for when the network is
// gone. Only where the browser allows it (HTTPS, or this machine).

interface ScriptPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptPolicy;
}

export function keepWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  // The content policy takes script addresses only from the policy of this name.
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  const own = '/till-sw.js';
  const policy = types?.createPolicy('clientele', {
    createScriptURL: (url) => {
      if (url !== own) throw new TypeError(`no script of ours: ${url}`);
      return url;
    },
  });
  navigator.serviceWorker.register(policy ? policy.createScriptURL(own) : own, { scope: '/till' }).catch(() => undefined);
}
