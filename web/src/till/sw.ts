// Service worker of /till. It keeps the page and its files (their names hold
// their hashes, so they never change), and answers with them when the network
// does not. It never touches the API: what is offline about sales is the page's.
export {};
declare const self: ServiceWorkerGlobalScope;

// tools/embed.py writes the hashed names in here, so that this file changes with them.
const FILES = ['/assets/till.js', '/assets/till.css', '/assets/icon.svg'];
const CACHE = `till ${FILES.join(' ')}`;
const PAGE = '/till';
const SLOW_MS = 2500;

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...FILES, PAGE]);
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('till ') && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

/** The page as the service has it now; the kept one when that takes too long. */
async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(PAGE);
  try {
    return await fetch(request, kept ? { signal: AbortSignal.timeout(SLOW_MS) } : {});
  } catch (e) {
    if (kept) return kept;
    throw e;
  }
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(page(event.request));
  else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
