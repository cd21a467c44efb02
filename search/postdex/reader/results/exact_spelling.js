/* Is a name spelled in a post just as it was typed? Twin of postdex/results/exact_spelling.py. */

import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { bisectLeft, bisectRight, isAlnum } from "../python.js";
import { asRanked } from "./rerank.js";

const C = constantsOf("results.exact_spelling");

/** @typedef {import("./rerank.js").Candidate} Candidate */
/** @typedef {import("./rerank.js").Ranked} Ranked */

/**
 * The candidates (best first), of the first `reach` those first that spell a name as it was typed, with their sections
 * that do; leaf number `leaf` looks for it in any spelling. With `count` only so many need be there. Texts that are sure
 * to be read are asked for together, then all others.
 * @param {Candidate[]} candidates
 * @param {string} name
 * @param {number} leaf
 * @param {number | null} count
 * @param {number} reach
 */
export function spelledFirst(candidates, name, leaf, count, reach) {
  const lacking = candidates.findIndex(candidate => !candidate.holds(leaf));
  const lookedAt = candidates.slice(0, Math.min(reach, lacking < 0 ? Infinity : lacking));
  /** @type {Ranked[]} */
  const spelled = [];
  const others = [];
  for (const [at, candidate] of lookedAt.entries()) {
    if (spelled.length === count) break;
    if (!at || at === count) readAll(lookedAt.slice(at, at || count === null ? undefined : count).map(it => () => it.document));
    const ranked = asRanked(candidate);
    const sections = sectionsWith(candidate.document, candidate.positions(leaf), name);
    if (sections) spelled.push({ ...ranked, score: ranked.score * C.SPELLED, spelled: sections });
    else others.push(ranked);
  }
  const rest = candidates.slice(spelled.length + others.length, count ?? undefined);
  return [...spelled, ...others, ...rest.map(candidate => asRanked(candidate))];
}

/**
 * The sections that have a name just so, of those that hold these positions; null if title and tags lack it too.
 * @param {import("../document.js").Outlined} document
 * @param {import("../document.js").Positions} positions
 * @param {string} name
 */
export function sectionsWith(document, positions, name) {
  name = name.toLowerCase();
  const { bounds } = document.outline;
  const within = positions.slice(bisectLeft(positions, bounds.length ? bounds[0] : 0));
  const sections = new Set(Array.from(within, position => (bisectRight(bounds, position) - 1) >> 1));
  for (const section of sections)
    if (!holds(document.section(section).heading, name) && !holds(document.text(section), name)) sections.delete(section);
  return sections.size || [document.title, ...document.tags].some(text => holds(text, name)) ? sections : null;
}

/**
 * Whether a text has a name in lower case, but for case, and not within a longer one.
 * @param {string} text
 * @param {string} name
 */
export function holds(text, name) {
  text = text.toLowerCase();
  const joining = "-." + (name.includes("/") ? "/" : "");
  for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + 1)) {
    const stop = start + name.length;
    const before = [...text.slice(Math.max(0, start - 4), start)].reverse(), behind = [...text.slice(stop, stop + 4)];
    if (!joined(before, joining) && !joined(behind, joining)) return true;
  }
  return false;
}

/**
 * Whether the two characters beside a name, from it on, make a longer name of it.
 * @param {string[]} beside
 * @param {string} joining
 */
const joined = ([first = "", second = ""], joining) => isWord(first) || joining.includes(first) && isWord(second);

const isWord = (/** @type {string} */ character) => isAlnum(character) || character === "_";
