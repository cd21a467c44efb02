/* What is a query as a whole: a sentence that somebody pasted, or the name of one thing? Twin of
   postdex/query/as_typed.py. */

import { constantsOf } from "../parameters.js";
import { points, stripped } from "../python.js";
import { Term } from "../query.js";
import { isSpaceless } from "../text/characters.js";
import { compound as compoundOf } from "../text/tokenizer.js";
import { QueryToken, isFilter } from "./lexer.js";
import { compound, exact } from "./terms.js";

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("./parser.js").GroupNode} GroupNode */
/** @typedef {import("./parser.js").Node} Node */
/** @typedef {import("./terms.js").WordContext} WordContext */
/** The leaves that look for a query as it was typed, the best first; how certain it is that this is meant; and the name
    that the query is, spelled so, "" if it is none.
    @typedef {{leaves: Leaf[], certain: boolean, name: string}} Whole */

const C = constantsOf("query.as_typed");

/** @returns {Whole} */
const Whole = (/** @type {Leaf[]} */ leaves = [], certain = true, name = "") => ({ leaves, certain, name });

/**
 * What a query is as a whole.
 * @param {GroupNode} root
 * @param {WordContext} reading
 */
export function whole(root, reading, prefixLast = false) {
  const typed = _typed(root);
  const tokens = typed.filter(token => token !== null);
  if (!tokens.length || tokens.length < typed.length) return Whole();
  const text = tokens.map(token => token.text).join(" ");
  // One plain word, as many queries are.
  if (/^[a-z]+$/.test(text)) return Whole();
  const raws = reading.analyzer.words(text).map(token => token.raw);
  if (!raws.length) return Whole();
  const runs = raws.map(isSpaceless);
  const some = runs.includes(true);
  const count = raws.reduce((sum, raw, at) => sum + (runs[at] ? points(raw).length / 2 : 1), 0);
  reading = { ...reading, is_prefix: prefixLast && tokens[tokens.length - 1].last };
  const name = tokens.length === 1 && tokens[0].kind === "word" && !some ? spelling(tokens[0].text) : "";
  const stop = raws.some(raw => reading.stop_words.has(raw.toLowerCase()));
  const certain = count >= (some || stop ? C.CERTAIN_SOMETIMES : C.CERTAIN);
  if (certain || count >= (runs.includes(false) ? C.LIKELY : C.LIKELY_RUN)) {
    return Whole(exact(text, 0, reading).map(_outsideLinks), certain, name);
  }
  const leaves = name ? _ofName(name, raws, reading) : [];
  return leaves.length ? Whole(leaves, true, name) : Whole();
}

/**
 * The words and quotes below a node in their order, operators among them; null for one that nobody pasted.
 * @param {Node} node
 * @returns {(QueryToken | null)[]}
 */
function _typed(node, field = "") {
  if (!node.parts) {
    const { sign, token } = node;
    const its = token.field || field;
    return isFilter(its) ? [] : [its || sign === "-" || token.edits >= 0 ? null : token];
  }
  const { kind } = node;
  return node.parts.flatMap((part, number) => [
    ...(number && kind !== "beside" ? [QueryToken("word", { text: kind })] : []),
    ...(node.sign === "-" ? [null] : _typed(part, node.field || field)),
  ]);
}

/**
 * A chunk without the signs around it that are no part of a name.
 * @param {string} chunk
 */
export const spelling = chunk => stripped(stripped(stripped(chunk, C._AROUND), ".", false), C._AROUND, false);

/**
 * The leaves of a name: its own spelling in one word, or else any; none of a plain word.
 * @param {string} name
 * @param {string[]} raws
 * @param {WordContext} reading
 * @returns {Leaf[]}
 */
function _ofName(name, raws, reading) {
  if (raws.length > 1) return exact(name, 0, reading);
  const unit = compoundOf(raws[0]);
  const only = Term(unit.in_one, { exact: true });
  if (unit.subwords.length === 1 && !unit.symbol) return name === raws[0] ? [] : [only];
  return [only, compound(raws[0], reading)];
}

/**
 * @template {Leaf} L
 * @param {L} leaf
 * @returns {L}
 */
function _outsideLinks(leaf) {
  if (leaf.kind === "Synonyms") return { ...leaf, spellings: leaf.spellings.map(_outsideLinks) };
  return leaf.kind === "Phrase" ? { ...leaf, outside_links: true } : leaf;
}
