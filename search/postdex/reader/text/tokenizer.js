/* How does text become terms? Twin of postdex_index/text/tokenizer.py, which has the rules that comments name by number. */

import { constantsOf } from "../parameters.js";
import { cut, isAscii, isDigit, isLower, isUpper, length, points } from "../python.js";
import { calm, fold, hasMarks, isSpaceless, runText, separatorPattern, withoutInvisible, withoutStyle } from "./characters.js";

const C = constantsOf("text.tokenizer"), CHARACTERS = constantsOf("text.characters");

const HUMP = /(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))/g;
const POSSESSIVE = /'[sS](?![\p{L}\p{N}])/gu;
const NEGATION = /(?<=[\p{L}\p{N}][nN])'(?=[tT](?![\p{L}\p{N}]))/gu;
const DIGIT_GROUPS = /(?<![\p{L}\p{N}_])\p{Nd}{1,3}(?:,\p{Nd}{3})+(?![\p{L}\p{N}_])/gu;
const NUMBERED = /^([a-z]{3,})\p{Nd}{1,3}$/u;

/** One raw token as a query sees it: its parts, their joined form ("" for one part), its symbol form or "". */
/** `in_one`: the whole as one term, `skuserdata`, `c++`. */
/** @typedef {{concatenated: string, subwords: string[], symbol: string, in_one: string}} Compound */

/**
 * The terms of a raw token, a list for each position it takes, its part in front; `code` says that the token stands in
 * a block of code, where `UserData` is two words.
 * @param {string} raw
 * @param {boolean} [code]
 * @returns {readonly string[][]}
 */
export function termsAt(raw, code = false) {
  if (isPlain(raw)) return [[raw.toLowerCase().slice(0, C.LONGEST_TERM)]];
  if (isSpaceless(raw)) {
    const run = points(runText(raw));
    return Array.from(run, (character, at) => [character + (run[at + 1] ?? "")]);
  }
  return remembered(code ? termsInCode : termsInProse, raw, raw => wordTerms(raw, code));
}

/**
 * The number of positions that a raw token takes, which is that of `termsAt`.
 * @param {string} raw
 * @param {boolean} [code]
 */
export const widthOf = (raw, code = false) =>
  isPlain(raw) ? 1 : isSpaceless(raw) ? length(runText(raw)) : termsAt(raw, code).length;

/**
 * A raw token, no run of characters without blanks, as a query sees it. Humps are split as in code.
 * @param {string} raw
 * @returns {Compound}
 */
export function compound(raw) {
  const [before, parts, after] = dissect(raw, true);
  const joined = concatenate(parts), signed = symbol(before, joined, after);
  const concatenated = parts.length > 1 ? joined : "";
  return { concatenated, subwords: parts, symbol: signed, in_one: signed || concatenated || parts.join("") };
}

/**
 * A raw token as one term: its run, its symbol form, or its joined form.
 * @param {string} raw
 */
export function wholeTerm(raw) {
  return isSpaceless(raw) ? runText(raw) : remembered(wholes, raw, () => {
    const [before, parts, after] = dissect(raw, false);
    const joined = concatenate(parts);
    return symbol(before, joined, after) || joined;
  });
}

/** @type {Map<string, string[][]>} */
const termsInCode = new Map();
/** @type {Map<string, string[][]>} */
const termsInProse = new Map();
/** @type {Map<string, string>} */
const wholes = new Map();

/**
 * What was found out of a raw token before, unless it is long: those are rare.
 * @template T
 * @param {Map<string, T>} memory
 * @param {string} raw
 * @param {(raw: string) => T} make
 * @returns {T}
 */
function remembered(memory, raw, make) {
  let value = memory.get(raw);
  if (value === undefined) {
    value = make(raw);
    if (memory.size > 1 << 15) memory.clear();
    if (raw.length <= C._LONGEST_REMEMBERED) memory.set(raw, value);
  }
  return value;
}

/** Whether nothing of rules 2 to 6 but lower case is in a raw token: most are so. @param {string} raw */
const isPlain = raw => /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(raw);

/**
 * Rules 3 to 6 for the index: each part at its position, joined form and extras beside the first.
 * @param {string} raw
 * @param {boolean} code
 */
function wordTerms(raw, code) {
  const [before, parts, after] = dissect(raw, code);
  if (!parts.length) return [];
  const positions = parts.map(part => [part]), last = parts.length - 1;
  const joined = concatenate(parts);
  positions[0].push(joined, symbol(before, joined, after), symbol(before, parts[0], ""));
  positions[last].push(symbol("", parts[last], after));
  return positions.map(terms => [...new Set([...terms, NUMBERED.exec(terms[0])?.[1] ?? ""])].filter(Boolean));
}

/**
 * A raw token as (leading dot or "", folded parts, trailing `++` or `#` or "").
 * @param {string} raw
 * @param {boolean} code
 * @returns {[string, string[], string]}
 */
function dissect(raw, code) {
  const word = first(raw, C._LONGEST_RAW);
  if (!/^[\p{L}\p{N}._]/u.test(word)) {
    const emoji = first(withoutStyle(word), C.LONGEST_TERM);
    return ["", emoji ? [emoji] : [], ""];
  }
  return [/^\.\p{L}/u.test(word) ? "." : "", subwords(word, code), /(?:\+\+|#)$/.exec(word)?.[0] ?? ""];
}

/**
 * The folded parts of a word, at most twelve; underscores alone are their own part.
 * @param {string} word
 * @param {boolean} code
 */
function subwords(word, code) {
  if (!isAscii(word)) word = calm(withoutInvisible(word)).normalize("NFKC").replace(/[’ʼ]/g, "'");
  if (word.includes("'")) word = word.replace(POSSESSIVE, "").replace(NEGATION, "");
  if (word.includes(",")) word = word.replace(DIGIT_GROUPS, groups => groups.replace(/,/g, ""));
  const words = word.split(separatorPattern(hasMarks(word))).filter(Boolean);
  const parts = words.flatMap(piece => camelCaseParts(piece, code)).map(part => first(fold(part), C.LONGEST_TERM));
  const most = CHARACTERS.MAX_WORDS;
  if (parts.length > most) parts.push(first(parts.splice(most - 1).join(""), C.LONGEST_TERM));
  return (parts.length ? parts : [first(word.replace(/^[.+#']+|[.+#']+$/g, ""), C.LONGEST_TERM)]).filter(Boolean);
}

/**
 * The humps of a word in camel case, or the word: rule 3 says when it is split.
 * @param {string} word
 * @param {boolean} code
 */
function camelCaseParts(word, code) {
  const [letter, ...rest] = points(word);
  if (rest.length >= C.LONGEST_TERM || isDigit(letter) || isLower(rest.join(""))) return [word];
  /** @type {string[]} */
  const parts = [];
  for (const part of cutCamelCase(word)) {
    if (parts.length && (length(parts[parts.length - 1]) < 2 || length(part) < 2)) parts[parts.length - 1] += part;
    else parts.push(part);
  }
  return code || parts.length > 2 || isLower(letter) ? parts : [word];
}

/** @param {string} word */
function cutCamelCase(word) {
  if (isAscii(word)) return word.split(HUMP);
  const letters = [...word];
  const shape = letters.map(c => isUpper(c) ? "A" : isLower(c) ? "a" : isDigit(c) ? "0" : "-").join("");
  let start = 0;
  return shape.split(HUMP).map(piece => letters.slice(start, start += piece.length).join(""));
}

/** Rule 4: the joined form of parts, `.` kept between two digits. @param {string[]} parts */
function concatenate(parts) {
  let joined = parts[0] ?? "";
  for (const part of parts.slice(1)) joined += (/\p{Nd}$/u.test(joined) && /^\p{Nd}/u.test(part) ? "." : "") + part;
  return first(joined, C.LONGEST_TERM);
}

/**
 * `.net`, `c++`: a word with the signs around it, "" if there are none.
 * @param {string} before
 * @param {string} word
 * @param {string} after
 */
const symbol = (before, word, after) =>
  word && (before || after) ? first(before + word, C.LONGEST_TERM - after.length) + after : "";

/** The first code points of a text. @param {string} text @param {number} most */
const first = (text, most) => text.length <= most ? text : cut(points(text), 0, most);
