/* Which posts have a tag, lie in a folder, or were written in a year? Twin of
   postdex_index/engine/embedded/read/doc_values.py.

   Filters, facets and orders, as lanes: a byte a post, 255 in those that are meant. Each column of filter values is a
   file, so is each order. */

import { checkAt, textOf } from "../../files.js";
import { constantsOf } from "../../parameters.js";
import { bisectLeft } from "../../python.js";
import { schema, SITES } from "../../schema.js";
import { path as pathGlob, wildcard } from "../../text/globs.js";
import { ByteReader, fromDeltas } from "../static/encoding.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {{folded: string, written: string, docs: number[]}} FilterValue a value folded, as it is written ("" if that is the same), and the posts that have it */
/** @typedef {{numbers: number[][], values: string[]}} FacetTable per post the numbers of its values, and the values */

const C = constantsOf("engine.read.doc_values"), F = constantsOf("engine.embedded.format.columns");
const SILENT = "silent";

export class Columns {
  /** @param {IndexFiles} files */
  constructor(files) {
    this._files = files;
    this.posts = files.entry.posts;
    /** @type {Map<string, Uint8Array>} */
    this._lanes = new Map();
    /** By name the values that each post has of a facet; `own_columns` adds those of the site's own fields.
     * @type {Map<string, FacetTable>} */
    this.facets = new Map();
    /** By own field and kind its values of that kind, read, with their posts.
     * @type {Map<string, {value: number, docs: number[]}[]>} */
    this.typed = new Map();
  }

  /**
   * The files that filters, dates, orders and facets of these names need.
   * @param {{keywords?: string[], dates?: boolean, orders?: string[], facets?: string[]}} what
   * @returns {string[]}
   */
  wanted({ keywords = [], dates = false, orders = [], facets = [] }) {
    const { facets: byName } = schema();
    const fields = keywords.flatMap(field => field === "path" ? [field, F.FOLDED_PATH] : [field]);
    const named = [...orders, ...(dates ? ["date"] : [])];
    for (const facet of facets) {
      const field = byName.get(facet);
      if (field?.type === "date") named.push(field.name);
      else if (field) fields.push(field.filter);
    }
    return [...fields.map(field => this._file(field)), ...named.map(name => this._orderFile(name))].filter(Boolean);
  }

  // -- filters

  /**
   * Lanes of the posts whose column holds the value.
   * @param {string} field
   * @param {string} value
   */
  keyword(field, value) {
    const key = `${field}\t${value}`;
    let lanes = this._lanes.get(key);
    if (!lanes) {
      lanes = new Uint8Array(this.posts);
      this._files.need(this.wanted({ keywords: [field] }));
      for (const { docs } of this._covered(field, value)) for (const doc of docs) lanes[doc] = 255;
      if (this._lanes.size >= C.MAX_LANES) this._lanes.clear();
      this._lanes.set(key, lanes);
    }
    return lanes;
  }

  /**
   * The post with just this path; null if there is none.
   * @param {string} path
   * @returns {number | null}
   */
  path(path) {
    const value = path.replace(/[\t\n]/g, "\ufffd");
    return this.rows("path").find(({ folded }) => folded === value)?.docs.at(-1) ?? null;
  }

  /**
   * The values that a filter covers.
   * @param {string} field
   * @param {string} value
   */
  _covered(field, value) {
    const below = (/** @type {string} */ folded) => folded === value || folded.startsWith(`${value}/`);
    if (field === "path") {
      // A folder covers what lies in it; a glob has to cover the whole path.
      const glob = /[*?]/.test(value) ? pathGlob(value) : null;
      return [...this.rows("path"), ...this.rows(F.FOLDED_PATH)].filter(({ folded }) => below(folded) || glob?.test(folded));
    }
    if (field !== "tag" && !/[*?]/.test(value)) return this.rows(field).filter(({ folded }) => folded === value);
    const covers = wildcard(value);
    return this.rows(field).filter(({ folded }) => covers.test(folded) || (field === "tag" && above(folded).some(tag => covers.test(tag))));
  }

  /**
   * Lanes of the posts whose own date lies in [start, stop).
   * @param {number | null} start
   * @param {number | null} stop
   */
  dates(start, stop) {
    const days = this.order("date"), { own } = this._date();
    const low = start ?? F.NO_DATE + 1, high = stop ?? 2 ** 62;
    return Uint8Array.from({ length: this.posts }, (_, doc) => own[doc] && low <= days[doc] && days[doc] < high && days[doc] !== F.NO_DATE ? 255 : 0);
  }

  /**
   * Whether any post has a value in one column.
   * @param {string} field
   */
  hasValues(field) {
    return field in this._files.entry.files.values;
  }

  /**
   * The values of one column, ascending.
   * @param {string} field
   * @returns {FilterValue[]}
   */
  rows(field) {
    const name = this._file(field);
    return name ? this._files.parsed(name, rowsOf) : [];
  }

  /**
   * Whether there are words in the sections of a post, beside headings; asked only where some posts are translations.
   * @param {number} doc
   */
  hasText(doc) {
    const [{ docs }] = this.rows(SILENT);
    return docs[bisectLeft(docs, doc)] !== doc;
  }

  /** @param {string} field */
  _file(field) {
    const check = this._files.entry.files.values[field];
    return check ? `values-${check}` : "";
  }

  // -- keys

  /**
   * The posts whose title, or a heading, has a key with this crc32.
   * @param {"title_keys" | "heading_keys"} column
   * @param {number} check
   * @returns {number[]}
   */
  holders(column, check) {
    const { checks, docs } = this._files.parsed(this.keyFile(check), keysOf)[column];
    const found = [];
    for (let index = bisectLeft(checks, check); checks[index] === check; index++) found.push(docs[index]);
    return found;
  }

  /**
   * The file that has the keys with this crc32.
   * @param {number} check
   */
  keyFile(check) {
    const { bits, files } = this._files.entry.files.keys;
    return `keys-${checkAt(files, bits ? check >>> 32 - bits : 0)}`;
  }

  // -- orders

  /**
   * Per post: the number that it is sorted by in the order of a field; of texts their ranks, NO_DATE where it has none.
   * @param {string} name
   * @returns {number[]}
   */
  order(name) {
    return this._files.parsed(this._orderFile(name), orderOf).values;
  }

  /** @param {string} name */
  _orderFile(name) {
    return `order-${this._files.entry.files.orders[name]}`;
  }

  /** The dates, and per post whether that is its own. */
  _date() {
    return this._files.parsed(this._orderFile("date"), orderOf);
  }

  /** Per post: when it was written or last changed as it says itself; NO_DATE where it says neither. */
  ownDates() {
    this._files.need(this.wanted({ orders: ["date", "updated"] }));
    const { values: written, own } = this._date(), changed = this.order("updated");
    return written.map((date, doc) => own[doc] ? Math.max(date, changed[doc]) : date === changed[doc] ? F.NO_DATE : changed[doc]);
  }

  // -- facets

  /**
   * How many of the matching posts (not 0 in a byte a post) have each value of a facet.
   * @param {string} name
   * @param {Uint8Array} matching
   * @returns {Map<string, number>}
   */
  facet(name, matching) {
    const { numbers, values } = this.facetTable(name), counts = new Uint32Array(values.length);
    for (let doc = 0; doc < matching.length; doc++) if (matching[doc]) for (const number of numbers[doc]) counts[number]++;
    /** @type {Map<string, number>} */
    const byValue = new Map();
    counts.forEach((count, number) => count && byValue.set(values[number], (byValue.get(values[number]) ?? 0) + count));
    return byValue;
  }

  /**
   * The values of a facet that a post has.
   * @param {string} name
   * @param {number} doc
   */
  facetValues(name, doc) {
    const { numbers, values } = this.facetTable(name);
    return new Set(numbers[doc].map(number => values[number]));
  }

  /**
   * The values of a facet by post.
   * @param {string} name
   */
  facetTable(name) {
    let facet = this.facets.get(name);
    if (!facet) this.facets.set(name, facet = this._counted(name));
    return facet;
  }

  /**
   * @param {string} name
   * @returns {FacetTable}
   */
  _counted(name) {
    // They are of one site, which nobody has to tell from others.
    if (name === SITES) return { numbers: Array.from({ length: this.posts }, () => []), values: [] };
    const field = /** @type {import("../../schema.js").Field} */ (schema().facets.get(name));
    return field.type === "date" ? this._years() : this._values(field.filter);
  }

  /**
   * @param {string} field
   * @returns {FacetTable}
   */
  _values(field) {
    /** @type {number[][]} */
    const numbers = Array.from({ length: this.posts }, () => []);
    /** @type {string[]} */
    const values = [];
    for (const { folded, written, docs } of this.rows(field)) {
      if (!folded || (field === "lang" && folded.includes("-"))) continue;
      for (const doc of docs) numbers[doc].push(values.length);
      values.push(written || folded);
    }
    return { numbers, values };
  }

  /** @returns {FacetTable} */
  _years() {
    const days = this.order("date"), { own } = this._date();
    const years = days.map((day, doc) => own[doc] ? yearOf(day) : 0);
    const distinct = [...new Set(years)].filter(Boolean).sort((a, b) => a - b);
    const number = new Map(distinct.map((year, index) => [year, index]));
    return { numbers: years.map(year => year ? [number.get(year) ?? 0] : []), values: distinct.map(String) };
  }
}

/**
 * The year of a moment given in seconds since 1970.
 * @param {number} seconds
 */
export const yearOf = seconds => new Date(seconds * 1000).getUTCFullYear();

/**
 * The tags above a tag of several levels.
 * @param {string} tag
 */
const above = tag => [...tag.matchAll(/\//g)].map(({ index }) => tag.slice(0, index));

/**
 * @param {Uint8Array} bytes
 * @returns {any}
 */
const jsonOf = bytes => JSON.parse(textOf(bytes));

/**
 * @param {Uint8Array} bytes
 * @returns {FilterValue[]}
 */
function rowsOf(bytes) {
  /** @type {{folded: string[], written?: string[], docs?: number[][]}} */
  const { folded, written, docs } = jsonOf(bytes);
  return folded.map((value, row) => ({ folded: value, written: written?.[row] ?? "", docs: docs ? fromDeltas(docs[row]) : [row] }));
}

/**
 * @param {Uint8Array} bytes
 * @returns {{values: number[], own: boolean[]}}
 */
function orderOf(bytes) {
  /** @type {{values: (number | null)[], not_own?: number[]}} */
  const { values, not_own: others = [] } = jsonOf(bytes);
  const own = values.map(() => true);
  for (const doc of fromDeltas(others)) own[doc] = false;
  return { values: values.map(value => value ?? F.NO_DATE), own };
}

/** @param {Uint8Array} bytes */
function keysOf(bytes) {
  const reader = new ByteReader(bytes);
  const column = () => {
    const count = reader.varint(), checks = new Uint32Array(count), docs = new Uint32Array(count);
    for (let index = 0, check = 0; index < count; index++) {
      checks[index] = check += reader.varint();
      docs[index] = reader.varint();
    }
    return { checks, docs };
  };
  return { title_keys: column(), heading_keys: column() };
}
