// The app in flight mode: all of its files are kept at the first visit, and served from there.
// A new version is fetched beside the old one and takes over when no page of the app is open, so
// that nothing changes in the middle of a race.

importScripts("app_files.js"); // self.APP: {version, files}, by `kickcue export-app`

const KEPT = `kickcue-${self.APP.version}`;
const REPORTS = "kickcue-reports"; // pages that the app made itself
const STAY = [KEPT, REPORTS, "kickcue-memory"];
const here = (path) => new URL(path, self.registration.scope).href;

self.addEventListener("install", (event) => {
  const files = self.APP.files.map((path) => new Request(here(path), { cache: "reload" }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(files)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("kickcue-") && !STAY.includes(name)) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  for (const name of [KEPT, REPORTS]) {
    const found = await (await caches.open(name)).match(request, { ignoreSearch: true });
    if (found) return found;
  }
  return fetch(request);
}
