/* How much like what was asked for is the best that was found? Twin of postdex/results/strength.py. */

import { plainSum } from "../elementary.js";
import { constantsOf } from "../parameters.js";
import { points, split } from "../python.js";
import { keyOf } from "../query.js";
import { idf as idfOf } from "../scoring.js";
import { isSpaceless } from "../text/characters.js";
import { asks } from "../text/questions.js";

/** @typedef {{leaf: import("../query.js").Leaf, posts: number, idf: number, cut: boolean}} LeafStats */

const C = constantsOf("results.strength");
const API = constantsOf("engine.api");
const RERANK = constantsOf("results.rerank");
const PASTED = constantsOf("query.pasted");

/**
 * The strength of an answer, sorted by score, to the query that was typed as this text, from so many posts; the last
 * `wholes` of its leaves look for the query as a whole.
 * @param {string} text
 * @param {any} answer
 * @param {number} wholes
 * @param {import("../query/typos.js").StandIns} standIns
 * @param {number} posts
 * @param {string[]} languages
 * @returns {string}
 */
export function ofAnswer(text, answer, wholes, standIns, posts, languages) {
  /** @type {LeafStats[]} */
  const asked = answer.leaves.slice(0, answer.leaves.length - wholes);
  if (!asked.length || !text) return C.UNKNOWN;
  if (!answer.candidates.length) return answer.complete ? C.NOTHING : C.UNKNOWN;
  const first = answer.candidates[0];
  if (first.score / first.prior >= C.ENOUGH * worthOf(asked, posts)) return C.STRONG;
  const best = bestOf(answer.candidates.slice(0, API.FEWEST));
  const score = best.score / best.prior;
  let words = wordsOf(asked);
  if (standIns.size) words = withoutChoices(words, asked, standIns, best);
  if (text.includes(" OR ")) words = words.filter(leaf => best.holds(leaf));
  const worth = worthOf(words.map(leaf => asked[leaf]), posts);
  if (words.length && score >= C.ENOUGH * worth) return C.STRONG;
  if (!answer.complete || asksInPlainWords(text, languages)) return C.UNKNOWN;
  return score >= C.TOO_LITTLE * worth || words.every(leaf => best.holds(leaf)) ? C.WEAK : C.NOTHING;
}

/** What these leaves are worth in a post that has them all; one that no post has what it would be in one of none.
 * @param {LeafStats[]} asked
 * @param {number} posts
 */
const worthOf = (asked, posts) => plainSum(asked.map(({ leaf, idf }) => leaf.weight * (idf || idfOf(posts, 0))));

/** The candidate that scores most without what was set by hand and without its age: mostly the first.
 * @param {any[]} candidates
 */
function bestOf(candidates) {
  if (!candidates[0].pinned && candidates.every(candidate => candidate.prior === 1)) return candidates[0];
  const worth = (/** @type {any} */ candidate) => candidate.score / candidate.prior;
  return candidates.reduce((best, candidate) => worth(candidate) > worth(best) ? candidate : best);
}

/** The numbers of the leaves that are words, not parts of one or guesses; if none is, of all.
 * @param {LeafStats[]} asked
 */
function wordsOf(asked) {
  const words = [...asked.keys()].filter(leaf => asked[leaf].leaf.weight >= RERANK.PASSED_OVER);
  return words.length ? words : [...asked.keys()];
}

/** Of these leaves those that are there or really missing: what nobody typed is not, nor is a word that it stands for
 * and that is there in its stead.
 * @param {number[]} words
 * @param {LeafStats[]} asked
 * @param {import("../query/typos.js").StandIns} standIns
 * @param {any} best
 */
function withoutChoices(words, asked, standIns, best) {
  const key = (/** @type {number} */ leaf) => keyOf(asked[leaf].leaf);
  const present = new Set(words.filter(leaf => best.holds(leaf)));
  const spared = new Set(standIns.keys());
  for (const leaf of present) for (const other of standIns.get(key(leaf)) || []) spared.add(keyOf(other));
  return words.filter(leaf => present.has(leaf) || !spared.has(key(leaf)));
}

/**
 * Whether readers are told that nothing much like what they asked for is here: not if its owner pinned a post to it.
 * @param {{strength: string, hits: readonly {pinned: boolean}[]}} results
 */
export const nothingAlike = results => results.strength === C.NOTHING && !results.hits[0]?.pinned;

/**
 * Whether a query is a question in one of these languages, or so long that it is as good as one.
 * @param {string} text
 * @param {string[]} languages
 */
export function asksInPlainWords(text, languages) {
  if (points(text).length > PASTED.MAX_CHARACTERS) return true;
  const asking = asks(text, languages), many = split(text).length >= (asking ? C.MANY_ASKING : C.MANY);
  return many || asking && Array.from(text).some(isSpaceless);
}
