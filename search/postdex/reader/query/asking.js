/* Which words of a group only ask, as `how do i` does of `how do i make photos smaller`? Twin of
   postdex/query/asking.py. */

import { constantsOf } from "../parameters.js";
import { askingWords } from "../text/questions.js";
import { bareWord } from "./parser.js";

const C = constantsOf("query.asking");

/**
 * The places of the clauses that only ask, of words that stand beside one another without a sign; none where fewer than
 * FEWEST_OTHERS others are there.
 * @param {import("./parser.js").GroupNode} group
 * @param {import("./terms.js").WordContext} reading
 * @returns {Set<number>}
 */
export function places({ kind, parts }, { analyzer, asks }) {
  const inParts = parts.map(part => analyzer.key(part.sign ? "" : bareWord(part)).split(" "));
  const asking = askingWords(inParts.flat(), analyzer.languages);
  const places = [...parts.keys()].filter(at => !asking.splice(0, inParts[at].length).includes(false));
  return new Set(kind === "beside" && asks && parts.length - places.length >= C.FEWEST_OTHERS ? places : []);
}
