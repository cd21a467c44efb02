/* Which of the best posts has the query's words side by side, and which of its sections is it about?
   Twin of postdex/results/rerank.py, which says why and what was measured.

   Everything here is a pure function of positions. Sums are added in the order of the Python, so that scores are the
   same to the last bit. */

import { plainSum } from "../elementary.js";
import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { bisectLeft, bisectRight } from "../python.js";
import { norm, saturation } from "../scoring.js";
import { isSpaceless } from "../text/characters.js";

const C = constantsOf("results.rerank");
const S = constantsOf("schema");

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../document.js").Outline} Outline */
/** @typedef {import("../document.js").Positions} Positions */
/** @typedef {import("../document.js").Outlined} Outlined */
/** @typedef {import("../document.js").Titled} Titled */
/** @typedef {{document: Outlined, score: number, whole: number, prior: number, pinned: boolean, holds: (leaf: number) => boolean, positions: (leaf: number) => Positions, titled: Titled, translations: (most: number) => Titled[]}} Candidate */
/** @typedef {{candidate: Candidate, score: number, plain: number, spelled: Set<number> | null}} Ranked */
/** @typedef {[leaf: number, start: number, stop: number]} Match */
/** @typedef {[number: number, matches: Match[]][]} InHeadings */
/** @typedef {[first: number, second: number]} LeafPair */
/** @typedef {{index: number, score: number, matches: Match[], in_headings: InHeadings}} ScoredSection */

/**
 * The pairs of leaves whose words stand side by side in the query, as numbers of leaves. A compound counts as one word;
 * a phrase, a pattern or a script without spaces ends a chain.
 * @param {Leaf[]} queryLeaves
 */
export function neighbours(queryLeaves) {
  /** @type {LeafPair[]} */
  const pairs = [];
  let before = -1;
  queryLeaves.forEach((leaf, number) => {
    if ((leaf.kind === "Term" || leaf.kind === "Synonyms") && leaf.weight < C.PASSED_OVER) return;
    const word = isWord(leaf);
    if (word && before >= 0) pairs.push([before, number]);
    before = word ? number : -1;
  });
  return pairs;
}

/**
 * 1 / the smallest distance from a word to the next word of the query; 0 beyond MAX_DISTANCE. In the query's order the
 * distance is that of the positions, in the other order one more.
 * @param {Positions} first
 * @param {Positions} second
 */
export function proximity(first, second) {
  let best = C.MAX_DISTANCE + 1;
  for (const position of first) {
    const at = bisectLeft(second, position);
    if (at) best = Math.min(best, position - second[at - 1] + 1);
    // Two words of one stem may stand at one place.
    const after = bisectRight(second, position, at);
    if (after < second.length) best = Math.min(best, second[after] - position);
  }
  return best <= C.MAX_DISTANCE ? 1 / best : 0;
}

/**
 * The candidates (best first), the first `reach` re-ranked by closeness; equal scores keep their order. With `count`,
 * only that many at the top need be there and right.
 * @param {Candidate[]} candidates
 * @param {LeafPair[]} pairs
 * @param {number | null} [count]
 * @param {number} [reach]
 * @returns {Ranked[]}
 */
export function rerankByProximity(candidates, pairs, count = null, reach = C.LOOKED_AT) {
  if (!pairs.length) return candidates.slice(0, count ?? undefined).map(candidate => asRanked(candidate));
  const lookedAt = candidates.slice(0, reach);
  const most = count === null ? candidates.length : Math.max(count, 1);
  const close = (/** @type {Candidate} */ candidate) => asRanked(candidate, proximityFactor(candidate, pairs));
  readAll(lookedAt.slice(0, most).flatMap(candidate => pairs.flat().map(leaf => () => candidate.positions(leaf))));
  const ranked = lookedAt.slice(0, most).map(close);
  const top = ranked.map(post => post.score).sort(ascending);
  const passedOver = [];
  for (const candidate of lookedAt.slice(most)) {
    if (candidate.score * (1 + C.PROXIMITY) <= top[0]) break;
    const together = pairs.filter(([first, second]) => candidate.holds(first) && candidate.holds(second)).length;
    if (candidate.score * (1 + C.PROXIMITY * together / pairs.length) <= top[0]) {
      passedOver.push(candidate);
      continue;
    }
    const post = close(candidate);
    ranked.push(post);
    top[0] = Math.max(top[0], post.score);
    top.sort(ascending);
  }
  const rest = [...passedOver, ...candidates.slice(ranked.length + passedOver.length)];
  ranked.sort((a, b) => b.score - a.score);
  return [...ranked, ...rest.slice(0, Math.max(0, most - ranked.length)).map(candidate => asRanked(candidate))];
}

const ascending = (/** @type {number} */ a, /** @type {number} */ b) => a - b;

/**
 * Those of the candidates (best first) that come before all others, in their order, with their own scores.
 * @param {Candidate[]} candidates
 * @param {LeafPair[]} pairs
 */
export function pinnedFirst(candidates, pairs) {
  const count = candidates.findIndex(candidate => !candidate.pinned);
  return candidates.slice(0, count < 0 ? undefined : count)
    .map(candidate => asRanked(candidate, pairs.length ? proximityFactor(candidate, pairs) : 1));
}

/**
 * The sections of a post that hold words of the query, best first; the first section where none does. Those that hold
 * what was typed as a whole, with their levels in `wholes`, come before all others.
 * @param {Outline} outline
 * @param {Positions[]} positions
 * @param {number[]} leafWeights
 * @param {Ranked} post
 * @param {number} limit
 * @param {Map<number, number>} [wholes]
 * @returns {ScoredSection[]}
 */
export function bestSections(outline, positions, leafWeights, post, limit, wholes = new Map()) {
  if (!outline.levels.length) return [];
  const found = scoredSections(outline.levels, outline.bounds, outline.stops, positions, leafWeights, limit, wholes);
  if (!found.length) found.push([0, 0, [], []]);
  return found.map(([own, index, matches, in_headings]) =>
    ({ index, score: C.POST_SHARE * (wholes.has(index) ? post.score : post.plain) + own, matches, in_headings }));
}

/**
 * Of the sections that hold words of the query the best, as own score, number, matches in its text, and those in its
 * heading and in each above it that has some.
 * @param {ArrayLike<number>} levels
 * @param {ArrayLike<number>} bounds
 * @param {ArrayLike<number>} stops
 * @param {Positions[]} positions
 * @param {number[]} leafWeights
 * @param {number} limit
 * @param {Map<number, number>} wholes
 * @returns {[own: number, index: number, matches: Match[], inHeadings: InHeadings][]}
 */
export function scoredSections(levels, bounds, stops, positions, leafWeights, limit, wholes) {
  const byPlace = occurrences(bounds, positions);
  const ownScores = bySection(bounds, stops, byPlace, leafWeights);
  const above = headingsAbove(levels, ownScores);
  const allWords = plainSum(leafWeights) || 1;
  /** @type {[less: number, index: number][]} */
  let scored = [];
  for (const [index, [heading, text]] of ownScores) {
    let score = C.OWN_HEADING * heading + text + (above.length ? above[index] : 0);
    if (heading) {
      // With the gap behind: one word is no whole heading.
      const words = bounds[2 * index + 1] - bounds[2 * index];
      score *= 1 + C.HEADING_COVERAGE * askedFor(byPlace.get(2 * index) ?? [], positions) / words;
    }
    const held = new Set([2 * index, 2 * index + 1].flatMap(place => (byPlace.get(place) ?? []).map(([leaf]) => leaf)));
    score *= 1 + C.COVERAGE * plainSum([...held].sort(ascending).map(leaf => leafWeights[leaf])) / allWords;
    scored.push([-score, index]);
  }
  if (wholes.size && scored.length) {
    const most = scored.reduce((least, [less]) => Math.min(least, less), 0);
    scored = scored.map(([less, index]) => [less + most * (wholes.get(index) ?? 0), index]);
  }
  scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return scored.slice(0, limit).map(([less, index]) =>
    [-less, index, byPlace.get(2 * index + 1) ?? [], above.length ? inHeadings(levels, byPlace, index) : []]);
}

/**
 * The sections that have what was typed as a whole, each with a level, the best the highest: `wholes` are the positions
 * of each leaf of it, the best first; in the sections `spelled` it is just as it was typed.
 * @param {Outline} outline
 * @param {Positions[]} wholes
 * @param {Iterable<number>} spelled
 */
export function holding(outline, wholes, spelled) {
  /** @type {Map<number, number>} */
  const levels = new Map();
  for (const section of spelled) levels.set(section, wholes.length + 1);
  wholes.forEach((positions, at) => {
    for (const position of positions) {
      const section = (bisectRight(outline.bounds, position) - 1) >> 1;
      if (!levels.has(section)) levels.set(section, wholes.length - at);
    }
  });
  return levels;
}

/**
 * The matches by place: 2 x section for its heading and one more for its text.
 * @param {ArrayLike<number>} bounds
 * @param {Positions[]} positions
 */
function occurrences(bounds, positions) {
  /** @type {Map<number, Match[]>} */
  const byPlace = new Map();
  positions.forEach((at, leaf) => {
    const count = at.length;
    for (let start = 0, stop; start < count; start = stop) {
      const place = bisectRight(bounds, at[start]);
      stop = start + 1;
      if (stop < count) stop = place < bounds.length ? bisectLeft(at, bounds[place], stop) : count;
      // Before the first section stand the title and other fields.
      if (!place) continue;
      const matches = byPlace.get(place - 1);
      if (matches) matches.push([leaf, start, stop]);
      else byPlace.set(place - 1, [[leaf, start, stop]]);
    }
  });
  return byPlace;
}

/**
 * For each section with a match what its heading and its text are worth.
 * @param {ArrayLike<number>} bounds
 * @param {ArrayLike<number>} stops
 * @param {Map<number, Match[]>} byPlace
 * @param {number[]} leafWeights
 */
function bySection(bounds, stops, byPlace, leafWeights) {
  /** @type {Map<number, [heading: number, text: number]>} */
  const scores = new Map();
  for (const [place, matches] of byPlace) {
    const below = place & 1
      ? norm(S.BODY, stops[place >> 1] - bounds[place], C.AVERAGE_SECTION)
      : norm(S.HEADING, bounds[place + 1] - bounds[place], C.AVERAGE_HEADING);
    let value = 0;
    for (const [leaf, start, stop] of matches) value += leafWeights[leaf] * saturation(stop - start, below);
    const [heading, text] = scores.get(place >> 1) ?? [0, 0];
    scores.set(place >> 1, place & 1 ? [heading, value] : [value, text]);
  }
  return scores;
}

/**
 * For each section what the headings above it are worth; nothing at all where no heading matches.
 * @param {ArrayLike<number>} levels
 * @param {Map<number, [heading: number, text: number]>} own
 */
function headingsAbove(levels, own) {
  /** @type {number[]} */
  const above = [];
  if (![...own.values()].some(([heading]) => heading)) return above;
  let last = 0;
  for (const index of own.keys()) last = Math.max(last, index);
  const path = [[-1, 0]];
  for (let index = 0; index <= last; index++) {
    while (path[path.length - 1][0] >= levels[index]) path.pop();
    const worth = path[path.length - 1][1];
    above.push(worth);
    path.push([levels[index], worth + (own.get(index)?.[0] ?? 0)]);
  }
  return above;
}

/**
 * Which headings down to a section hold words, its own first.
 * @param {ArrayLike<number>} levels
 * @param {Map<number, Match[]>} byPlace
 * @param {number} index
 */
function inHeadings(levels, byPlace, index) {
  /** @type {InHeadings} */
  const headings = [];
  let level = levels[index] + 1;
  for (let number = index; number >= 0; number--) {
    if (levels[number] >= level) continue;
    level = levels[number];
    const matches = byPlace.get(2 * number);
    if (matches) headings.push([number, matches]);
  }
  return headings;
}

/**
 * How many words of a heading were asked for.
 * @param {Match[]} matches
 * @param {Positions[]} positions
 */
const askedFor = (matches, positions) =>
  new Set(matches.flatMap(([leaf, start, stop]) => [...positions[leaf].slice(start, stop)])).size;

/**
 * Where the most telling word stands in the window of WINDOW words that holds the most telling of them all.
 * @param {Map<number, Positions>} positionsOf by leaf where its words stand
 * @param {number[]} leafWeights
 * @param {number} otherwise the answer if there are none
 */
export function densest(positionsOf, leafWeights, otherwise) {
  if (positionsOf.size < 2) return [...positionsOf.values()][0]?.[0] ?? otherwise;
  /** @type {[position: number, leaf: number][]} */
  const matches = [];
  for (const [leaf, at] of positionsOf) for (const position of at.slice(0, C.OCCURRENCES)) matches.push([position, leaf]);
  matches.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  /** @type {number[]} */
  const counts = [];
  const weight = (/** @type {number} */ leaf) => leafWeights[leaf] * (counts[leaf] ? C.REPEATED : 1);
  let value = 0, most = 0, oldest = 0, best = [0, 0];
  matches.forEach(([position, leaf], newest) => {
    value += weight(leaf);
    counts[leaf] = (counts[leaf] ?? 0) + 1;
    for (; position - matches[oldest][0] > C.WINDOW; oldest++) {
      const left = matches[oldest][1];
      counts[left]--;
      value -= weight(left);
    }
    if (value > most * 1.000001) {
      most = value;
      best = [oldest, newest];
    }
  });
  return matches.slice(best[0], best[1] + 1).reduce((a, b) => leafWeights[b[1]] > leafWeights[a[1]] ? b : a)[0];
}

/**
 * A candidate with its score raised by a factor.
 * @param {Candidate} candidate
 * @param {number} [factor]
 * @returns {Ranked}
 */
export const asRanked = (candidate, factor = 1) =>
  ({ candidate, score: candidate.score * factor, plain: (candidate.score - candidate.whole) * factor, spelled: null });

/**
 * What the closeness of these pairs of words makes of a post's score: a factor of 1 to 1 + PROXIMITY.
 * @param {Candidate} candidate
 * @param {LeafPair[]} pairs
 */
export function proximityFactor(candidate, pairs) {
  let total = 0;
  for (const [first, second] of pairs) total += proximity(candidate.positions(first), candidate.positions(second));
  return 1 + C.PROXIMITY * total / pairs.length;
}

/**
 * @param {Leaf} leaf
 * @returns {boolean}
 */
const isWord = leaf => leaf.kind === "Synonyms"
  ? leaf.spellings.every(spelling => spelling.kind !== "Term" || isWord(spelling))
  : leaf.kind === "Term" && !isSpaceless(leaf.text);
