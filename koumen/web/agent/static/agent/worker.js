// The service worker of the agent app. Before it the server writes: const APP = { build, files }.
// Each build has a cache of its own; a new build waits until no page of the old one is open, or the agent asks for it.

const CACHE = `koumen-agent-${APP.build}`;
const SHELL = "/agent/app/";
const PATIENCE_MS = 2500; // a signal of one bar is no signal

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...APP.files, SHELL])));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("koumen-agent-") && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

const kept = async (address) => (await caches.open(CACHE)).match(address);

function soon(request) {
  const limit = new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE_MS));
  return Promise.race([fetch(request), limit]);
}

// The frame and its program must be of one build: a newer frame waits for its worker.
async function shell(request) {
  try {
    const fresh = await soon(request);
    if (fresh.ok && fresh.headers.get("Koumen-Build") === APP.build) {
      await (await caches.open(CACHE)).put(SHELL, fresh.clone());
      return fresh;
    }
  } catch {
    // no signal: what is kept
  }
  return (await kept(SHELL)) ?? fetch(request);
}

// A page that needs a signal: without one the app opens instead.
async function page(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const instead = await kept(SHELL);
    if (instead) return instead;
    throw fault;
  }
}

async function file(request, path) {
  if (path.includes("/agent/")) return (await kept(path)) ?? fetch(request);
  try {
    return await fetch(request); // shared with pages that need a signal, and may be newer than this app
  } catch (fault) {
    const known = await kept(path);
    if (known) return known;
    throw fault;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (APP.files.includes(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (request.mode === "navigate" && url.pathname === SHELL) event.respondWith(shell(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
