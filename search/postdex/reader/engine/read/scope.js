/* What is known of the posts beside the words? Twin of engine/embedded/read/scope.py, for one segment.

   What matches is `matcher`'s to say, what the best are `snapshot`'s. */

import { docsOf } from "./candidates.js";
import { Matcher } from "./matcher.js";
import { facet, sortKeys } from "./own_columns.js";
import { Priors } from "./priors.js";
import { StoredDocument } from "./stored_documents.js";
import { translationsOf } from "./translations.js";
import { Vocabulary } from "./vocabulary.js";
import { crc32 } from "../../files.js";
import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { Clauses } from "../../query.js";
import { SITES, schema } from "../../schema.js";

const C = constantsOf("engine.read.scope");
const F = constantsOf("engine.embedded.format.columns");
const encoder = new TextEncoder();

/** @typedef {import("./priors.js").Recency} Recency */
/** @typedef {{posts: string[], filters: import("../../query.js").Query[]}} Pinned */
/** @typedef {{lists: import("./postings.js").PostingLists, columns: import("./doc_values.js").Columns, documents: import("./stored_documents.js").Documents}} Segment */

export class Scope {
  /**
   * @param {Segment} segment
   * @param {string[]} languages
   * @param {import("./own_columns.js").FieldStats[]} ownFields
   */
  constructor({ lists, columns, documents }, languages, ownFields) {
    this.lists = lists;
    this.columns = columns;
    this.documents = documents;
    this.matcher = new Matcher(lists, columns, new Vocabulary(languages, lists));
    /** @type {Map<string, Priors>} */
    this._priors = new Map();
    /** @type {Map<string, Uint32Array>} posts in an order, by its name */
    this._orders = new Map();
    /** @type {Map<string, Map<string, number[]>>} */
    this._byValue = new Map();
    /** @type {import("./translations.js").Translations | null | undefined} */
    this._translations = undefined;
    /** The site's own fields that its posts have, by their names, however few have them. */
    this.fields = new Map(ownFields.map(field => [field.name, field]));
  }

  /**
   * A post as it is stored.
   * @param {number} doc
   */
  document(doc) {
    return new StoredDocument(this.documents, doc);
  }

  /**
   * The posts whose title (or a heading) has this key.
   * @param {"title_keys" | "heading_keys"} column
   * @param {string} titleKey
   * @returns {Set<number>}
   */
  holders(column, titleKey) {
    return new Set(titleKey ? this.columns.holders(column, crc32(encoder.encode(titleKey))) : []);
  }

  /** By key of a query: the posts whose front matter has them come first for it. Most indexes have none. */
  get pins() {
    return this._postsByValue(F.PIN);
  }

  /** The boosts of posts that are not 1. Most indexes have none. */
  get boosts() {
    return new Map([...this._postsByValue(F.BOOST)].flatMap(([boost, docs]) => docs.map(doc => [doc, Number(boost)])));
  }

  /** @param {string} column */
  _postsByValue(column) {
    let posts = this._byValue.get(column);
    if (!posts) {
      posts = new Map();
      for (const { folded, docs } of this.columns.hasValues(column) ? this.columns.rows(column) : []) {
        posts.set(folded, [...posts.get(folded) ?? [], ...Array.from(docs)]);
      }
      this._byValue.set(column, posts);
    }
    return posts;
  }

  /**
   * What each post is worth beside its words; null where that is the same for all.
   * @param {Recency | null} recency
   */
  priors(recency) {
    const boosts = this.boosts;
    if (!recency && !boosts.size) return null;
    const key = recency ? `${recency.now} ${recency.half_life}` : "";
    let priors = this._priors.get(key);
    if (!priors) {
      priors = new Priors(boosts, recency ? this.columns.ownDates() : new Float64Array(this.matcher.posts), recency);
      if (this._priors.size >= C._MOST_PRIORS) this._priors.clear();
      this._priors.set(key, priors);
    }
    return priors;
  }

  /**
   * The posts that come first for a query of this key, each with its place among them: those that its own front matter
   * pins to it share the last.
   * @param {Pinned | null} pins
   * @param {string} key
   * @returns {Map<number, number>}
   */
  pinned(pins, key) {
    /** @type {Map<number, number>} */
    const places = new Map();
    if (!pins) return places;
    for (const doc of this.pins.get(key) ?? []) places.set(doc, pins.posts.length);
    for (let place = pins.posts.length - 1; place >= 0; place--) {
      const doc = this.columns.path(pins.posts[place]);
      if (doc !== null) places.set(doc, place);
    }
    if (!places.size || !pins.filters.length) return places;
    const fits = this.matcher.match(Clauses({ required: pins.filters }));
    return new Map([...places].filter(([doc]) => fits[doc]));
  }

  /** The groups of posts that are translations of each other; null if there is none. */
  get translations() {
    if (this._translations === undefined) {
      this._translations = this.columns.hasValues("translation") ? translationsOf(this.columns) : null;
    }
    return this._translations;
  }

  /**
   * The values of a facet in the posts of these lanes with their counts, greatest first, then by value; posts that stand
   * `together` there count as one.
   * @param {string} name
   * @param {Uint8Array} lanes
   * @param {number[][]} [together]
   * @returns {Map<string, number>}
   */
  facet(name, lanes, together = []) {
    const column = this._facetColumn(name);
    if (column === null) return new Map();
    const matching = together.length ? lanes.slice() : lanes;
    for (const doc of together.flat()) matching[doc] = 0;
    const counts = new Map(this.columns.facet(column, matching));
    for (const docs of together) {
      for (const value of new Set(docs.flatMap(doc => [...this.columns.facetValues(column, doc)]))) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    return new Map([...counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0])));
  }

  /**
   * Read what the counts of a facet need.
   * @param {string} name
   */
  readFacet(name) {
    const column = this._facetColumn(name);
    if (column !== null) this.columns.facetTable(column);
  }

  /**
   * Under what the columns have a facet; null for one that there is not.
   * @param {string} name
   */
  _facetColumn(name) {
    if (schema().facets.has(name) || name === SITES) return name;
    const field = this.fields.get(name);
    return field ? facet(this.columns, field) : null;
  }

  /**
   * The posts of these lanes by a column: the newest first, undated last; titles from a to z. Ties by path.
   * @param {Uint8Array} lanes
   * @param {string} column
   * @param {number} count
   */
  sorted(lanes, column, count) {
    /** @type {number[]} */
    const best = [];
    for (const doc of this._order(column)) {
      if (lanes[doc] && best.push(doc) >= count) break;
    }
    return best;
  }

  /**
   * All posts in the order of a column, kept. Of a field of the site's own posts without it come last.
   * @param {string} name
   */
  _order(name) {
    let order = this._orders.get(name);
    if (!order) {
      const sort = schema().sorts.get(name);
      order = sort
        ? inOrder(docsOf(this.matcher.match({ kind: "Everything" })), this.columns.order(name), sort.type !== "text")
        : this._ownOrder(name);
      this._orders.set(name, order);
    }
    return order;
  }

  /** @param {string} name */
  _ownOrder(name) {
    const docs = docsOf(this.matcher.match({ kind: "Everything" }));
    const field = this.fields.get(name.replace(/^-/, ""));
    if (!field) return docs;
    const descending = (field.kind !== "text") !== name.startsWith("-");
    const keys = sortKeys(this.columns, field, descending);
    const order = new Float64Array(docs.length);
    for (const [doc, key] of keys) order[doc] = key;
    const withKey = inOrder(docs.filter(doc => keys.has(doc)), order, descending);
    return Uint32Array.from([...withKey, ...docs.filter(doc => !keys.has(doc))]);
  }
}

/**
 * Posts by their values, equal ones by their paths, in whose order they are numbered.
 * @param {Uint32Array} docs
 * @param {ArrayLike<number>} values
 * @param {boolean} descending
 */
const inOrder = (docs, values, descending) =>
  docs.sort((a, b) => (descending ? values[b] - values[a] : values[a] - values[b]) || a - b);
