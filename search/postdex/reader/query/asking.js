/* Which words of a group only ask, as `how do i` does of `how do i resize photos`? Twin of postdex/query/asking.py. */

import { askingWords } from "../text/questions.js";
import { bareWord } from "./parser.js";

/**
 * The places of the clauses that only ask, of words that stand beside one another without a sign; none where nothing
 * else is there.
 * @param {import("./parser.js").GroupNode} group
 * @param {import("./terms.js").WordContext} reading
 * @returns {Set<number>}
 */
export function places({ kind, parts }, { analyzer, asks }) {
  if (kind !== "beside" || parts.length === 1 || !asks) return new Set();
  const inTexts = parts.map(part => analyzer.key(part.sign ? "" : bareWord(part)).split(" "));
  const asking = askingWords(inTexts.flat(), analyzer.languages);
  return new Set([...parts.keys()].filter(at => asking.splice(0, inTexts[at].length).every(Boolean)));
}
