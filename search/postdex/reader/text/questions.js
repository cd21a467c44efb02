/* Which words of a text only ask? Twin of postdex_index/text/questions.py. */

import { length, points } from "../python.js";
import { ASIAN, simplified } from "./characters.js";
import { table } from "./tables.js";

/** @type {{words: Set<string>, longest: number} | null} */
let spaceless = null;

/**
 * For each character of a run in its normal form, whether it belongs to a word that only asks.
 * @param {string} run
 * @returns {boolean[]}
 */
export function askingCharacters(run) {
  const all = points(run), asking = new Array(all.length).fill(false);
  if (!Array.from(all).some(character => character >= ASIAN)) return asking;
  if (!spaceless) {
    const words = /** @type {string[]} */ (table("spaceless").questions);
    spaceless = { words: new Set(words), longest: Math.max(...words.map(length)) };
  }
  const { words, longest } = spaceless, characters = [...Array.from(points(simplified(run))), "$"];
  for (let start = 0; start < characters.length - 1; start++) {
    let stop = Math.min(start + longest, characters.length);
    while (stop > start && !words.has(characters.slice(start, stop).join(""))) stop--;
    if (stop > start) asking.fill(true, start, stop);
  }
  return asking;
}
