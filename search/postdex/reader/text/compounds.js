/* In which spellings may posts have a compound indexed? `GitHub` as github or git hub. Twin of postdex_index/text/compounds.py. */

import { stripped } from "../python.js";
import { isSpaceless } from "./characters.js";
import { compound, termsAt } from "./tokenizer.js";

/**
 * The words of raw tokens in a row, in each way that posts may have them indexed, at most three: as code, as prose,
 * everything in one. The last run of a row may go on, so it does not end with its last character alone (without `tails`
 * none does).
 * @param {readonly string[]} raws
 * @param {boolean} [tails]
 * @returns {string[][]}
 */
export function spellings(raws, tails = true) {
  /** @type {string[][]} */
  const ways = [[], [], []];
  raws.forEach((raw, at) => {
    let spelled;
    if (isSpaceless(raw)) {
      let terms = asProse(raw);
      if (terms.length > 1 && (!tails || at === raws.length - 1)) terms = terms.slice(0, -1);
      spelled = [terms, terms, terms];
    } else {
      const unit = compound(raw);
      spelled = [wordsOf(unit), asProse(raw), [unit.in_one]];
    }
    spelled.forEach((words, way) => ways[way].push(...words));
  });
  const unlike = new Map(ways.map(way => [way.join("\0"), way]));
  return [...unlike.values()].filter(way => way.length);
}

/**
 * The words of a raw token as a post has it outside code, one a position.
 * @param {string} raw
 */
export function asProse(raw) {
  const words = termsAt(raw).map(terms => terms[0]);
  return isSpaceless(raw) ? words : wordsOf({ ...compound(raw), subwords: words });
}

/**
 * The parts of a raw token, with the signs of its symbol form in place: `.net`, `c++`.
 * @param {{subwords: readonly string[], symbol: string}} unit
 */
export function wordsOf({ subwords, symbol }) {
  const words = [...subwords];
  if (symbol.startsWith(".")) words[0] = "." + words[0];
  words[words.length - 1] += symbol.endsWith("#") ? "#" : symbol.endsWith("++") ? "++" : "";
  return words;
}

/**
 * What stands between the signs of a pattern as terms have it: folded, in one.
 * @param {readonly string[]} raws
 */
export function literal(raws) {
  const units = raws.map(raw => {
    if (isSpaceless(raw)) return raw;
    const { concatenated, subwords } = compound(raw);
    return concatenated || subwords.join("");
  });
  return stripped(units.join(""), "_");
}
