/* Where does what was typed stand as a whole: the words of a sentence one after the other, all characters of a run?
   Twin of postdex/results/whole_matches.py. */

import { constantsOf } from "../parameters.js";
import { isAscii } from "../python.js";
import { isSpaceless } from "../text/characters.js";

const C = constantsOf("results.whole_matches");

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../document.js").Positions} Positions */
/** @typedef {{leaf: number, least: number, most: number}} Step a typed word, and how many positions it may take */
/** @typedef {{steps: Step[], leaves: Set<number>}} Typed without steps where it can't stand as a whole */

/**
 * What may stand as a whole: all that was typed, empty if that can't, then each run of a script without blanks.
 * @param {Leaf[]} leaves
 * @param {string} text the query as `Analyzer.key` has it
 */
export function wholesOf(leaves, text) {
  if (!text.includes(" ") && isAscii(text)) return [];
  /** @type {Map<string, number>} */
  const leafByText = new Map();
  leaves.forEach((leaf, number) => {
    for (const spelling of leaf.kind === "Synonyms" ? leaf.spellings : [leaf])
      if ((spelling.kind === "Term" || spelling.kind === "Prefix") && !leafByText.has(spelling.text))
        leafByText.set(spelling.text, number);
  });
  const leafOf = (/** @type {string} */ word) => leafByText.get(word) ?? C.ANY;
  /** @type {Step[]} */
  const everything = [];
  const runs = [];
  const words = text.split(" ").filter(Boolean);
  for (const word of words) {
    const letters = [...word];
    if (isSpaceless(word) && letters.length > 1) {
      const pairs = letters.slice(1).map((letter, at) => step(leafOf(letters[at] + letter)));
      // Behind the last pair, not within it.
      pairs.push(step(/** @type {Step} */ (pairs.pop()).leaf, 2));
      everything.push(...pairs);
      runs.push(pairs);
    } else {
      const number = leafOf(word);
      everything.push(step(number, 1, number === C.ANY ? 1 : longest(leaves[number])));
    }
  }
  const whole = typed(everything);
  return words.length === 1 ? [whole] : [whole, ...runs.map(typed)];
}

/** @returns {Step} */
const step = (/** @type {number} */ leaf, least = 1, most = least) => ({ leaf, least, most });

/**
 * A whole has several words, and those at both ends are looked for.
 * @param {Step[]} steps
 * @returns {Typed}
 */
function typed(steps) {
  const leaves = new Set(steps.map(({ leaf }) => leaf).filter(leaf => leaf !== C.ANY));
  const isWhole = leaves.size > 1 && leaves.has(steps[0].leaf) && leaves.has(steps[steps.length - 1].leaf);
  return isWhole ? { steps, leaves } : { steps: [], leaves: new Set() };
}

/**
 * Where the words stand one after the other, as ranges of positions, in the order of the text.
 * @param {Typed} typed
 * @param {Map<number, Positions>} positions
 */
export function stands({ steps, leaves }, positions) {
  /** @type {[start: number, stop: number][]} */
  const ranges = [];
  if (!steps.length || ![...leaves].every(leaf => positions.has(leaf))) return ranges;
  const at = (/** @type {number} */ leaf) => /** @type {Positions} */ (positions.get(leaf));
  let soFar = Array.from(at(steps[0].leaf), position => [position, position]);
  for (const { leaf, least, most } of steps) {
    if (leaf === C.ANY) {
      soFar = soFar.map(([start, position]) => [start, position + 1]);
      continue;
    }
    const own = new Set(at(leaf));
    soFar = soFar.filter(([, position]) => own.has(position)).map(([start, position]) => {
      // A compound takes as many positions as the text cut it into.
      const last = position + most;
      for (position += least; position < last && own.has(position);) position++;
      return [start, position];
    });
  }
  for (const [start, stop] of soFar) if (!ranges.length || start >= ranges[ranges.length - 1][1]) ranges.push([start, stop]);
  return ranges;
}

/**
 * The most positions that a word takes in a text.
 * @param {Leaf} leaf
 */
const longest = leaf => leaf.kind === "Synonyms"
  ? Math.max(1, ...leaf.spellings.map(spelling => spelling.kind === "Phrase" ? spelling.terms.length : 1))
  : 1;
