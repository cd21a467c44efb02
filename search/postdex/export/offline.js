/* Keeps a published index for when there is no network: a service worker.

   A page of the folder that this lies in takes it by

     navigator.serviceWorker.register("/postdex/offline.js");

   and a site whose pages all have a search box, by a file of its own at its root (`/offline.js`) that says

     self.postdexFolder = "/postdex/";
     importScripts("/postdex/offline.js");

   What was searched once is there again without a network, with the posts that were shown. Files of an index that are named
   by their content are kept as they are; all others are asked for anew while there is a network. */
"use strict";
(() => {

const FOLDER = new URL(globalThis.postdexFolder ?? "./", location.href).href;
const CACHE = `postdex ${FOLDER}`;
const NAMED_BY_CONTENT = /\/data\/[^/]+$/;

/** @param {Request} request */
async function answered(request) {
  const cache = await caches.open(CACHE);
  const { pathname } = new URL(request.url);
  const key = request.mode === "navigate" ? FOLDER : request;
  if (NAMED_BY_CONTENT.test(pathname)) {
    const kept = await cache.match(key);
    if (kept) return kept;
  }
  try {
    const response = await fetch(request);
    if (response.ok) {
      await cache.put(key, response.clone());
      if (pathname.endsWith("/postdex.json")) await forget(cache, await response.clone().text());
    }
    return response;
  } catch (error) {
    const kept = await cache.match(key, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

/** Drops the files that the new entry of the index does not name any more: their names are what they hold. */
async function forget(cache, entry) {
  for (const { url } of await cache.keys()) {
    const check = /-([0-9a-f]{8})(?:\.gz)?$/.exec(url);
    if (NAMED_BY_CONTENT.test(new URL(url).pathname) && check && !entry.includes(check[1])) await cache.delete(url);
  }
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(FOLDER)) event.respondWith(answered(event.request));
});

})();
