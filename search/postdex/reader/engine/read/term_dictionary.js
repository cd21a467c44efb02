/* Which terms does an index have: spelled so, with a prefix, matching a pattern, or within an edit distance? Twin of
   postdex_index/engine/embedded/read/term_dictionary.py.

   Here terms have no numbers: they are their texts. Chunks of terms, in the order of their keys, have the posting lists;
   files of words have the word forms alone, with how many posts have each, for all that looks at many of them. */

import { checkAt } from "../../files.js";
import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { wordsNear } from "../../text/edit_distance.js";
import { wildcard } from "../../text/globs.js";
import { ByteReader, KeyReader } from "../static/encoding.js";
import { StoredList } from "./stored_postings.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {{stem: string, form: number, posts: number}} Lead a word form stands in the list of a stem, in so many posts */
/** @typedef {{text: string, list: StoredList | null, leads: Lead[]}} TermEntry `list` is its own, if it is a stem */
/** @typedef {{term: string, posts: number, shown: string}} IndexedForm */

const C = constantsOf("engine.embedded.read.term_dictionary");

export class TermDictionary {
  /** @param {IndexFiles} files */
  constructor(files) {
    this._files = files;
  }

  // -- entries, with their posting lists

  /**
   * The chunk that has a word, if any has.
   * @param {string} word
   */
  file(word) {
    return chunkOf("terms", this._files, encodable(word));
  }

  /**
   * The entry spelled exactly so; null if there is none. Throws Missing.
   * @param {string} word
   * @returns {TermEntry | null}
   */
  find(word) {
    const name = this.file(word);
    if (!name) return null;
    const files = this._files;
    return files.parsed(name, bytes => entriesOf(bytes, files)).get(encodable(word)) ?? null;
  }

  /**
   * The posting list of a stem; null if it is none.
   * @param {string} stem
   * @returns {StoredList | null}
   */
  list(stem) {
    return this.find(stem)?.list ?? null;
  }

  /**
   * In how many posts a word form stands.
   * @param {string} word
   */
  postsOf(word) {
    return (this.find(word)?.leads ?? []).reduce((posts, lead) => posts + lead.posts, 0);
  }

  // -- word forms

  /**
   * The word form spelled exactly so.
   * @param {string} word
   * @returns {IndexedForm | null}
   */
  form(word) {
    const name = chunkOf("words", this._files, encodable(word));
    return name ? this._words(name).find(({ term }) => term === encodable(word)) ?? null : null;
  }

  /**
   * The files of the words with a prefix.
   * @param {string} prefix
   * @returns {string[]}
   */
  wordFiles(prefix) {
    const { first, files } = this._files.entry.files.words, key = encodable(prefix);
    const names = [];
    for (let chunk = Math.max(0, bisect(first, key) - 1); chunk < first.length; chunk++) {
      // From the second on a chunk has such words only if it begins within them.
      if (names.length && !first[chunk].startsWith(key)) break;
      names.push(`words-${checkAt(files, chunk)}`);
    }
    return names;
  }

  /**
   * The word forms with a prefix, in the order of their texts.
   * @param {string} prefix
   * @returns {IndexedForm[]}
   */
  withPrefix(prefix) {
    const names = this.wordFiles(prefix), key = encodable(prefix);
    this._files.need(names);
    return names.flatMap(name => this._words(name).filter(({ term }) => term.startsWith(key)));
  }

  /**
   * Those that a pattern with `*` and `?` covers.
   * @param {string} pattern
   * @returns {IndexedForm[]}
   */
  matching(pattern) {
    const covers = wildcard(encodable(pattern));
    return this.withPrefix(pattern.split(/[*?]/, 1)[0]).filter(({ term }) => covers.test(term));
  }

  /**
   * Those with a part, of so many at most that have it.
   * @param {string} part
   * @returns {IndexedForm[]}
   */
  containing(part) {
    return this.withPrefix("").filter(({ term }) => term.includes(encodable(part))).slice(0, C.MAX_WITHIN);
  }

  /**
   * Those within an edit distance of `most` of a word, the first character fixed, each with its distance.
   * @param {string} word
   * @param {number} most
   * @returns {[number, IndexedForm][]}
   */
  near(word, most) {
    const forms = most ? this.withPrefix(String.fromCodePoint(/** @type {number} */ (word.codePointAt(0)))) : [];
    if (!most) {
      const form = this.form(word);
      return form ? [[0, form]] : [];
    }
    const byTerm = new Map(forms.map(form => [form.term, form]));
    const terms = [...byTerm.keys()];
    return wordsNear(word, terms, most).map(([term, distance]) => [distance, /** @type {IndexedForm} */ (byTerm.get(term))]);
  }

  /** @param {string} name */
  _words(name) {
    return this._files.parsed(name, formsOf);
  }
}

/**
 * A text as it is encoded: halves of characters are question marks.
 * @param {string} text
 */
const encodable = text => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "?");

/**
 * The file of the chunk that has a key, if any has.
 * @param {"terms" | "words"} kind
 * @param {IndexFiles} files
 * @param {string} key
 */
function chunkOf(kind, files, key) {
  const { first, files: checks } = files.entry.files[kind];
  const chunk = bisect(first, key) - 1;
  return chunk < 0 ? "" : `${kind}-${checkAt(checks, chunk)}`;
}

/**
 * How many of some keys, in the order of Python's texts, are not greater than one.
 * @param {string[]} keys
 * @param {string} key
 */
function bisect(keys, key) {
  let low = 0, high = keys.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (compare(keys[middle], key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The entries of a chunk by their texts.
 * @param {Uint8Array} bytes
 * @param {IndexFiles} files
 * @returns {Map<string, TermEntry>}
 */
function entriesOf(bytes, files) {
  const reader = new ByteReader(bytes), keys = new KeyReader(reader);
  /** @type {Map<string, TermEntry>} */
  const entries = new Map();
  for (let left = reader.varint(); left; left--) {
    const text = keys.next(), kind = reader.varint();
    /** @type {Lead[]} */
    const leads = [];
    for (let lead = kind >> 2; lead; lead--) {
      leads.push({ stem: keys.beside(), form: reader.varint(), posts: reader.varint() });
    }
    const list = kind & 1 ? new StoredList(files, text, reader) : null;
    if (kind & 2 && list) leads.push({ stem: text, form: 0, posts: list.posts });
    entries.set(text, { text, list, leads });
  }
  return entries;
}

/**
 * The word forms of a file.
 * @param {Uint8Array} bytes
 * @returns {IndexedForm[]}
 */
function formsOf(bytes) {
  const reader = new ByteReader(bytes), keys = new KeyReader(reader), decoder = new TextDecoder();
  return Array.from({ length: reader.varint() }, () => {
    const term = keys.next(), posts = reader.varint(), shown = reader.sized();
    return { term, posts, shown: shown.length ? decoder.decode(shown) : term };
  });
}
