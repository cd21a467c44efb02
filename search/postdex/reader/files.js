/* How do the files of a published index get here, each as it was written?

   The entry file names all others by their kind and the crc32 of what they hold, so none is read that is not what the
   entry means: one that was cut, a page that a host sends in place of a file, one of another export. What a file says is
   its readers' business; the format is docs/static-format.md. */

import { IndexFault, Unreachable } from "./errors.js";
import { Missing } from "./missing.js";

export const FORMAT = 1;
const ENTRY = "postdex.json";
const FOLDER = "data/";
/** Milliseconds before a request that failed is made again; after the last it is given up. */
const PAUSES = [250, 1000];
/** Milliseconds for which a download goes on that nobody waits for: who types asks for the same files again at once. */
const LEFT = 500;
/** Bytes that are kept; what the last searches used is kept in any case. */
const KEPT = 48_000_000;
/** So often a file may have been gzipped: by us, and by a host that gzips what is gzipped. */
const MOST_GZIPPED = 3;

/** @typedef {{first: string[], files: string}} Chunks first keys, and checks of 8 digits one after the other */
/** @typedef {{posts: number, files: string}} PostChunks so many posts a file, and checks */
/**
 * @typedef {{
 *   format: number, content: string, posts: number, terms: number, simplify: boolean, languages: string[], all_languages: string[],
 *   own_fields: import("./engine/read/own_columns.js").FieldStats[],
 *   averages: number[][], fields: number, suffix: string,
 *   files: {
 *     terms: Chunks, words: Chunks, keys: {bits: number, files: string}, values: Record<string, string>,
 *     orders: Record<string, string>, posts: PostChunks, titles: PostChunks, places: PostChunks, links: PostChunks,
 *     tables: Record<string, string>,
 *   },
 *   site: any, settings: any, parameters: Record<string, Record<string, any>>,
 * }} Entry
 */
/** @typedef {(address: string, options: {cache?: RequestCache, signal?: AbortSignal}) => Promise<Response>} Fetch */
/** @typedef {{promise: Promise<Uint8Array>, waiting: number, controller: AbortController}} Download */

/** A file is not what its name says, or not there: it may be that the site was published anew. */
class WrongFile extends Error {}

/**
 * Open the index that lies below an address.
 * @param {string} address ends with a slash
 * @param {{fetch?: Fetch, signal?: AbortSignal}} [options]
 * @returns {Promise<IndexFiles>}
 */
export async function openFiles(address, { fetch = (url, options) => globalThis.fetch(url, options), signal } = {}) {
  const files = new IndexFiles(address, fetch, await entryOf(address, fetch, "no-cache", signal));
  const early = files.early();
  // Nobody waits for these: whoever needs one will be told if it cannot be had.
  files.load(early).catch(() => {});
  return files;
}

/** The files of one published index, as far as they are here. */
export class IndexFiles {
  /**
   * @param {string} address
   * @param {Fetch} fetch
   * @param {Entry} entry
   */
  constructor(address, fetch, entry) {
    this.address = address;
    this.entry = entry;
    this._fetch = fetch;
    /** @type {Map<string, Uint8Array>} in the order of their last use */
    this._there = new Map();
    /** @type {Map<string, any>} */
    this._parsed = new Map();
    /** @type {Map<string, Download>} */
    this._coming = new Map();
    /** @type {Set<string>} what was used since files were last fetched */
    this._used = new Set();
    this._bytes = 0;
    /** @type {Set<string>} what was lacking since the entry is this one */
    this._asked = new Set();
    this._wasReplaced = false;
  }

  /** What is known of the whole. */
  get meta() {
    const { posts, terms, simplify, languages, all_languages, own_fields, averages, content } = this.entry;
    return { posts, terms, simplify, languages, all_languages, own_fields, averages, generation: content };
  }

  /**
   * Whether a file is here.
   * @param {string} name
   */
  has(name) {
    return this._there.has(name);
  }

  /**
   * Nothing, if all these files are here. Throws Missing with all that are not.
   * @param {Iterable<string>} names
   */
  need(names) {
    const missing = [...new Set(names)].filter(name => !this._there.has(name));
    if (missing.length) throw this._missing(missing);
  }

  /** @param {string[]} names */
  _missing(names) {
    for (const name of names) this._asked.add(name);
    return new Missing(names);
  }

  /**
   * The bytes of a file. Throws Missing.
   * @param {string} name
   * @returns {Uint8Array}
   */
  bytes(name) {
    const bytes = this._there.get(name);
    if (!bytes) throw this._missing([name]);
    if (!this._used.has(name)) {
      this._used.add(name);
      this._there.delete(name);
      this._there.set(name, bytes);
    }
    return bytes;
  }

  /**
   * What a file says, decoded once. Throws Missing.
   * @template Value
   * @param {string} name
   * @param {(bytes: Uint8Array) => Value} decode
   * @returns {Value}
   */
  parsed(name, decode) {
    const bytes = this.bytes(name);
    let value = this._parsed.get(name);
    if (value === undefined) this._parsed.set(name, value = decode(bytes));
    return value;
  }

  /**
   * What a file of JSON says. Throws Missing.
   * @param {string} name
   * @returns {any}
   */
  json(name) {
    return this.parsed(name, bytes => JSON.parse(textOf(bytes)));
  }

  /**
   * A table of text, as its writers gave it; null where the index has none. Throws Missing.
   * @param {string} name
   * @returns {any}
   */
  table(name) {
    const check = this.entry.files.tables[name];
    return check ? this.json(`table-${check}`) : null;
  }

  /**
   * The file with a post among those that have so many posts each, and the number of the post there.
   * @param {"posts" | "titles" | "places" | "links"} kind
   * @param {number} doc
   * @returns {[string, number]}
   */
  ofPost(kind, doc) {
    const { posts, files } = this.entry.files[kind];
    const number = Math.floor(doc / posts);
    return [`${kind}-${checkAt(files, number)}`, doc % posts];
  }

  /** The file that nearly every search needs, if it is one: the names of fragments, with the titles of a small site. */
  early() {
    const kinds = /** @type {const} */ (["posts", "titles"]);
    return kinds.filter(kind => this.entry.files[kind].files.length === 8).map(kind => this.ofPost(kind, 0)[0]);
  }

  /**
   * Fetch files, those that are not here yet. `replaced`: the site was published anew, `entry` is the new one, and what
   * was made of the former has to be made again; nothing was fetched then.
   * @param {Iterable<string>} names
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{replaced: boolean}>}
   */
  async load(names, { signal } = {}) {
    signal?.throwIfAborted();
    const missing = [...new Set(names)].filter(name => !this._there.has(name));
    this._makeRoom();
    const { content } = this.entry;
    const results = await Promise.allSettled(missing.map(name => this._waited(name, signal)));
    const failed = /** @type {PromiseRejectedResult | undefined} */ (
      results.find(result => result.status === "rejected" && !(result.reason instanceof WrongFile))
      ?? results.find(result => result.status === "rejected"));
    if (!failed) return { replaced: false };
    signal?.throwIfAborted();
    if (!(failed.reason instanceof WrongFile)) throw failed.reason;
    // Another search may have found that out meanwhile, or before this one asked for what the former entry named.
    const isFormer = this._wasReplaced && missing.some(name => !this._asked.has(name));
    if (this.entry.content !== content || isFormer) return { replaced: true };
    const entry = await this._entryAgain(content, failed.reason, signal);
    if (this.entry.content === content) {
      this.entry = entry;
      this._asked = new Set();
      this._wasReplaced = true;
    }
    return { replaced: true };
  }

  /**
   * The entry of the export that replaced this one. Throws an IndexFault if none has.
   * @param {string} content
   * @param {Error} reason
   * @param {AbortSignal} [signal]
   */
  async _entryAgain(content, reason, signal) {
    const entry = await entryOf(this.address, this._fetch, "reload", signal);
    if (entry.content !== content) return entry;
    throw new IndexFault(reason.message, "publish the whole export again, all files of it", { path: this.address });
  }

  /**
   * A file, once it is here; when the last who waited has given up, the download ends, if nobody begins to wait.
   * @param {string} name
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  async _waited(name, signal) {
    let download = this._coming.get(name);
    if (!download) {
      const controller = new AbortController();
      const promise = this._downloaded(name, controller.signal).finally(() => {
        if (this._coming.get(name) === download) this._coming.delete(name);
      });
      this._coming.set(name, download = { promise, waiting: 0, controller });
    }
    const shared = download;
    shared.waiting++;
    /** @type {() => void} */
    let giveUp = () => {};
    const given = new Promise((_, reject) => {
      giveUp = () => {
        if (!--shared.waiting) setTimeout(() => this._left(name, shared), LEFT);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
    });
    try {
      await Promise.race([shared.promise, given]);
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /**
   * End a download that nobody waits for.
   * @param {string} name
   * @param {Download} download
   */
  _left(name, download) {
    if (download.waiting || this._coming.get(name) !== download) return;
    this._coming.delete(name);
    download.controller.abort();
  }

  /**
   * Fetch a file and keep it. Throws WrongFile for what is not what its name says.
   * @param {string} name
   * @param {AbortSignal} signal
   * @returns {Promise<Uint8Array>}
   */
  async _downloaded(name, signal) {
    const address = `${this.address}${FOLDER}${name}${this.entry.suffix}`;
    const check = Number.parseInt(name.slice(-8), 16);
    /** @type {Uint8Array | null} */
    let content = null;
    // What is wrong in a browser's cache, or in one on the way, need not be wrong at the host.
    for (const cache of /** @type {RequestCache[]} */ (["default", "reload"])) {
      content = await unpacked(await fetched(address, this._fetch, cache, signal), check);
      if (content) break;
    }
    if (!content) throw new WrongFile(`${FOLDER}${name}${this.entry.suffix} is not as it was exported`);
    // Two downloads of one file may end: one that was left, and the next one.
    this._bytes += content.length - (this._there.get(name)?.length ?? 0);
    this._there.set(name, content);
    return content;
  }

  /** Forget what was not used for longest, if much is kept. */
  _makeRoom() {
    for (const [name, bytes] of this._there) {
      if (this._bytes <= KEPT || this._used.has(name)) break;
      this._there.delete(name);
      this._parsed.delete(name);
      this._bytes -= bytes.length;
    }
    this._used = new Set();
  }
}

/**
 * A check of a list of them.
 * @param {string} checks
 * @param {number} number
 */
export const checkAt = (checks, number) => checks.slice(8 * number, 8 * number + 8);

const decoder = new TextDecoder();

/**
 * UTF-8 as a text.
 * @param {Uint8Array} bytes
 */
export const textOf = bytes => decoder.decode(bytes);

/**
 * @param {string} address
 * @param {Fetch} fetch
 * @param {RequestCache} cache
 * @param {AbortSignal} [signal]
 * @returns {Promise<Entry>}
 */
async function entryOf(address, fetch, cache, signal) {
  const about = { path: address + ENTRY };
  /** @type {any} */
  let entry = null;
  try {
    entry = JSON.parse(textOf(await fetched(address + ENTRY, fetch, cache, signal)));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof WrongFile)) throw error;
  }
  if (!Number.isInteger(entry?.format) || !entry.files) {
    throw new IndexFault("there is no index here", "look whether the export was published there", about);
  }
  if (entry.format === FORMAT) return entry;
  const message = `the index has format ${entry.format}, and this page reads format ${FORMAT}`;
  throw new IndexFault(message, "load the page again; if that does not help, export the site again", about);
}

/**
 * The bytes that a host sends; a request that failed is made again. Throws WrongFile if there are none, Unreachable if
 * the host cannot be asked.
 * @param {string} address
 * @param {Fetch} fetch
 * @param {RequestCache} cache
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uint8Array>}
 */
async function fetched(address, fetch, cache, signal) {
  for (let attempt = 0; ; attempt++) {
    let after = 0, what = "the network";
    try {
      const response = await fetch(address, { cache, signal });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      what = `status ${response.status}`;
      if (response.status < 500 && response.status !== 429) throw new WrongFile(`${address} is not there (${what})`);
      after = 1000 * Number(response.headers.get("retry-after")) || 0;
    } catch (error) {
      if (error instanceof WrongFile || signal?.aborted) throw error;
    }
    if (attempt === PAUSES.length) throw new Unreachable(`the index cannot be fetched (${what})`, { after });
    await paused(Math.max(PAUSES[attempt], Math.min(after, 5000)), signal);
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 */
function paused(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/**
 * What a file holds, unpacked as often as it was packed, by us or by a host; null if that has not the check.
 * @param {Uint8Array} bytes
 * @param {number} check
 * @returns {Promise<Uint8Array | null>}
 */
async function unpacked(bytes, check) {
  for (let times = 0; ; times++) {
    if (crc32(bytes) === check) return bytes;
    if (times === MOST_GZIPPED || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return null;
    const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]).stream();
    try {
      const gunzipped = stream.pipeThrough(new DecompressionStream("gzip"));
      bytes = new Uint8Array(await new Response(gunzipped).arrayBuffer());
    } catch (error) {
      // Cut, or followed by something else. Any other error is one of ours.
      if (error instanceof TypeError) return null;
      throw error;
    }
  }
}

/** @type {Uint32Array | null} */
let remainders = null;

/**
 * The checksum of gzip, as a number of 32 bits.
 * @param {Uint8Array} bytes
 */
export function crc32(bytes) {
  if (!remainders) {
    remainders = new Uint32Array(256);
    for (let byte = 0; byte < 256; byte++) {
      let value = byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 0xedb88320 : value >>> 1;
      remainders[byte] = value;
    }
  }
  let check = -1;
  for (const byte of bytes) check = check >>> 8 ^ remainders[(check ^ byte) & 255];
  return ~check >>> 0;
}
