/* Which marks of a passage stand together, and do they say it as it was typed? Twin of postdex/results/mark_groups.py. */

import { constantsOf } from "../parameters.js";
import { casefold, cut, points, split } from "../python.js";

const C = constantsOf("results.mark_groups");

/** @typedef {import("../document.js").Mark} Mark */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {[start: number, stop: number]} Range */

/**
 * Where marks of a leaf stand together in a passage, and whether they are spelled as they were `typed` (which is not
 * asked if that is empty): the first stretch that is, otherwise the first.
 * @param {import("../document.js").Passage} passage
 * @param {number} leaf
 * @param {string} typed
 * @param {Analyzer} analyzer
 * @returns {[around: Range | null, asSpelled: boolean]}
 */
export function stretch(passage, leaf, typed, analyzer) {
  const text = points(passage.text);
  /** @type {Range[]} */
  const stretches = [];
  for (const mark of passage.marks) {
    if (mark.leaf !== leaf) continue;
    const last = stretches[stretches.length - 1];
    if (last && (mark.start <= last[1] || !apart(text, last[1], mark.start))) last[1] = mark.stop;
    else stretches.push([mark.start, mark.stop]);
  }
  if (typed) {
    const [spelled, signs] = spelledOf(typed, analyzer);
    for (const [start, stop] of stretches)
      if (cut(text, 0, start).endsWith(signs) && plain(cut(text, start, stop)) === spelled) return [[start, stop], true];
  }
  return [stretches[0] ?? null, false];
}

/**
 * The words that were typed as `plain` has them, and the signs before them if they are one name.
 * @param {string} typed
 * @param {Analyzer} analyzer
 */
function spelledOf(typed, analyzer) {
  const tokens = analyzer.words(typed);
  if (!tokens.length) return ["", ""];
  const text = points(typed), start = tokens[0].start;
  return [plain(cut(text, start, tokens[tokens.length - 1].stop)), split(typed).length === 1 ? cut(text, 0, start) : ""];
}

const plain = (/** @type {string} */ text) => casefold(split(text).join(" "));

/**
 * Where the heaviest mark stands, among those that stand together and are worth most, each word once.
 * @param {string | string[]} text as `points` gives it
 * @param {Mark[]} marks
 * @param {number[]} leafWeights
 */
export function heaviest(text, marks, leafWeights) {
  let best = marks[0].start, most = -1, end = 0, place = best, heavy = -1, value = 0;
  /** @type {Set<number>} */
  const seen = new Set();
  for (const { start, stop, leaf } of marks) {
    if (start > end && apart(text, end, start)) {
      heavy = -1;
      value = 0;
      seen.clear();
    }
    if (!seen.has(leaf)) {
      const weight = leafWeights[leaf];
      seen.add(leaf);
      value += weight;
      if (weight > heavy) {
        place = start;
        heavy = weight;
      }
      if (value > most) {
        best = place;
        most = value;
      }
    }
    end = stop;
  }
  return best;
}

/**
 * Whether a word stands between two marks, or more than a few signs.
 * @param {string | string[]} text
 * @param {number} start
 * @param {number} stop
 */
const apart = (text, start, stop) => stop - start > C._APART || stop > start && /[\p{L}\p{N}]/u.test(cut(text, start, stop));
