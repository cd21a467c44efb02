/* How does a page ask the reader? As it asks a service, in messages: an address with a query string, and a response.

   Beside the page in a worker, so that typing stays smooth, or in the page where no worker may be. A page says first
   `{open: address of the index}`, then `{id, path, languages}` for each request, and `{drop: id}` where it wants no answer
   any more. It gets `{id, status, type, body, after}`, and before it the same with `early` where titles of hits stand
   and their texts are still on the way. The search page is painted by a script of its own, which boxes need not load. */

import { PostdexError, Unreachable } from "./errors.js";
import { searchArguments, suggestArguments } from "./http/parameters.js";
import { document, suggestions, toDict } from "./output/wire.js";
import { openIndex } from "./reader.js";

const JSON_TYPE = "application/json";
const HTML_TYPE = "text/html; charset=utf-8";

/** @typedef {import("./reader.js").PublishedIndex} PublishedIndex */
/** @typedef {{painted: (site: any, query: string, languages: string) => {html: string, failed: boolean}, post: (site: any, post: any, languages: string) => string}} Painter */
/** @typedef {{status?: number, type?: string, body: string, after?: number}} Answer */
/** @typedef {(titles: boolean) => Answer} Work what answers, or answers as far as titles go */

/**
 * Answer what comes through a port.
 * @param {{postMessage: (message: any) => void, onmessage: ((event: any) => void) | null}} port
 */
export function serve(port) {
  /** @type {Map<number, AbortController>} */
  const flights = new Map();
  /** @type {Desk} */
  let desk;
  port.onmessage = async ({ data: { open, drop, id, path, languages } }) => {
    if (open) desk = new Desk(open);
    if (drop) flights.get(drop)?.abort();
    if (!id) return;
    const flight = new AbortController();
    flights.set(id, flight);
    // Whatever has come meanwhile is read first: it may take this back.
    await new Promise(resolve => setTimeout(resolve));
    const early = (/** @type {Answer} */ answer) => port.postMessage({ id, early: true, ...whole(answer) });
    const answer = await desk.answer(path, languages, flight.signal, early);
    if (!flight.signal.aborted) port.postMessage({ id, ...whole(answer) });
    flights.delete(id);
  };
}

/** @param {Answer} answer */
const whole = ({ status = 200, type = JSON_TYPE, body, after = 0 }) => ({ status, type, body, after });

/** What answers the requests for an index. */
class Desk {
  /** @type {Promise<PublishedIndex> | null} */
  #index = null;
  /** @type {Promise<Painter> | null} */
  #painter = null;
  #tries = 0;

  /** @param {string} address */
  constructor(address) {
    this.address = address;
    this.#opened().catch(() => {});
  }

  /**
   * The response to a request; an error as a service tells it.
   * @param {string} path
   * @param {string} languages
   * @param {AbortSignal} signal
   * @param {(answer: Answer) => void} early
   * @returns {Promise<Answer>}
   */
  async answer(path, languages, signal, early) {
    try {
      signal.throwIfAborted();
      const index = await this.#opened();
      const work = await this.#work(index, path, languages);
      return await index.answered(() => work(false), { signal, early: () => early(work(true)) });
    } catch (error) {
      // What is wrong with a file stays wrong: 503 would have it asked for again and again.
      if (error instanceof PostdexError) return { status: Math.min(error.status, 500), body: JSON.stringify(error.toDict()) };
      if (error instanceof Unreachable) return { status: 503, body: "{}", after: error.after / 1000 };
      const message = `internal error (${error instanceof Error ? error.name : "?"})`;
      if (!signal.aborted) console.error(error);
      return { status: 500, body: JSON.stringify({ error: { code: "internal", message, hint: "this is a bug of postdex" } }) };
    }
  }

  #opened() {
    const opening = this.#index ??= openIndex(this.address);
    // It is tried again by who asks next.
    opening.catch(() => { this.#index = null; });
    return opening;
  }

  /**
   * @param {PublishedIndex} index
   * @param {string} path
   * @param {string} languages
   * @returns {Promise<Work>}
   */
  async #work(index, path, languages) {
    const [, name, query = ""] = /** @type {string[]} */ (/^([^?]*)\??(.*)$/s.exec(path));
    if (name === "search") {
      const { query: text, given } = searchArguments(query);
      return titles => ({ body: JSON.stringify(toDict(index.search(text, given, { titles }))) });
    }
    if (name === "suggest") {
      const { q, limit } = suggestArguments(query);
      return () => ({ body: JSON.stringify(suggestions(q, index.suggest(q, { limit }))) });
    }
    if (name.startsWith("documents/")) {
      const named = decoded(name.slice("documents/".length));
      if (!languages) return () => ({ body: JSON.stringify(document(index.stored(named))) });
      const { post } = await this.#painting();
      return () => ({ type: HTML_TYPE, body: post(index, index.stored(named), languages) });
    }
    const { painted } = await this.#painting();
    return titles => {
      const { html, failed } = painted(titles ? titled(index) : index, query, languages);
      return { status: failed ? 400 : 200, type: HTML_TYPE, body: html };
    };
  }

  /** What paints the search page, beside this script. */
  #painting() {
    this.#painter ??= this.#loaded().catch(error => {
      this.#painter = null;
      throw new Unreachable(`painter.js cannot be had: ${error}`);
    });
    return this.#painter;
  }

  async #loaded() {
    const { modules } = await import(import.meta.url);
    // A browser remembers of an address that it could not be imported.
    const again = this.#tries++ ? `?${this.#tries}` : "";
    const { painter } = await import(new URL(`painter.js${again}`, this.address).href);
    return painter(modules);
  }
}

/** A path as an address has it; one that is no UTF-8 is that of no post. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * An index whose hits have titles and addresses only.
 * @param {PublishedIndex} index
 */
const titled = index => ({
  site: index.site, suggest: index.suggest.bind(index), counts: index.counts.bind(index),
  search: (/** @type {string} */ query, /** @type {Record<string, any>} */ given) => index.search(query, given, { titles: true }),
});

const scope = /** @type {any} */ (globalThis);
if (scope.DedicatedWorkerGlobalScope && scope instanceof scope.DedicatedWorkerGlobalScope) {
  serve(scope);
  scope.postMessage({ ready: true });
}
