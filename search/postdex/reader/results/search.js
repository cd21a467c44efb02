/* Which page of hits answers a query tree? Twin of postdex/results/search.py. */

import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { Clauses, leaves, show } from "../query.js";
import { spelledFirst } from "./exact_spelling.js";
import { hitContext, needDocuments, ofPost, titlesOf } from "./hits.js";
import { leftNothing } from "./left_nothing.js";
import { neighbours, pinnedFirst, rerankByProximity } from "./rerank.js";
import { ofAnswer } from "./strength.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../query/typos.js").Correction} Correction */
/** @typedef {{key: string, leaves: import("../query.js").Leaf[], certain: boolean}} AsTyped */
/**
 * @typedef {{text: string, tree: Query, as_typed: AsTyped, name: string, corrections: Correction[], warnings: string[],
 *   stand_ins: import("../query/typos.js").StandIns, pins: string[], recency: {half_life: number, now: number} | null}} ParsedQuery
 */

const C = constantsOf("results.rerank");
const SCHEMA = constantsOf("schema");

/** What a hit has besides its title and address, before its text is there. */
const BARE = {
  line: 1, anchor: "", headings: [], headings_spans: [], date_from: "", updated_seconds: null, categories: [], fields: [],
  translations: [], pinned: false, site: "", explain: null,
};

/** What comes first for a query; null where nothing can.
 * @param {ParsedQuery} question
 */
function pinned({ as_typed, pins, tree }) {
  if (!as_typed.key) return null;
  const filtered = pins.length || (tree.kind === "Clauses" && tree.required.length);
  return { posts: pins, filters: filtered ? filters(tree) : [] };
}

/**
 * The page of hits; `started` is the `performance.now()` from which `took_ms` counts. With `titles` hits have no more
 * than their posts say without their texts.
 * @param {ParsedQuery} question
 * @param {any} request
 * @param {any} reader
 * @param {any} state
 * @param {number} started
 * @param {boolean} [titles]
 */
export function answer(question, request, reader, state, started, titles = false) {
  const byScore = request.sort === "score";
  const search = {
    query: question.tree,
    as_typed: question.as_typed,
    sort: request.sort,
    facets: counted(request, state),
    offset: request.offset,
    limit: request.limit,
    grouped: request.translations === "group" && !namesLanguage(question.tree),
    pinned: byScore ? pinned(question) : null,
    recency: question.recency,
  };
  const matched = reader.search(search);
  const context = hitContext(search, matched, reader.analyzer, request, question.name || question.text);
  const { offset, limit } = request, ranking = titles ? { ...question, name: "" } : question;
  /** @type {any[]} */
  let shown = [];
  readAll([
    () => { shown = best(matched, ranking, byScore, offset + limit).slice(offset, offset + limit); },
    // The posts of a name are mostly those that score best: asked for before it is known which spell it so.
    ...(ranking.name ? [() => needDocuments(matched.candidates.slice(offset, offset + limit).map(unranked), context)] : []),
  ]);
  if (!titles) needDocuments(shown, context);
  let hits = titles ? titlesOf(shown, context).map(hit => ({ ...BARE, ...hit })) : shown.map(ranked => ofPost(ranked, context));
  if (state.sites.length) hits = hits.map(hit => ({ ...hit, site: hit.path.split("/", 1)[0] }));
  const warnings = [...question.warnings, ...cut(matched)];
  if (!matched.total && matched.complete) warnings.push(...leftNothing(question.tree, reader));
  return {
    ...nothing(request, warnings, state, started),
    parsed: show(question.tree),
    total: matched.total,
    hits,
    facets: matched.facets,
    corrections: question.corrections,
    complete: matched.complete,
    grouped: matched.grouped,
    strength: byScore
      ? ofAnswer(question.text, matched, question.as_typed.leaves.length, question.stand_ins, state.posts, reader.analyzer.languages) : "",
  };
}

/** @returns {any} */
const unranked = (/** @type {any} */ candidate) => ({ candidate });

/** The filters beside words that every post must fit that matches.
 * @param {Query} tree
 * @returns {Query[]}
 */
const filters = tree =>
  tree.kind === "Clauses" ? tree.required.flatMap(part => leaves(part).length ? filters(part) : [part]) : [];

/**
 * Whether posts of a language are asked for, or the translations of a post: then each of them is a hit.
 * @param {Query} tree
 * @returns {boolean}
 */
export function namesLanguage(tree) {
  if (tree.kind === "Clauses") return !tree.typed && [...tree.required, ...tree.optional].some(namesLanguage);
  return tree.kind === "Keyword" && ["lang", "translation"].includes(tree.field);
}

/**
 * The candidates as they are shown: if they are to be `byScore`, by closeness, and names as they were typed first. With
 * `count` only so many at the top need be right.
 * @param {any} matched
 * @param {ParsedQuery} question
 * @param {boolean} byScore
 * @param {number | null} count
 * @returns {any[]}
 */
export function best(matched, question, byScore = true, count = null) {
  const words = leaves(question.tree);
  let candidates = matched.candidates;
  const pairs = byScore && !question.name ? neighbours(words) : [];
  const first = pinnedFirst(candidates, pairs);
  if (first.length) {
    candidates = candidates.slice(first.length);
    count = count && Math.max(0, count - first.length);
  }
  // No engine need give more, and a page is the same with those that do.
  const reach = Math.max(0, C.LOOKED_AT - first.length);
  const ranked = byScore && question.name
    ? spelledFirst(candidates, question.name, words.length, count, reach) : rerankByProximity(candidates, pairs, count, reach);
  return [...first, ...ranked];
}

/**
 * The answer to a text that holds nothing to search for.
 * @param {any} request
 * @param {string[]} warnings
 * @param {any} state
 * @param {number} started
 */
export const nothing = (request, warnings, state, started) => ({
  query: request.query,
  parsed: "",
  total: 0,
  limit: request.limit,
  offset: request.offset,
  took_ms: performance.now() - started,
  hits: /** @type {any[]} */ ([]),
  facets: /** @type {Map<string, Map<string, number>>} */ (new Map(counted(request, state).map(name => [name, new Map()]))),
  corrections: /** @type {Correction[]} */ ([]),
  warnings,
  complete: true,
  index: state,
  grouped: false,
  strength: "",
  meaning: false,
});

/** By what the posts are counted: by sites where they are of several.
 * @param {any} request
 * @param {any} state
 * @returns {string[]}
 */
const counted = (request, state) =>
  request.facets.filter((/** @type {string} */ name) => name !== SCHEMA.SITES || state.sites.length);

/**
 * The tree with filters that must hold besides.
 * @param {Query} tree
 * @param {Query[]} others
 * @returns {Query}
 */
export const allOf = (tree, ...others) => others.length ? Clauses({ required: [tree, ...others] }) : tree;

/** A warning for each pattern of which only the most frequent words were searched for.
 * @param {any} matched
 * @returns {string[]}
 */
const cut = matched => matched.leaves.filter((/** @type {any} */ stats) => stats.cut).map((/** @type {any} */ stats) =>
  `${show(stats.leaf)} stands for too many words; only the most frequent were searched for`);
