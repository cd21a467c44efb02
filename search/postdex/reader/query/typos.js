/* Which words of a query need others beside them, and how do these join it? Twin of postdex/query/typos.py. */

import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { Clauses, keyOf, Synonyms, Term } from "../query.js";
import { alternativesTo, alternativesToPart, commoner } from "./corrections.js";

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("./corrections.js").TypedWord} TypedWord */
/** @typedef {import("./corrections.js").Alternatives} Alternatives */
/** @typedef {Map<string, Query[]>} StandIns choices of which nobody typed just that, by `keyOf`: what each stands for */
/** @typedef {{word: string, known: string[], posts: number, synonym: boolean}} Correction */
/** @typedef {{tree: Query, title_key: string, corrections: Correction[], stand_ins: StandIns}} CorrectedQuery */

const C = constantsOf("query.typos");

/** @returns {Correction} */
export const Correction = (/** @type {string} */ word, /** @type {string[]} */ known, { posts = 0, synonym = false } = {}) =>
  ({ word, known, posts, synonym });

/**
 * The query with each misspelt word joined by what may have been meant.
 * @param {any} parsed
 * @param {any} reader
 * @returns {CorrectedQuery}
 */
export function correctTypos(parsed, reader) {
  /** @type {TypedWord[]} */
  const correctable = parsed.words.filter((/** @type {TypedWord} */ word) => word.correctable);
  const totals = postsOf(correctable, reader);
  const doubtful = correctable.map((word, at) => ({ word, posts: totals[at] })).filter(({ posts }) => posts <= C.RARE)
    .slice(0, C.MAX_CORRECTED);
  /** @type {[Leaf, Correction, Alternatives][][]} */
  const found = [];
  readAll(doubtful.map(({ word, posts }, at) => () => { found[at] = corrected(word, posts, reader); }));
  /** @type {Map<string, Query[]>} */
  const instead = new Map();
  /** @type {Map<string, Correction>} */
  const corrections = new Map();
  for (const [at, { posts }] of doubtful.entries()) {
    for (const [leaf, correction, alternatives] of found[at]) {
      instead.set(keyOf(leaf), posts ? [leaf, ...alternatives.leaves] : spelledToo(leaf, alternatives));
      corrections.set(JSON.stringify(correction), correction);
    }
  }
  if (!instead.size) return asItIs(parsed);
  /** @type {StandIns} */
  const standIns = new Map(parsed.stand_ins);
  for (const [first, ...others] of instead.values()) for (const other of others) standIns.set(keyOf(other), [first]);
  return {
    tree: joined(parsed.tree, instead),
    title_key: titleKey(parsed.title_key, [...corrections.values()], reader.analyzer),
    corrections: [...corrections.values()],
    stand_ins: standIns,
  };
}

/**
 * The query with nothing joined to its words.
 * @param {any} parsed
 * @returns {CorrectedQuery}
 */
export const asItIs = parsed =>
  ({ tree: parsed.tree, title_key: parsed.title_key, corrections: [], stand_ins: parsed.stand_ins });

/**
 * What may have been meant by misspelt words that are required or quoted: to be shown, not searched for.
 * @param {any} parsed
 * @param {any} reader
 * @returns {Correction[]}
 */
export function suggestCorrections(parsed, reader) {
  /** @type {TypedWord[]} */
  const insisted = parsed.words.filter((/** @type {TypedWord} */ word) => !word.correctable);
  const totals = postsOf(insisted, reader);
  return insisted.filter((_, at) => !totals[at]).flatMap(word => {
    const alternatives = alternativesTo(word, reader);
    return alternatives ? [Correction(word.typed, alternatives.known)] : [];
  });
}

/** The leaf of a word that so many posts have and what joins it, or the same of each part.
 * @param {TypedWord} word
 * @param {number} posts
 * @param {any} reader
 * @returns {[Leaf, Correction, Alternatives][]}
 */
function corrected(word, posts, reader) {
  const alternatives = posts ? commoner(word, posts, reader) : alternativesTo(word, reader);
  if (alternatives) return [[word.leaf, Correction(word.typed, alternatives.known, { posts }), alternatives]];
  if (posts) return [];
  const totals = reader.totals(word.parts.map(part => Term(part.text)));
  return word.parts.filter((_, at) => !totals[at]).flatMap(part => {
    const of = alternativesToPart(part, reader);
    return of ? [/** @type {[Leaf, Correction, Alternatives]} */ ([part, Correction(part.text, of.known), of])] : [];
  });
}

/** In how many published posts each word stands, in any field and inflection.
 * @param {TypedWord[]} words
 * @param {any} reader
 * @returns {number[]}
 */
const postsOf = (words, reader) => reader.totals(words.map(word => anywhere(word.leaf)));

/** A leaf in any field, and any inflection.
 * @param {Leaf} leaf
 * @returns {Leaf}
 */
function anywhere(leaf) {
  if (leaf.kind === "Synonyms") return Synonyms(leaf.spellings.map(spelling => ({ ...spelling, field: "" })));
  return leaf.kind === "Term" ? Term(leaf.text) : { ...leaf, field: "" };
}

/** What a title must equal to rank higher, with each misspelt word as the likeliest known one.
 * @param {string} key
 * @param {Correction[]} corrections
 * @param {any} analyzer
 */
function titleKey(key, corrections, analyzer) {
  let padded = ` ${key} `;
  for (const { word, known, posts } of corrections) {
    if (!posts) padded = padded.replaceAll(` ${analyzer.key(word)} `, () => ` ${analyzer.key(known[0])} `);
  }
  return padded.trim();
}

/** A misspelt leaf and what joins it: it is another spelling of the likeliest word.
 * @param {Leaf} leaf
 * @param {Alternatives} alternatives
 * @returns {Query[]}
 */
function spelledToo(leaf, { leaves }) {
  const [likeliest, ...others] = leaves;
  if (["Fuzzy", "Regex", "Wildcard"].includes(leaf.kind) || (likeliest.kind !== "Term" && likeliest.kind !== "Phrase")) {
    return [leaf, ...leaves];
  }
  const own = leaf.kind === "Synonyms" ? leaf.spellings : [/** @type {any} */ ({ ...leaf, weight: 1 })];
  return [Synonyms([...own, { ...likeliest, weight: 1 }], { weight: likeliest.weight }), ...others];
}

/** The tree with what stands in the place of leaves that are not required.
 * @param {Query} query
 * @param {Map<string, Query[]>} instead
 * @returns {Query}
 */
function joined(query, instead) {
  if (query.kind !== "Clauses") {
    const leaves = instead.get(keyOf(query)) || [query];
    return leaves.length === 1 ? leaves[0] : Clauses({ optional: leaves, minimum: 1 });
  }
  return {
    ...query,
    required: query.required.map(clause => clause.kind === "Clauses" ? joined(clause, instead) : clause),
    optional: query.optional.flatMap(clause => (query.minimum <= 1 && instead.get(keyOf(clause))) || joined(clause, instead)),
  };
}
