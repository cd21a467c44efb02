/* Which signs in a word are a pattern, and what does that look for? `refc*`, `*fallback`, `/smc_\w+_fallback/`. Twin of
   postdex/query/patterns.py.

   Whether a regular expression is a right one is not known here: a published index evaluates none (`limits`). */

import { constantsOf } from "../parameters.js";
import { WORD, points, stripped } from "../python.js";
import { Phrase, Prefix, Regex, Wildcard } from "../query.js";
import { fold, isSpaceless } from "../text/characters.js";
import { literal } from "../text/compounds.js";
import { compound } from "../text/tokenizer.js";
import { TermReading, inSpellings, readWord } from "./terms.js";

/** @typedef {import("./terms.js").WordContext} WordContext */
/** @typedef {import("./terms.js").Say} Say */

const C = constantsOf("query.patterns");
const W = `[${WORD}]`;
const IS_WORD = new RegExp(W, "u");
const _PATTERN = new RegExp(`^[${WORD}.\\-'’‐‑*?]+$`, "u");
const _WILD = /[*?]+/g;
const _IS_WILD = new RegExp(`\\*|\\?[${WORD}*]`, "u");
const _BEGINS = new RegExp(`^(?!\\*\\*)[*?]*${W}`, "u");
const SPECIAL = new RegExp(
  `((?:\\\\[-_.'’]|\\[[-_.'’\\\\]+\\]|[-_'’])(?:[*+?]|\\{\\p{Nd}+,?\\p{Nd}*\\})?\\??)`
  + `|\\\\Q.*?(?:\\\\E|$)|\\\\[pPx]\\{[^}]*\\}|\\(\\?(?:P?<${W}+>|<?[=!]|[A-Za-z\\-]*)|\\\\.`
  + `|\\[\\^?\\]?(?:\\\\.|\\[:\\^?${W}+:\\]|[^\\]\\\\])*\\]|\\{\\p{Nd}+,?\\p{Nd}*\\}`, "gu");
const _SIGN = new RegExp(`\\0|[.)][*+?]|${W}[*+?](?!$)|\\||^\\^|\\$$`, "u");
const _FOREIGN = /[=&%:@,;<>"!~]/;
const _WORDLY = new RegExp(`(?:(?![\\0-\\x7f])${W})+`, "gu");

/**
 * `refc*` or `*fallback`, or null (the text is searched) with a word of why. `meant` says that no plain word stands
 * beside it that it may have been pasted with.
 * @param {string} text
 * @param {WordContext} reading
 * @param {boolean} meant
 * @param {Say} say
 */
export function pattern(text, reading, meant, say) {
  if (!_IS_WILD.test(text)) return null;
  const body = stripped(text, C._CLOSING, false);
  if (!_PATTERN.test(body)) {
    if (body.includes("*") && IS_WORD.test(body)) say(`* works inside one word only; ${text} was searched as text`);
    return null;
  }
  const pieces = body.split(_WILD);
  const rest = pieces.slice(1).some(Boolean);
  if (reading.analyzer.words(body).some(token => isSpaceless(token.raw))) {
    if (rest || body.includes("?")) say(`${text} was searched as text: scripts without blanks need no pattern`);
    return null;
  }
  const literals = pieces.map(piece => _literal(piece, reading));
  const lengths = literals.map(part => points(part).length);
  const inFront = lengths[0] >= C.LITERAL;
  if (!inFront && (Math.max(...lengths) < C.LITERAL || !_BEGINS.test(body))) {
    if (IS_WORD.test(body)) say(`a pattern needs ${C.LITERAL} characters side by side; ${text} was searched as text`);
    return null;
  }
  if (!inFront) {
    if (!meant) {
      say(`${text} was searched as text; +${text} is a pattern`);
      return null;
    }
    const covered = _wildcard(body, literals, reading);
    const words = readWord(body, -1, reading, say);
    return TermReading(covered, [...words.map(word => word.required), covered]);
  }
  return TermReading(rest || body.includes("?") ? _wildcard(body, literals, reading) : _prefix(pieces[0], reading));
}

/**
 * `/smc_\w+_fallback/`, or null (the text is searched) with a word of why, if an expression may be meant.
 * @param {string} text
 * @param {WordContext} reading
 * @param {Say} say
 */
export function regex(text, reading, say) {
  const body = text.slice(1, -1).replace(_WORDLY, letters => fold(reading.analyzer.simplified(letters)));
  const plain = body.replace(SPECIAL, part => points(part).length === 1 ? part : "\0");
  if (!_SIGN.test(plain)) return null;
  const why = _whyNone(body, plain, reading);
  if (why) {
    say(`${text} was searched as text: ${why}`);
    return null;
  }
  const inOne = body.replace(SPECIAL, (part, joint) => joint ? C._JOINT : part);
  return TermReading(Regex(`/${inOne}/`, { field: reading.field, weight: reading.weight }));
}

/**
 * Why an expression, `plain` without its signs, is none over words; "" if it is one.
 * @param {string} body
 * @param {string} plain
 * @param {WordContext} reading
 */
function _whyNone(body, plain, reading) {
  const foreign = _FOREIGN.exec(plain);
  if (foreign) return `no word has a ${foreign[0]} in it (regex: looks in lines)`;
  if (reading.analyzer.rawTokens(plain).some(isSpaceless)) return "scripts without blanks need no pattern";
  const least = body.includes("\\") ? 1 : C.LITERAL;
  return new RegExp(`[\\p{L}\\p{N}]{${least}}`, "u").test(plain) ? ""
    : `a regular expression needs ${C.LITERAL} characters side by side that stand for themselves`;
}

/**
 * @param {string} body
 * @param {string[]} literals
 * @param {WordContext} reading
 */
function _wildcard(body, literals, { field, weight }) {
  const signs = (body.match(_WILD) ?? []).map(sign => sign.includes("*") ? "*" : sign);
  return Wildcard(literals.map((part, at) => part + (signs[at] ?? "")).join(""), { field, weight });
}

/**
 * `sk_user_d*`: the beginning of its joined form, or the phrase of its parts, the last a beginning.
 * @param {string} front
 * @param {WordContext} reading
 */
function _prefix(front, reading) {
  const { field } = reading;
  const parts = reading.analyzer.words(front).flatMap(token => compound(token.raw).subwords);
  /** @type {import("./terms.js").Spelling[]} */
  const spellings = [Prefix(_literal(front, reading), { field })];
  if (parts.length > 1) spellings.push(Phrase(parts, { field, prefix: true }));
  return inSpellings(spellings, reading.weight);
}

/**
 * A stretch of a pattern as the terms have it: folded, in one.
 * @param {string} piece
 * @param {WordContext} reading
 */
const _literal = (piece, reading) => literal(reading.analyzer.rawTokens(piece));
