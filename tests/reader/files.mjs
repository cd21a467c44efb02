// Fetches files of a published index from hosts that behave as they are told, for tests/test_reader_files.py: reads a
// scenario as JSON, writes what became of it.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const [reader, given] = process.argv.slice(2);
const { crc32, openFiles } = await import(pathToFileURL(`${reader}/files.js`));
const { Missing } = await import(pathToFileURL(`${reader}/missing.js`));
const { folders, acts = {}, steps } = JSON.parse(given);

let folder = folders[0];
/** @type {string[]} */
const requests = [];
/** @type {Record<string, number>} */
const counts = {};

/** The answer of a host: each address has its acts, one a request, the last for all that follow. */
async function fetch(address, { cache, signal }) {
  const name = address.replace("https://site.test/search/", "");
  const script = Object.entries(acts).find(([prefix]) => name.startsWith(prefix))?.[1] ?? ["ok"];
  const count = counts[name] = (counts[name] ?? 0) + 1;
  const act = script[Math.min(count, script.length) - 1];
  requests.push(`${name.replace(/-[0-9a-f]{8}/, "")} ${cache}`);
  if (act === "network") throw new TypeError("fetch failed");
  if (act === "hang") return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  if (act === "slow") await new Promise(resolve => realTimeout(resolve, 60));
  if (typeof act === "number") return new Response("no", { status: act, headers: { "retry-after": "0.01" } });
  const file = path.join(folder, name);
  if (act === "html") return new Response("<!doctype html><title>Not found</title>");
  if (!fs.existsSync(file)) return new Response("not found", { status: 404 });
  const content = fs.readFileSync(file);
  const acted = {
    cut: () => content.subarray(0, content.length - 9), empty: () => "", longer: () => Buffer.concat([content, content]),
    unpacked: () => gunzipSync(content), twice: () => gzipSync(content),
    format: () => JSON.stringify({ ...JSON.parse(content), format: 99 }),
  };
  return new Response(acted[act]?.() ?? content);
}

// Pauses are for people.
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (work, milliseconds) => realTimeout(work, milliseconds / 100);

const results = [];
/** @type {any} */
let files;
/** @type {Record<string, AbortController>} */
const controllers = {};
/** @type {Record<string, Promise<any>>} */
const begun = {};

const told = error => ({ error: error.name, message: error.message, hint: error.hint, files: error.files });

const work = {
  async open() {
    files = await openFiles("https://site.test/search/", { fetch });
    return files.meta;
  },
  load: ({ names, signal }) => files.load(names, { signal: controllers[signal]?.signal }),
  async begin({ key, names }) {
    controllers[key] = new AbortController();
    begun[key] = files.load(names, { signal: controllers[key].signal }).catch(told);
    await new Promise(resolve => realTimeout(resolve, 20));
  },
  wait: () => new Promise(resolve => realTimeout(resolve, 60)),
  abort: ({ key }) => controllers[key].abort(),
  end: ({ key }) => begun[key],
  publish() { folder = folders[1]; },
  need: ({ names }) => files.need(names) ?? "all there",
  checks: ({ names }) => names.map(name => crc32(files.bytes(name)).toString(16).padStart(8, "0")),
  entry: () => files.entry.content,
  early: () => files.early(),
};
for (const [name, options] of steps) {
  try {
    results.push(await work[name](options ?? {}) ?? null);
  } catch (error) {
    results.push(told(error));
  }
}
process.stdout.write(JSON.stringify({ results, requests, missing: new Missing(["a"]).name }) + "\n");
process.exit(0);
