/* The best posts of a whole index for a query. Twin of engine/embedded/read/snapshot.py; implements the seam, `engine.Reader`.

   `matcher.js` says what matches, `ranking.js` in which order; here are facets, sorting, counts. What a question needs of
   the index is read before it is answered, so that it is fetched together. */

import { countLanes } from "./candidates.js";
import { bothOf, wordsOfWhole } from "./matcher.js";
import { PostingLists } from "./postings.js";
import { RankedCandidate, ranked, scoredCandidates, weighed, weighedWholes } from "./ranking.js";
import { Scope } from "./scope.js";
import { Columns } from "./doc_values.js";
import { Documents } from "./stored_documents.js";
import { readAll } from "../../missing.js";
import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { leaves } from "../../query.js";
import { Analyzer } from "../../text/analyzer.js";

const C = constantsOf("engine.api");

/** @typedef {import("../../query.js").Leaf} Leaf */
/** @typedef {import("../../query.js").Query} Query */
/** @typedef {import("./ranking.js").AsTyped} AsTyped */
/** @typedef {import("./ranking.js").LeafStats} LeafStats */
/**
 * What is searched for, as `engine.api.Search` has it.
 * @typedef {object} Search
 * @property {Query} query
 * @property {AsTyped} [as_typed]
 * @property {string} [sort]
 * @property {string[]} [facets]
 * @property {number} [offset]
 * @property {number} [limit]
 * @property {boolean} [grouped]
 * @property {import("./scope.js").Pinned | null} [pinned]
 * @property {import("./priors.js").Recency | null} [recency]
 */
/**
 * @typedef {{candidates: RankedCandidate[], total: number, facets: Map<string, Map<string, number>>, leaves: LeafStats[], complete: boolean, grouped: boolean}} Answer
 */
/** @typedef {{text: string, term: string, posts: number}} IndexedWord */

/** @type {("title_keys" | "heading_keys")[]} where posts are found by what their titles and headings are */
const keyColumns = ["title_keys", "heading_keys"];

/** A published index, open for searching. */
export class Snapshot {
  /** @param {import("../../files.js").IndexFiles} files */
  constructor(files) {
    this._meta = files.meta;
    // Of unpublished posts too: queries are read by the stop words of all.
    const { languages, all_languages: all, simplify } = files.meta;
    /** What its posts were read by. */
    this.analyzer = new Analyzer(simplify, all.length ? all : ["en"]);
    const lists = new PostingLists(files), documents = new Documents(files, this.analyzer);
    this._scope = new Scope({ lists, columns: new Columns(files), documents }, languages, files.meta.own_fields);
  }

  /**
   * The posts that match, best first. Raises Missing.
   * @param {Search} search
   * @returns {Answer}
   */
  search({
    query, as_typed = { key: "", leaves: [], certain: true }, sort = "score", facets = [], offset = 0, limit = 10,
    grouped = false, pinned: pins = null, recency = null,
  }) {
    const scope = this._scope, { matcher } = scope, byScore = sort === "score", typed = leaves(query);
    const count = Math.max(C.FEWEST, offset + limit), none = new Uint8Array(matcher.posts);
    readAll([
      ...partsOf(query).map(part => () => matcher.match(part)),
      ...typed.map(leaf => () => byScore && matcher.readScores(leaf)),
      ...as_typed.leaves.flatMap(wordsOfWhole).map(word => () => matcher.impactRow(word)),
      ...as_typed.leaves.map(leaf => () => matcher.whole(leaf)),
      ...facets.map(name => () => scope.readFacet(name)),
      () => byScore ? scope.holders("title_keys", as_typed.key) : scope.sorted(none, sort, count),
      () => (byScore || grouped) && scope.holders("heading_keys", as_typed.key),
      () => byScore && scope.priors(recency),
      () => scope.pinned(pins, as_typed.key),
      () => grouped && scope.translations,
    ]);
    const words = weighed(matcher, typed), wholes = weighedWholes(matcher, as_typed);
    const groups = grouped ? scope.translations : null, pinned = scope.pinned(pins, as_typed.key);
    let matching = matcher.match(query);
    if (pinned.size) matching = withDocs(matching, pinned.keys());
    const lanes = groups ? bothOf(matching, this._shown(words, as_typed, groups, matching, pinned)) : matching;
    const priors = byScore ? scope.priors(recency) : null;
    /** @type {[number, number, number][]} */
    const best = byScore
      ? ranked(scoredCandidates(scope, words, wholes, as_typed, { lanes, count, pinned, priors }), count)
      : scope.sorted(lanes, sort, count).map(doc => [0, 0, doc]);
    const context = { scope, rows: [...words.rows, ...wholes.rows], groups, pinned, priors };
    const together = groups && facets.length ? groups.together(matching) : [];
    return {
      candidates: best.map(([score, whole, doc]) => new RankedCandidate(context, doc, score, whole)),
      total: countLanes(lanes),
      facets: new Map(facets.map(name => [name, scope.facet(name, matching, together)])),
      leaves: [...words.stats, ...wholes.stats],
      complete: true,
      grouped: groups !== null,
    };
  }

  /**
   * Lanes of the posts that are shown: one of each group of translations.
   * @param {import("./ranking.js").Weighed} words
   * @param {AsTyped} asTyped
   * @param {import("./translations.js").Translations} groups
   * @param {Uint8Array} matching
   * @param {Map<number, number>} pinned
   */
  _shown({ rows, stats }, asTyped, groups, matching, pinned) {
    const scope = this._scope;
    const named = [scope.holders("heading_keys", asTyped.key), scope.holders("title_keys", asTyped.key), pinned.keys()];
    /** @type {[Uint8Array, number][]} */
    const words = rows.flatMap((row, index) => row ? [[row.present, stats[index].leaf.weight]] : []);
    return groups.shown(matching, groups.language(words), named);
  }

  /**
   * Nothing, if all is here that a search for a tree reads in any case, and for what has a title of this key. Raises
   * Missing.
   * @param {Query} query
   * @param {string} key "" for none
   */
  expect(query, key) {
    readAll([
      ...partsOf(query).map(part => () => this._scope.matcher.match(part)),
      ...keyColumns.map(column => () => this._scope.holders(column, key)),
    ]);
  }

  /**
   * The number of posts that match each of these queries. Raises Missing.
   * @param {Query[]} queries
   */
  totals(queries) {
    readAll(queries.flatMap(query => query.kind === "Clauses" ? partsOf(query) : [query]).map(query => () => this._total(query)));
    return queries.map(query => this._total(query));
  }

  /** @param {Query} query */
  _total(query) {
    if (query.kind === "Term" && query.exact && !query.field) return this._scope.lists.terms.postsOf(query.text);
    const { matcher } = this._scope;
    return isLeaf(query) ? matcher.docFreq(query) : countLanes(matcher.match(query));
  }

  /** The fields of the site's own, by name. */
  fields() {
    return [...this._scope.fields.values()].filter(field => field.posts >= C.SHARED || field.named);
  }

  /**
   * The stored post of each of these paths; null for one that is not there.
   * @param {string[]} paths
   */
  documents(paths) {
    readAll(paths.map(path => () => this._scope.columns.path(path)));
    return paths.map(path => {
      const doc = this._scope.columns.path(path);
      return doc === null ? null : this._scope.document(doc);
    });
  }

  /**
   * Words of the posts: beginning with `prefix`, or with `within` in them, most frequent first; or within `edits` edits of
   * `near`, nearest then most frequent first.
   * @param {{prefix?: string, near?: string, within?: string, edits?: number, limit?: number}} asked
   * @returns {IndexedWord[]}
   */
  words({ prefix = "", near = "", within = "", edits = 1, limit = 10 }) {
    const { terms } = this._scope.lists;
    /** @type {[number, import("./term_dictionary.js").IndexedForm][]} */
    const forms = near ? terms.near(near, edits)
      : (within ? terms.containing(within) : terms.withPrefix(prefix)).map(form => [0, form]);
    const order = (/** @type {typeof forms[0]} */ a, /** @type {typeof forms[0]} */ b) => a[0] - b[0]
      || b[1].posts - a[1].posts || compare(a[1].shown, b[1].shown) || compare(a[1].term, b[1].term);
    return forms.filter(([, form]) => form.posts).sort(order).slice(0, limit)
      .map(([, { shown, term, posts }]) => ({ text: shown, term, posts }));
  }

  /** The index in numbers. */
  stats() {
    const { generation, posts, terms, all_languages: languages, simplify } = this._meta;
    return { generation, posts, unpublished: 0, segments: 1, terms, bytes: 0, languages, simplify, sites: /** @type {string[]} */ ([]) };
  }
}

/**
 * Whether a query is a leaf, which has postings.
 * @param {Query} query
 * @returns {query is Leaf}
 */
const isLeaf = query => !["Clauses", "Keyword", "DateRange", "FieldRange", "Everything"].includes(query.kind);

/**
 * All leaves and filters of a tree, those too that are excluded.
 * @param {Query} query
 * @returns {Query[]}
 */
const partsOf = query => query.kind === "Clauses"
  ? [...query.required, ...query.optional, ...query.bonus, ...query.excluded].flatMap(partsOf) : [query];

/**
 * Lanes with these posts besides.
 * @param {Uint8Array} lanes
 * @param {Iterable<number>} docs
 */
function withDocs(lanes, docs) {
  const more = lanes.slice();
  for (const doc of docs) more[doc] = 255;
  return more;
}
