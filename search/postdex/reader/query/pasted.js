/* Which words of a pasted text are searched for? A stack trace or a paragraph -> the words that tell most. Twin of
   postdex/query/pasted.py. */

import { constantsOf } from "../parameters.js";
import { BLANK, commas, cut, points } from "../python.js";
import { isSpaceless } from "../text/characters.js";
import { termsAt } from "../text/tokenizer.js";
import { isFilter } from "./lexer.js";

/** @typedef {import("./parser.js").GroupNode} GroupNode */
/** @typedef {import("./parser.js").ClauseNode} ClauseNode */
/** @typedef {import("./parser.js").Node} Node */
/** @typedef {import("./terms.js").PostCounts} PostCounts */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */

const C = constantsOf("query.pasted");
const LEADING = new RegExp(`^[${BLANK}]+`, "u");
const IS_BLANK = new RegExp(`^[${BLANK}]$`, "u");

/**
 * What is read of a text, and what is to be said of that ("" for nothing).
 * @param {string} text
 * @returns {[string, string]}
 */
export function beginning(text) {
  if (points(text).length > C.MAX_CHARACTERS) text = text.replace(LEADING, "");
  const all = points(text);
  if (all.length <= C.MAX_CHARACTERS) return [text, ""];
  let stop = C.MAX_CHARACTERS;
  for (let blank = stop; blank > C.MAX_CHARACTERS - C._NEAR; blank--) {
    if (!IS_BLANK.test(all[blank])) continue;
    stop = blank;
    break;
  }
  return [cut(all, 0, stop), `the text has ${commas(all.length)} characters; only the first ${commas(stop)} were read`];
}

/**
 * The query with no more than MAX_WORDS of its free words, and what is to be said of that ("" for nothing). They are
 * those that fewest posts have. Words that no post has are left out, unless no post has any.
 * @param {GroupNode} root
 * @param {PostCounts | null} postCounts
 * @param {Analyzer} analyzer
 * @returns {[GroupNode, string]}
 */
export function telling(root, postCounts, analyzer) {
  const typed = _free(root);
  if (typed.reduce((sum, chunk) => sum + points(chunk).length, 0) <= C.MAX_WORDS) return [root, ""];
  const free = typed.map(chunk => _words(chunk, analyzer));
  const size = free.reduce((sum, words) => sum + _size(words), 0);
  if (size <= C.MAX_WORDS) return [root, ""];
  const words = [...new Set(free.flat())];
  const posts = postCounts ? _posts(words, postCounts, analyzer) : new Map();
  const of = (/** @type {string} */ word) => posts.get(word) ?? 0;
  const rare = words.filter(of).sort((a, b) => of(a) - of(b));
  const chosen = new Set((rare.length ? rare : words).slice(0, C.MAX_WORDS));
  const warning = `the text of ${commas(size)} words was searched for by ${chosen.size} of them`;
  return [_only(root, free, chosen), warning + (rare.length ? ", the rarest in these posts" : "")];
}

/**
 * The words that stand beside others, as they were typed, in order.
 * @param {GroupNode} group
 * @returns {string[]}
 */
const _free = group => group.parts.flatMap(part =>
  part.parts ? part.sign === "-" ? [] : _free(part) : _isFree(part, group) ? [part.token.text] : []);

/**
 * @param {ClauseNode} part
 * @param {GroupNode} group
 */
const _isFree = ({ sign, token }, group) =>
  group.kind === "beside" && !sign && token.kind === "word" && !isFilter(token.field);

/**
 * What is chosen from where something was typed without blanks: the whole, or each bigram of its runs.
 * @param {string} typed
 * @param {Analyzer} analyzer
 */
function _words(typed, analyzer) {
  const raws = analyzer.rawTokens(typed);
  return raws.some(isSpaceless) ? raws.flatMap(raw => isSpaceless(raw) ? _terms(raw) : [raw]) : [typed];
}

/**
 * The terms of a raw token; of a run its bigrams.
 * @param {string} raw
 */
function _terms(raw) {
  const positions = termsAt(raw);
  return (isSpaceless(raw) && positions.length > 1 ? positions.slice(0, -1) : positions).flat();
}

/**
 * How many words these are: two characters without a blank, which overlap, are one.
 * @param {string[]} words
 */
function _size(words) {
  const pairs = words.filter(isSpaceless).length;
  return words.length - pairs + Math.ceil(pairs / 2);
}

/**
 * In how many posts the rarest term of each word stands that stands in any; 0 if none does.
 * @param {string[]} words
 * @param {PostCounts} postCounts
 * @param {Analyzer} analyzer
 */
function _posts(words, postCounts, analyzer) {
  const termsOf = words.map(word => analyzer.rawTokens(word).flatMap(_terms));
  const terms = [...new Set(termsOf.flat())].sort();
  const counts = postCounts(terms);
  const posts = new Map(terms.map((term, at) => [term, counts[at]]));
  return new Map(words.map((word, at) => {
    const some = termsOf[at].map(term => posts.get(term) ?? 0).filter(Boolean);
    return [word, some.length ? Math.min(...some) : 0];
  }));
}

/**
 * The group with these of its `free` words, each once; both are taken from on the way.
 * @param {GroupNode} group
 * @param {string[][]} free
 * @param {Set<string>} chosen
 * @returns {GroupNode}
 */
function _only(group, free, chosen) {
  const parts = group.parts.flatMap(/** @returns {Node[]} */ part => {
    if (part.parts) return [part.sign === "-" ? part : _only(part, free, chosen)];
    if (!_isFree(part, group)) return [part];
    const words = /** @type {string[]} */ (free.shift()).filter(word => chosen.delete(word));
    return words.map(text => ({ ...part, token: { ...part.token, text } }));
  });
  return { ...group, parts };
}
