/* How does a page search a published index? The door of the reader.

   What answers is written as the library is, one thing after the other; where it needs a file that is not there it throws
   `Missing`. Here that is caught, all the files are fetched at once, and the answer is begun again. */

import { answer, post } from "./answering.js";
import { Snapshot } from "./engine/read/snapshot.js";
import { IndexFault, Unreachable } from "./errors.js";
import { crc32, openFiles } from "./files.js";
import { dayIn } from "./formats/periods.js";
import { Missing } from "./missing.js";
import { constantsOf, setParameters } from "./parameters.js";
import { complete } from "./query/similar.js";
import { searchRequest } from "./request.js";
import { fetchSecond, SECOND } from "./second_script.js";
import { setStemmer } from "./text/stemming.js";
import { setTables } from "./text/tables.js";
import { withOrigin } from "./web_address.js";

/** So often an answer is begun again before something must be wrong. */
const MOST_ROUNDS = 100;

const REQUEST = constantsOf("request");

/** How many scripts of languages could not be had. */
let failures = 0;

/** @typedef {{fetch?: typeof fetch, signal?: AbortSignal, today?: () => number}} Opening `today` for tests: days from 1970 on */

/**
 * Open the index that was published below an address, which ends with "/".
 * @param {string} address
 * @param {Opening} [how]
 */
export async function openIndex(address, how = {}) {
  const index = new PublishedIndex(address, await openFiles(address, how), how);
  await index.begin(how.signal);
  return index;
}

/** A published index; what throws `Missing` runs in `answered`. */
export class PublishedIndex {
  #address;
  #files;
  #today;
  /** @type {any} */
  #reader;
  /** @type {any} */
  #state;
  /** @type {any} the entry that the reader was made of */
  #entry;

  /**
   * @param {string} address
   * @param {any} files
   * @param {Opening} how
   */
  constructor(address, files, { today }) {
    this.#address = address;
    this.#files = files;
    this.#today = today || (() => dayIn(this.#files.entry.settings.timezone));
  }

  /**
   * Begin with what the entry file says by now.
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  async begin(signal) {
    const { entry } = this.#files, { parameters, stemmers = {} } = entry;
    // The joined script says which constants it reckons with: one that is lacking would be no number, silently.
    const { names } = await import(import.meta.url);
    if (names && markOf(parameters) !== names) {
      const hint = "load the page again, in a few minutes if that does not help";
      throw new IndexFault("the index was published by another version than this script", hint, { code: "replaced" });
    }
    await Promise.all(Object.entries(stemmers).map(([language, name]) => this.#learn(language, name)));
    signal?.throwIfAborted();
    // The site was published once more meanwhile.
    if (entry !== this.#files.entry) return this.begin(signal);
    // All at once: nobody is answered from parts of two exports.
    setParameters(parameters);
    setTables((/** @type {string} */ name) => this.#files.table(name));
    this.#entry = entry;
    this.#reader = new Snapshot(this.#files);
    const { generation, posts, sites } = this.#reader.stats();
    this.#state = { generation, posts, fresh: null, changed_files: 0, sites };
  }

  /** @param {string} language
   * @param {string} name
   */
  async #learn(language, name) {
    // A browser remembers of an address that it could not be imported.
    const again = failures ? `?${failures}` : "";
    try {
      setStemmer(language, await import(new URL(name + again, this.#address).href));
    } catch (error) {
      failures++;
      throw new Unreachable(`${name} cannot be had: ${error}`);
    }
  }

  /** What the site is called, where it is, and what its owner says of its page. */
  get site() {
    return this.#files.entry.site;
  }

  /**
   * The results of a search; `given` are arguments of `Index.search` by their names. With `titles` no text of a post is
   * needed, and hits have their titles and addresses only. Raises QueryError, Missing.
   * @param {string} query
   * @param {Record<string, any>} [given]
   * @param {{titles?: boolean}} [how]
   */
  search(query, given = {}, { titles = false } = {}) {
    const started = performance.now();
    const { settings, site } = this.#files.entry;
    const request = searchRequest(query, given);
    return withOrigin(answer(request, this.#reader, this.#state, settings, this.#today, started, titles), site.origin);
  }

  /** All facets over all posts. Raises Missing. */
  counts() {
    return this.search("", { limit: 0, facets: [...REQUEST.FACETS, REQUEST.NAMED_FIELDS] }).facets;
  }

  /**
   * The words that the last word of a text may become. Raises Missing.
   * @param {string} text
   * @param {{limit?: number}} [how]
   */
  suggest(text, { limit = 10 } = {}) {
    return complete(this.#reader, text, searchRequest("", { limit }).limit);
  }

  /**
   * A stored post. Raises NotFoundError, Missing.
   * @param {string} path
   */
  stored(path) {
    return post(this.#reader, path);
  }

  /**
   * What `work` gives once all is there that it needs. `early`, which needs less, is called as soon as it can be, if that
   * is before.
   * @template T
   * @param {() => T} work
   * @param {{signal?: AbortSignal, early?: (() => unknown) | null}} [how]
   * @returns {Promise<T>}
   */
  async answered(work, { signal, early } = {}) {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      signal?.throwIfAborted();
      // Another search may have found a new entry, and been dropped before it began with it.
      if (this.#entry !== this.#files.entry) await this.begin(signal);
      const [answer, missing] = tried(work);
      if (!missing) return /** @type {T} */ (answer);
      const fetching = this.#fetch(missing, signal);
      // What it fails with is told below, once.
      fetching.catch(() => {});
      while (early) {
        const [, others] = tried(early);
        if (!others) early = null;
        else if (others.every(name => missing.includes(name))) break;
        else await this.#fetch(others, signal);
        signal?.throwIfAborted();
      }
      await fetching;
    }
    throw new IndexFault("the index asks for more files than it should", "load the page again", { code: "damaged_index" });
  }

  /** @param {string[]} names
   * @param {AbortSignal} [signal]
   */
  async #fetch(names, signal) {
    const files = names.filter(name => name !== SECOND);
    await Promise.all([
      this.#files.load(files, { signal }), files.length < names.length ? fetchSecond(this.#address) : null,
    ]);
    if (this.#entry !== this.#files.entry) await this.begin(signal);
  }
}

/** The mark of the names of constants (`postdex.export.parameters.mark_of_names`).
 * @param {Record<string, Record<string, any>>} parameters
 */
function markOf(parameters) {
  const names = Object.entries(parameters).flatMap(([module, constants]) => Object.keys(constants).map(name => `${module}.${name}`));
  return crc32(new TextEncoder().encode(names.sort().join())).toString(16).padStart(8, "0");
}

/** What a function gives, or the files that it lacks.
 * @template T
 * @param {() => T} work
 * @returns {[T, null] | [null, string[]]}
 */
function tried(work) {
  try {
    return [work(), null];
  } catch (error) {
    if (error instanceof Missing) return [null, error.files];
    throw error;
  }
}
