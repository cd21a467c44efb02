/* Which of the posts that match are the best? Twin of engine/embedded/read/ranking.py. */

import { leastOf } from "./candidates.js";
import { bothOf, butNot } from "./matcher.js";
import { constantsOf } from "../../parameters.js";
import { final, idf } from "../../scoring.js";

const S = constantsOf("scoring");

/** @typedef {import("../../query.js").Leaf} Leaf */
/** @typedef {import("./candidates.js").Scored} Scored */
/** @typedef {import("./matcher.js").ImpactRow} ImpactRow */
/** @typedef {import("./matcher.js").Matcher} Matcher */
/** @typedef {import("./priors.js").Priors} Priors */
/** @typedef {import("./scope.js").Scope} Scope */
/** @typedef {{key: string, leaves: Leaf[], certain: boolean}} AsTyped */
/** @typedef {{leaf: Leaf, posts: number, idf: number, cut: boolean}} LeafStats */

/**
 * What the candidates of an answer have in common.
 * @typedef {{scope: Scope, rows: (ImpactRow | null)[], groups: import("./translations.js").Translations | null, pinned: Map<number, number>, priors: Priors | null}} AnswerContext
 */
/**
 * The leaves of a query: statistics and impact row of each, and the rows with the factors of their impact bytes.
 * @typedef {{stats: LeafStats[], rows: (ImpactRow | null)[], factors: [ImpactRow, number][]}} Weighed
 */
/**
 * Candidates before the top score is known; those with a title or a heading equal to the query, what a candidate gains
 * that holds the whole query as typed, by post, and the places of those that are pinned before all others.
 * @typedef {{candidates: Scored[], titled: Set<number>, headed: Set<number>, wholes: Map<number, number>, pinned: Map<number, number>}} ScoredCandidates
 */

/** A matching post. */
export class RankedCandidate {
  /**
   * @param {AnswerContext} context
   * @param {number} doc
   * @param {number} score
   * @param {number} whole
   */
  constructor(context, doc, score, whole) {
    this._context = context;
    this.doc = doc;
    this.score = score;
    this.whole = whole;
    /** @type {import("./stored_documents.js").StoredDocument | null} */
    this._document = null;
    /** @type {Map<number, ArrayLike<number>>} */
    this._positions = new Map();
  }

  /** What its words are multiplied with, for its boost and its age. */
  get prior() {
    return this._context.priors ? this._context.priors.factors[this.doc] : 1;
  }

  /** Whether it comes first whatever it scores. */
  get pinned() {
    return this._context.pinned.has(this.doc);
  }

  /** The stored post. */
  get document() {
    return this._document ??= this._context.scope.document(this.doc);
  }

  /** What a list of titles shows of it. */
  get titled() {
    return this._context.scope.documents.titled([this.doc])[0];
  }

  /**
   * The same of up to so many of the posts that it is shown for, by their languages.
   * @param {number} most
   */
  translations(most) {
    const { scope, groups } = this._context;
    return groups ? scope.documents.titled(groups.others(this.doc, most)) : [];
  }

  /**
   * Whether the leaf stands in the post.
   * @param {number} leaf
   */
  holds(leaf) {
    const row = this._context.rows[leaf];
    return !!row && row.present[this.doc] > 0;
  }

  /**
   * Where the leaf's words stand in the post, ascending.
   * @param {number} leaf
   */
  positions(leaf) {
    let positions = this._positions.get(leaf);
    if (!positions) {
      const row = this._context.rows[leaf];
      positions = row && row.present[this.doc] ? row.postings.positions(this.doc) : [];
      this._positions.set(leaf, positions);
    }
    return positions;
  }
}

/**
 * The best score of all posts without what is added to it.
 * @param {ScoredCandidates} candidates
 */
const topOf = ({ candidates }) => candidates.reduce((top, [base]) => Math.max(top, base), 0);

/**
 * Each leaf with its idf over all posts.
 * @param {Matcher} matcher
 * @param {Leaf[]} typed
 * @returns {Weighed}
 */
export function weighed(matcher, typed) {
  const rows = typed.map(leaf => matcher.impactRow(leaf));
  const stats = leafStats(matcher, typed, rows);
  /** @type {[ImpactRow, number][]} */
  const factors = [];
  rows.forEach((row, index) => {
    if (row) factors.push([row, typed[index].weight * stats[index].idf / S.SCALE]);
  });
  return { stats, rows, factors };
}

/**
 * The leaves of what was typed as a whole; they add nothing to the sum over words, so they have no factors.
 * @param {Matcher} matcher
 * @param {AsTyped} asTyped
 * @returns {Weighed}
 */
export function weighedWholes(matcher, asTyped) {
  const rows = asTyped.leaves.map(leaf => matcher.whole(leaf));
  return { stats: leafStats(matcher, asTyped.leaves, rows).map(stats => ({ ...stats, cut: false })), rows, factors: [] };
}

/**
 * @param {Matcher} matcher
 * @param {Leaf[]} leaves
 * @param {(ImpactRow | null)[]} rows
 * @returns {LeafStats[]}
 */
const leafStats = (matcher, leaves, rows) => leaves.map((leaf, index) => {
  const posts = rows[index]?.doc_count ?? 0;
  return { leaf, posts, idf: posts ? idf(matcher.posts, posts) : 0, cut: rows[index]?.cut ?? false };
});

/**
 * At least the best `count` of the posts of these lanes, the one with the best base, and those that are pinned. With
 * `priors` a base is what the words score times what the post is worth beside them.
 * @param {Scope} scope
 * @param {Weighed} weighed
 * @param {Weighed} wholes
 * @param {AsTyped} asTyped
 * @param {{lanes: Uint8Array, count: number, pinned: Map<number, number>, priors: Priors | null}} options
 * @returns {ScoredCandidates}
 */
export function scoredCandidates(scope, weighed, wholes, asTyped, { lanes, count, pinned, priors }) {
  const matcher = scope.matcher;
  const titled = scope.holders("title_keys", asTyped.key), headed = scope.holders("heading_keys", asTyped.key);
  const always = new Set([...titled, ...headed, ...pinned.keys()]);
  const coverage = lanes.includes(255) ? matcher.titleCoverage(weighed.factors) : null;
  const best = (/** @type {Uint8Array} */ among, /** @type {number} */ most) => priors
    ? priors.candidates(matcher, among, weighed.factors, coverage, most, always)
    : matcher.candidates(among, weighed.factors, coverage, most, always);
  /** @type {number[]} */
  const values = asTyped.certain ? S.AS_TYPED : [S.LIKELY_AS_TYPED];
  const used = values.slice(0, wholes.rows.length).reverse();
  /** @type {Scored[]} */
  let candidates = [];
  /** @type {Map<number, number>} */
  const wholeScores = new Map();
  // Those first that come first whatever they score, so that they are there however many score more.
  wholes.rows.forEach((row, index) => {
    const first = row && bothOf(lanes, row.present);
    if (!first || !first.includes(255)) return;
    const withWhole = best(first, Math.max(1, count - candidates.length));
    candidates = [...candidates, ...withWhole];
    for (const [, , doc] of withWhole) wholeScores.set(doc, used[index]);
    lanes = butNot(lanes, first);
  });
  if (lanes.includes(255)) {
    candidates = [...candidates, ...best(lanes, asTyped.certain ? Math.max(1, count - candidates.length) : count)];
  }
  return { candidates, titled, headed, wholes: wholeScores, pinned };
}

/**
 * The best posts with their scores and what of these is for the whole, equal ones in the order of their paths, in which
 * they are numbered; those that are pinned before all others.
 * @param {ScoredCandidates} candidates
 * @param {number} count
 * @returns {[score: number, whole: number, doc: number][]}
 */
export function ranked(candidates, count) {
  const { titled, headed, wholes, pinned } = candidates;
  const top = topOf(candidates);
  const scored = candidates.candidates.map(([base, share, doc]) => ({
    doc,
    place: pinned.get(doc) ?? Infinity,
    score: final(base, share, titled.has(doc), headed.has(doc), wholes.get(doc) ?? 0, top),
  }));
  const floor = scored.length > count ? leastOf(scored.map(one => one.score), count) : -Infinity;
  return scored.filter(one => one.score >= floor || one.place < Infinity)
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : b.score - a.score) || a.doc - b.doc)
    .slice(0, count).map(({ score, doc }) => [score, top * (wholes.get(doc) ?? 0), doc]);
}
