/* Which posts match a query? Twin of engine/embedded/read/matcher.py, for one segment of which nothing is deleted.

   Posts are lanes, a byte each: of a leaf its impact there, of what matches 255. Lanes that are kept are never changed. */

import { bestCandidates, countLanes, docsOf } from "./candidates.js";
import { UnionPostings, markRow, partialLists, raiseRow } from "./combined_postings.js";
import { within } from "./own_columns.js";
import { readAll } from "../../missing.js";
import { constantsOf } from "../../parameters.js";
import { Term, keyOf } from "../../query.js";

const C = constantsOf("engine.read.matcher");

/** @typedef {import("../../query.js").Leaf} Leaf */
/** @typedef {import("../../query.js").Query} Query */
/** @typedef {import("./combined_postings.js").Postings} Postings */

/** A leaf in an index: its postings, its impact row, and its lanes; `cut` if it matches more words than the limit. */
export class ImpactRow {
  /**
   * @param {Postings} postings
   * @param {number} posts
   * @param {boolean} cut
   */
  constructor(postings, posts, cut) {
    this.postings = postings;
    this.cut = cut;
    /** 255 in the posts with the leaf. */
    this.present = new Uint8Array(posts);
    markRow(this.present, postings);
    this.doc_count = postings instanceof UnionPostings ? countLanes(this.present) : postings.docs.length;
    /** @type {Uint8Array | null} */
    this._impacts = null;
  }

  /** The impact in each post; made when first asked for, since of most phrases nobody does. */
  get impacts() {
    if (!this._impacts) {
      const row = new Uint8Array(this.present.length);
      raiseRow(row, this.postings);
      this._impacts = row;
    }
    return this._impacts;
  }
}

/** Matching and scoring. */
export class Matcher {
  /**
   * @param {import("./postings.js").PostingLists} lists
   * @param {import("./doc_values.js").Columns} columns
   * @param {import("./vocabulary.js").Vocabulary} vocabulary
   */
  constructor(lists, columns, vocabulary) {
    this._lists = lists;
    this._columns = columns;
    this.vocabulary = vocabulary;
    this.posts = lists.posts;
    this._everything = new Uint8Array(this.posts).fill(255);
    /** @type {Map<string, ImpactRow | null>} */
    this._rows = new Map();
    this._room = C.WHOLE_BYTES;
  }

  /**
   * A leaf's row, or null if no post has it.
   * @param {Leaf} leaf
   * @param {(() => ArrayLike<number>) | null} [among] where known, the posts that may hold all words of a phrase
   * @returns {ImpactRow | null}
   */
  impactRow(leaf, among = null) {
    const key = keyOf(leaf.weight === 1 ? leaf : { ...leaf, weight: 1 }), known = this._rows.get(key);
    if (known !== undefined) return known;
    const sought = this.vocabulary.sought(leaf), docs = among && among();
    const postings = docs && !docs.length ? null : this._lists.postings(sought, docs);
    const row = postings && new ImpactRow(postings, this.posts, !!sought.words);
    const size = 500 + (row ? this.posts * 2 : 0);
    if (size > this._room) {
      this._rows.clear();
      this._room = C.WHOLE_BYTES;
    }
    this._room -= size;
    this._rows.set(key, row);
    return row;
  }

  /**
   * As `impactRow`, for what was typed as a whole: the rows of its words are there, so the positions are read only of
   * posts that have them all, which mostly are none.
   * @param {Leaf} leaf
   */
  whole(leaf) {
    return this.impactRow(leaf, leaf.kind === "Term" ? null : () => this.withAllWords(leaf));
  }

  /**
   * The posts that may hold a leaf: they hold each of its words.
   * @param {Leaf} leaf
   */
  withAllWords(leaf) {
    return docsOf(this._withAllWords(leaf));
  }

  /**
   * @param {Leaf} leaf
   * @returns {Uint8Array}
   */
  _withAllWords(leaf) {
    if (leaf.kind === "Synonyms") return leaf.spellings.map(spelling => this._withAllWords(spelling)).reduce(anyOf);
    return wordsOfWhole(leaf).map(word => this._lanes(word)).reduce(bothOf);
  }

  /**
   * Document frequency of a leaf.
   * @param {Leaf} leaf
   */
  docFreq(leaf) {
    return this.impactRow(leaf)?.doc_count ?? 0;
  }

  /**
   * Lanes of the posts that match.
   * @param {Query} query
   */
  match(query) {
    return this._lanes(query);
  }

  /**
   * @param {Query} query
   * @returns {Uint8Array}
   */
  _lanes(query) {
    switch (query.kind) {
      case "Clauses": return this._clauses(query);
      case "Everything": return this._everything;
      case "Keyword": return this._columns.keyword(query.field, query.value);
      case "DateRange": return this._columns.dates(query.start, query.stop);
      case "FieldRange": return within(this._columns, query.field, query.value_kind, query.start, query.stop);
      default: return this.impactRow(query)?.present ?? new Uint8Array(this.posts);
    }
  }

  /** @param {import("../../query.js").ClausesGroup} query */
  _clauses(query) {
    let lanes = this._everything;
    for (const clause of query.required) lanes = bothOf(lanes, this._lanes(clause));
    if (query.minimum && lanes.includes(255)) lanes = bothOf(lanes, this._atLeast(query.minimum, query.optional));
    for (const clause of query.excluded) {
      if (lanes.includes(255)) lanes = butNot(lanes, this._lanes(clause));
    }
    return lanes;
  }

  /**
   * Lanes of the posts that match so many of the clauses.
   * @param {number} minimum
   * @param {Query[]} clauses
   */
  _atLeast(minimum, clauses) {
    const counts = new Uint16Array(this.posts);
    if (minimum <= clauses.length) {
      for (const clause of clauses) {
        const lanes = this._lanes(clause);
        for (let doc = 0; doc < lanes.length; doc++) if (lanes[doc]) counts[doc]++;
      }
    }
    const enough = new Uint8Array(this.posts);
    for (let doc = 0; doc < enough.length; doc++) if (counts[doc] >= minimum) enough[doc] = 255;
    return enough;
  }

  /**
   * The matching posts that are among the best `count` by their words; more where some score the same.
   * @param {Uint8Array} lanes of the matching posts
   * @param {[ImpactRow, number][]} rows those of the leaves with the factors of their bytes
   * @param {Uint8Array | null} coverage what `titleCoverage` makes of them
   * @param {number} count
   * @param {Set<number>} always posts to give in any case, if they match
   */
  candidates(lanes, rows, coverage, count, always) {
    return bestCandidates(lanes, rows.map(([row, factor]) => [row.impacts, factor]), coverage, count, always);
  }

  /**
   * Read what the scores of a leaf need: its impacts, and which titles it stands in.
   * @param {Leaf} leaf
   */
  readScores(leaf) {
    const row = this.impactRow(leaf);
    if (row) readAll([() => row.impacts, () => row.postings.partialLists()]);
  }

  /**
   * Title coverage by post in 1/255, a byte each; null where no title has a term of the query. Each list counts once, so
   * that the shares of a title add up to no more than a byte holds.
   * @param {[ImpactRow, number][]} rows
   */
  titleCoverage(rows) {
    const postings = rows.map(([row]) => row.postings);
    const whole = new Set(postings.flatMap(part => [...part.wholeLists()]));
    const coverage = new Uint8Array(this.posts);
    let covered = false;
    const add = (/** @type {string} */ list, /** @type {Set<number> | null} */ among) => {
      const { docs, shares } = this._lists.titleCoverages(list);
      for (let index = 0; index < docs.length; index++) {
        if (!among || among.has(docs[index])) {
          coverage[docs[index]] += shares[index];
          covered = true;
        }
      }
    };
    for (const list of whole) add(list, null);
    for (const [list, titleDocs] of partialLists(postings)) if (!whole.has(list)) add(list, titleDocs);
    return covered ? coverage : null;
  }
}

/**
 * The words that a post has to hold to hold a leaf of what was typed as a whole: the terms of a phrase, less one of which
 * only the beginning was typed, if there are others.
 * @param {Leaf} leaf
 * @returns {Leaf[]}
 */
export function wordsOfWhole(leaf) {
  if (leaf.kind === "Synonyms") return leaf.spellings.flatMap(wordsOfWhole);
  if (leaf.kind !== "Phrase" || leaf.terms.length <= Number(leaf.prefix)) return [leaf];
  const terms = leaf.prefix ? leaf.terms.slice(0, -1) : leaf.terms;
  return [...new Set(terms)].map(term => Term(term));
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function bothOf(a, b) {
  const both = new Uint8Array(a.length);
  for (let doc = 0; doc < a.length; doc++) both[doc] = a[doc] & b[doc];
  return both;
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function anyOf(a, b) {
  const any = new Uint8Array(a.length);
  for (let doc = 0; doc < a.length; doc++) any[doc] = a[doc] | b[doc];
  return any;
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function butNot(a, b) {
  const rest = new Uint8Array(a.length);
  for (let doc = 0; doc < a.length; doc++) rest[doc] = a[doc] & ~b[doc];
  return rest;
}
