/* Which words of a section are marked, and around which place is it shown? Twin of postdex/results/marking.py.

   Heavy words before light ones: a name before its parts, what stands as it was typed before words that are scattered, a
   run of a script without blanks before its pairs. */

import { plainSum } from "../elementary.js";
import { constantsOf } from "../parameters.js";
import { isAlnum, isAscii, length } from "../python.js";
import { leaves } from "../query.js";
import { isSpaceless } from "../text/characters.js";
import { stretch } from "./mark_groups.js";
import { densest } from "./rerank.js";
import { merged, snippet } from "./snippets.js";
import { stands, wholesOf } from "./whole_matches.js";

const C = constantsOf("results.marking");

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../document.js").LeafPositions} LeafPositions */
/** @typedef {import("../document.js").Outlined} Outlined */
/** @typedef {import("../document.js").Positions} Positions */
/** @typedef {import("../document.js").Span} Span */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("./rerank.js").ScoredSection} ScoredSection */
/** @typedef {import("./rerank.js").Match} Match */
/** @typedef {import("./snippets.js").Snippet} Snippet */
/** @typedef {import("./whole_matches.js").Typed} Typed */
/**
 * What is marked in a passage, the most telling first, so that it owns the words that it shares with others.
 * @typedef {{order: number[], typed: Typed[], leaf_weights: number[], parts: Map<number, number[]>, single: Set<number>, name: number, text: string, analyzer: Analyzer}} Marking
 */

/**
 * What is marked for a query that was typed as `text`; `key` has its words in their order.
 * @param {Query} query
 * @param {Leaf[]} queryLeaves the very leaves of the query, by which those that only add to a score are told
 * @param {number[]} leafWeights
 * @param {string} key
 * @param {string} text
 * @param {Analyzer} analyzer
 * @returns {Marking}
 */
export function marking(query, queryLeaves, leafWeights, key, text, analyzer) {
  const [pairs, single] = isAscii(text) ? [new Set(), new Set()] : spaceless(queryLeaves);
  const bonus = new Set(bonusOf(query));
  const order = [...queryLeaves.keys()].sort((a, b) => leafWeights[b] - leafWeights[a])
    .filter(at => !bonus.has(queryLeaves[at]) || pairs.has(at) && queryLeaves[at].weight === 1);
  /** @type {Map<number, number[]>} */
  const parts = new Map();
  let compound = 0;
  for (const [number, leaf] of queryLeaves.entries()) {
    if (leaf.weight === queryLeaves[compound].weight * C.PART) parts.set(compound, [...parts.get(compound) ?? [], number]);
    else compound = number;
  }
  const isName = (parts.get(0)?.length ?? 0) + 1 === queryLeaves.length && (parts.size || !isAlnum(text));
  const typed = queryLeaves.length > 1 ? wholesOf(queryLeaves, key || runs(query).join(" ")) : [];
  typed.forEach((whole, at) => {
    const inside = [...whole.leaves].filter(leaf => pairs.has(leaf));
    if (inside.length) parts.set(queryLeaves.length + at, inside);
  });
  const wholes = typed.map(whole => plainSum([...whole.leaves].sort((a, b) => a - b).map(leaf => leafWeights[leaf])));
  return { order, typed, leaf_weights: [...leafWeights, ...wholes], parts, single, name: isName ? 0 : -1, text, analyzer };
}

/**
 * The leaves that only add to a score: stop words and question words among other words, and the pairs of a run that tell
 * least.
 * @param {Query} query
 * @returns {Leaf[]}
 */
const bonusOf = query => query.kind === "Clauses"
  ? [...query.bonus.flatMap(leaves), ...[...query.required, ...query.optional].flatMap(bonusOf)]
  : [];

/**
 * The leaves that look for a pair of characters of a script without blanks, and those that end with one such character,
 * whatever follows it.
 * @param {Leaf[]} queryLeaves
 * @returns {[pairs: Set<number>, single: Set<number>]}
 */
function spaceless(queryLeaves) {
  /** @type {Set<number>} */
  const pairs = new Set();
  /** @type {Set<number>} */
  const single = new Set();
  queryLeaves.forEach((leaf, number) => {
    if (leaf.kind === "Term") {
      if (isSpaceless(leaf.text)) pairs.add(number);
    } else if (beginnings(leaf).some(last => length(last) === 1 && isSpaceless(last))) single.add(number);
  });
  return [pairs, single];
}

/**
 * Of what a leaf looks for the words that are only the beginning of one.
 * @param {Leaf} leaf
 * @returns {string[]}
 */
const beginnings = leaf => (leaf.kind === "Synonyms" ? leaf.spellings : [leaf]).flatMap(spelling =>
  spelling.kind === "Prefix" ? [spelling.text]
    : spelling.kind === "Phrase" && spelling.prefix ? [spelling.terms[spelling.terms.length - 1]] : []);

/**
 * The runs of scripts without blanks that a query looks for pair by pair.
 * @param {Query} query
 * @returns {string[]}
 */
const runs = query => query.kind === "Clauses" ? [query.typed, ...[...query.required, ...query.optional].flatMap(runs)] : [];

/**
 * The snippet of a section whose text begins at position `body`: around what stands there as it was typed, else where the
 * words stand densest. `spelled`: the section is known to have a name just as it was typed.
 * @param {Outlined} document
 * @param {ScoredSection} scored
 * @param {Positions[]} positions
 * @param {number} body
 * @param {Marking} marking
 * @param {boolean} spelled
 */
export function bestSnippet(document, scored, positions, body, marking, spelled) {
  const { leaf_weights: weights, name } = marking;
  const inside = insideOf(scored.matches, positions);
  const first = weights.length - marking.typed.length;
  const [wholes, words] = markedIn(inside, marking);
  const marked = [...wholes, ...words];
  if (wholes[0]?.leaf === first)
    return asTyped(document, scored.index, apart(wholes[0].positions).slice(0, C._FEW), marked, first, marking);
  const places = inside.get(name);
  if (places)
    return asTyped(document, scored.index, apart(places).slice(0, spelled ? C.PASSAGES : 1), marked, name, marking);
  for (const whole of wholes) inside.set(whole.leaf, whole.positions);
  return snippet(document.passage(scored.index, densest(inside, weights, body), marked), weights);
}

/**
 * What is marked in each of the headings down to a section, where any holds a word.
 * @param {Outlined} document
 * @param {ScoredSection} scored
 * @param {Positions[]} positions
 * @param {string[]} headings
 * @param {Marking} marking
 */
export function headingsSpans(document, scored, positions, headings, marking) {
  /** @type {Map<string, Span[]>} */
  const spans = new Map();
  for (const [number, matches] of scored.in_headings) {
    const marks = document.headingMarks(number, markedIn(insideOf(matches, positions), marking).flat());
    spans.set(document.section(number).heading, merged(marks));
  }
  return headings.map(heading => spans.get(heading) ?? []);
}

/**
 * By leaf, where its words stand in a text.
 * @param {Match[]} matches
 * @param {Positions[]} positions
 * @returns {Map<number, Positions>}
 */
const insideOf = (matches, positions) =>
  new Map(matches.map(([leaf, start, stop]) => [leaf, positions[leaf].slice(start, stop)]));

/**
 * Of the words inside a text what stands there as it was typed, and the others that are marked beside it.
 * @param {Map<number, Positions>} inside
 * @param {Marking} marking
 * @returns {[wholes: LeafPositions[], words: LeafPositions[]]}
 */
function markedIn(inside, { order, typed, leaf_weights, parts, single }) {
  const wholes = inside.size > 1 ? wholesIn(typed, inside, leaf_weights.length - typed.length) : [];
  const standing = new Set(wholes.map(whole => whole.leaf));
  const covered = new Set([...parts].flatMap(([at, itsParts]) => inside.has(at) || standing.has(at) ? itsParts : []));
  return [wholes, order.filter(leaf => inside.has(leaf) && !covered.has(leaf)).map(leaf =>
    ({ leaf, positions: /** @type {Positions} */ (inside.get(leaf)), single: single.has(leaf) }))];
}

/**
 * The snippet around one of the places of a leaf, the first that is spelled as it was typed, if any is.
 * @param {Outlined} document
 * @param {number} section
 * @param {number[]} places
 * @param {LeafPositions[]} marked
 * @param {number} leaf
 * @param {Marking} marking
 * @returns {Snippet}
 */
function asTyped(document, section, places, marked, leaf, marking) {
  const everywhere = marked[0].positions;
  // Else it is one place.
  const isChoice = everywhere[everywhere.length - 1] - everywhere[0] >= everywhere.length;
  /** @type {Snippet | null} */
  let shown = null;
  for (const near of places) {
    const passage = document.passage(section, near, marked);
    const [around, asSpelled] = stretch(passage, leaf, isChoice ? marking.text : "", marking.analyzer);
    if (asSpelled || !shown) shown = snippet(passage, marking.leaf_weights, { around });
    if (asSpelled) break;
  }
  return /** @type {Snippet} */ (shown);
}

/**
 * The first of these positions, and others that are not in its passage.
 * @param {Positions} places
 */
function apart(places) {
  const found = [...places.slice(0, 1)];
  for (const position of places) if (position - found[found.length - 1] > C.APART) found.push(position);
  return found;
}

/**
 * What stands as it was typed in a section, numbered from `first` on; where everything does, nothing else.
 * @param {Typed[]} typed
 * @param {Map<number, Positions>} inside
 * @param {number} first
 */
function wholesIn(typed, inside, first) {
  /** @type {LeafPositions[]} */
  const wholes = [];
  for (const [at, whole] of typed.entries()) {
    const ranges = stands(whole, inside);
    if (!ranges.length) continue;
    const positions = ranges.flatMap(([start, stop]) => Array.from({ length: stop - start }, (_, step) => start + step));
    wholes.push({ leaf: first + at, positions, single: true });
    if (!at) break;
  }
  return wholes;
}
