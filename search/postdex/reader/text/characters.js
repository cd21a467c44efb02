/* Which characters make up a raw token, and which writing systems run on without blanks? Twin of postdex_index/text/characters.py.

   There five patterns share the work, since compiling costs a cold search; here two do, which give the same. The classes
   of marks and letters are the engine's, of a Unicode that may be younger than Python's: they differ in characters that
   the older one does not know. */

import { constantsOf } from "../parameters.js";
import { casefold, isAscii, points } from "../python.js";
import { numbers, table } from "./tables.js";

const C = constantsOf("text.characters");

/* As in Python, for classes of the flag `v`. */
const SPACELESS =
  "\\u2e80-\\u2fdf\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035\\u3038-\\u303c\\u3041-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff" +
  "\\u3105-\\u312f\\u3131-\\u318e\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f" +
  "\\u{1b000}-\\u{1b16f}\\u{20000}-\\u{323af}\\u1100-\\u11ff\\ua960-\\ua97f\\uac00-\\ud7ff\\uffa0-\\uffdc" +
  "\\u0e01-\\u0e3a\\u0e40-\\u0e4e\\u0e50-\\u0e59\\u0e81-\\u0edf" +
  "\\u1000-\\u1049\\u1050-\\u109f\\ua9e0-\\ua9fe\\uaa60-\\uaa7f\\u1780-\\u17d3\\u17d7\\u17dc\\u17dd\\u17e0-\\u17e9";
/** No script without blanks has a character before this one: cheaper to see than which script it is. */
export const ASIAN = "\u0e00";
const INVISIBLE = "\\u00ad\\u200b-\\u200d\\u2060\\ufeff\\ufe00-\\ufe0e\\u{e0100}-\\u{e01ef}";
const UNSEEN = `[${INVISIBLE}\\ufe0f]`;
const RUN_MARKS =
  "\\u3099\\u309a\\uff9e\\uff9f\\u0e31\\u0e33-\\u0e3a\\u0e47-\\u0e4e\\u0eb1\\u0eb3-\\u0ebc\\u0ec8-\\u0ece" +
  "\\u102b-\\u103e\\u108d\\u17b4-\\u17d3\\u17dd";
const EMOJI = "\\u2600-\\u27bf\\u2b50\\u2b55\\u{1f000}-\\u{1faff}";
const EMOJI_STYLE = "\\ufe0f\\u{1f3fb}-\\u{1f3ff}";
const JAMO = "\\u1100-\\u11ff\\u3131-\\u318e\\uffa0-\\uffdc";
const VOWELS = "\\u1160-\\u11a7\\u314f-\\u3163\\u3187-\\u318e\\uffc2-\\uffdc";
const FINALS = "\\u11a8-\\u11ff\\u3133\\u3135\\u3136\\u313a-\\u313f\\u3144\\uffa3\\uffa5\\uffa6\\uffaa-\\uffaf\\uffb4";
const MARKS = `[[\\p{M}--[${SPACELESS}\\ufe0f]]${INVISIBLE}]`;
const MANY_MARKS = `([${MARKS}${RUN_MARKS}]{30})[${MARKS}${RUN_MARKS}]+`;
const RUN_START = `^[${SPACELESS}]`;
const CLUSTER =
  `[\\uac00-\\ud7a3${JAMO}](?:[${VOWELS}][${FINALS}]?|[${FINALS}])|.[${RUN_MARKS}${INVISIBLE}\\ufe0f]{0,8}`;
const STYLE = `[${EMOJI_STYLE}]`;
const BETWEEN = "[^\\p{L}\\p{N}]+", BETWEEN_MARKED = `[^\\p{L}\\p{N}${MARKS}]+`;
const ENDS = "(?![0-9A-Za-z_\\u00c0-\\u02ff\\u0370-\\u052f])";
const LEFT_OUT =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u02bb\u02be\u02bf]/g;
/** @type {Record<string, string>} */
const SPELLINGS = { ß: "ss", ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th", ё: "е" };

/** @type {Map<string, RegExp>} */
const patterns = new Map();

/**
 * One of our patterns, compiled when it is first used.
 * @param {string} pattern
 * @param {string} flags
 */
export function compiled(pattern, flags = "gv") {
  const key = flags + pattern;
  let regex = patterns.get(key);
  if (!regex) patterns.set(key, regex = new RegExp(pattern, flags));
  regex.lastIndex = 0;
  return regex;
}

/** @type {RegExp | null} */
let asciiPattern = null;
/** @type {RegExp | null} */
let widePattern = null;

/**
 * The pattern whose matches in `text` are its raw tokens.
 * @param {string} text
 */
export function rawPattern(text) {
  return isAscii(text) ? asciiPattern ??= new RegExp(words("\\w+", "'", "\\d"), "g") : widePattern ??= wide();
}

/** A word begins with a letter and goes on with letters and marks. */
function wide() {
  const letters = "\\p{L}\\p{N}_", apart = `--[${SPACELESS}]`;
  const word = words(`[[${letters}]${apart}][[${letters}${MARKS}]${apart}]*`, "'’‐‑", "\\p{Nd}");
  const run = `(?!${UNSEEN})[${SPACELESS}${INVISIBLE}\\ufe0f]+`;
  const emoji = `[${EMOJI}][${EMOJI_STYLE}]*`;
  return new RegExp(`${word}|${run}|[\\u{1f1e6}-\\u{1f1ff}]{2}|${emoji}(?:\\u200d${emoji})*`, "gv");
}

/**
 * Rule 1: pieces joined by one of `. - '` or as groups of digits, a leading dot, a trailing `++` or `#`.
 * @param {string} piece
 * @param {string} apostrophes
 * @param {string} digit
 */
function words(piece, apostrophes, digit) {
  const joints = `[.\\-${apostrophes}]${piece}|,(?<=${digit},)(?<!${digit}{4},)${digit}{3}${ENDS}`;
  return `\\.?${piece}(?:${joints}){0,${C.MAX_WORDS - 1}}(?:\\+\\+(?!\\+)|#(?!#)${ENDS})?`;
}

/**
 * The raw tokens of a text that was simplified where it has to be (rule 1 of `tokenizer`).
 * @param {string} text
 * @returns {string[]}
 */
export const rawTokens = text => text.match(rawPattern(text)) ?? [];

/**
 * The same with where each begins and ends, in code points.
 * @param {string} text
 * @returns {[string, number, number][]}
 */
export function rawSpans(text) {
  /** @type {[string, number, number][]} */
  const spans = [];
  // What a text has more units than code points, so far.
  let extra = 0, seen = 0;
  const wide = typeof points(text) !== "string";
  for (const match of text.matchAll(rawPattern(text))) {
    const raw = match[0];
    let size = raw.length;
    if (wide) {
      extra += match.index - seen - count(text.slice(seen, match.index));
      size = count(raw);
    }
    const start = match.index - extra;
    spans.push([raw, start, start + size]);
    extra += raw.length - size;
    seen = match.index + raw.length;
  }
  return spans;
}

const count = (/** @type {string} */ text) => points(text).length;

/** @type {Map<string, string> | null} */
let forms = null;

/**
 * The text with every traditional Chinese character replaced by its simplified form, one character for one. The table
 * is asked for where there is a Chinese character.
 * @param {string} text
 */
export function simplified(text) {
  if (!/[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\ud840-\ud87f]/.test(text)) return text;
  const known = forms ??= simplifiedForms();
  // Unicode's second copies of some become the same, as NFKC comes later.
  const form = (/** @type {string} */ character) => known.get(character) ?? (
    /[\u2e80-\u2fdf\uf900-\ufaff]|\ud87e/.test(character) && known.get(character.normalize("NFKC")) || character);
  return text.replace(/[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{2ffff}]/gu, form);
}

/** The traditional characters in their order, each as its distance from the one before; the simplified ones in two parts. */
function simplifiedForms() {
  const { traditional, high, low } = table("spaceless");
  const lows = numbers(low), highs = numbers(high);
  let code = 0;
  return new Map(numbers(traditional).map((step, at) =>
    [String.fromCodePoint(code += step), String.fromCodePoint(highs[at] * 64 + lows[at])]));
}

/**
 * Rule 2: NFKC, lower case, no marks on Latin and Greek letters, no points on Hebrew and Arabic ones, one spelling for
 * ß, ø, ё and their like.
 * @param {string} text
 */
export function fold(text) {
  if (isAscii(text)) return text.toLowerCase();
  const folded = calm(casefold(calm(withoutInvisible(text)).normalize("NFKC"))).normalize("NFD");
  return folded.replace(compiled("([\\0-\\u03ff])\\p{Mn}+"), "$1").normalize("NFC")
    .replace(LEFT_OUT, "").replace(/[ßøđłæœıðþё]/g, letter => SPELLINGS[letter]);
}

/**
 * Whether a raw token is a run of CJK, kana, Hangul, Thai, Lao, Khmer or Myanmar characters.
 * @param {string} raw
 */
export function isSpaceless(raw) {
  return raw >= "\u0e01" && (raw >= "\u4e00" && raw < "\ua000" || compiled(RUN_START, "v").test(raw));
}

/**
 * A run of characters without blanks in its normal form: NFKC, without invisible characters.
 * @param {string} run
 */
export function runText(run) {
  if (/^[\u4e00-\u9fff]*$/.test(run)) return run;
  // A long run is not normalized at once, which could be quadratic; by pieces it comes out the same.
  if (run.length < 1000 && !compiled(UNSEEN).test(run) && run.normalize("NFKC") === run) return run;
  return clusters(run).map(clusterText).join("");
}

/**
 * For each character of `runText(run)` where the written letter stands in the run that it is part of: a letter with its
 * marks, a syllable of jamo. Empty where each character is a letter.
 * @param {string} run
 * @returns {[number, number][]}
 */
export function runLetters(run) {
  if (/^[\u4e00-\u9fff]*$/.test(run) || compiled("^\\p{L}+$", "v").test(run) && run.normalize("NFKC") === run) return [];
  /** @type {[number, number][]} */
  const letters = [];
  let start = 0;
  for (const cluster of clusters(run)) {
    const stop = start + count(cluster);
    for (const _ of clusterText(cluster)) letters.push([start, stop]);
    start = stop;
  }
  return letters;
}

/**
 * The characters of `runText(run)`, each with the stretch of the run where its letter stands.
 * @param {string} run
 * @returns {[string, number, number][]}
 */
export function runCharacters(run) {
  const letters = runLetters(run);
  return Array.from(runText(run), (character, at) => letters.length ? [character, ...letters[at]] : [character, at, at + 1]);
}

/**
 * The text without soft hyphens, zero-width characters and variation selectors.
 * @param {string} text
 */
export const withoutInvisible = text => text.replace(compiled(UNSEEN), "");

/**
 * An emoji without what belongs to it: the emoji variation selector and the skin tones.
 * @param {string} emoji
 */
export const withoutStyle = emoji => emoji.replace(compiled(STYLE), "");

/**
 * The text with at most 30 combining marks in a row, as Unicode's stream-safe format has it: without that normalizing
 * could be quadratic.
 * @param {string} text
 */
export function calm(text) {
  return text.length < 1000 ? text : text.replace(compiled(MANY_MARKS), "$1");
}

/**
 * What lies between the words of a raw token; `marked` if it holds combining marks, which are not letters.
 * @param {boolean} marked
 */
export const separatorPattern = marked => compiled(marked ? BETWEEN_MARKED : BETWEEN);

/**
 * Whether the text holds combining marks or invisible characters.
 * @param {string} text
 */
export const hasMarks = text => !isAscii(text) && compiled(MARKS).test(text);

/** A character of a run with what NFKC may join to it; the bound keeps hostile runs linear. @param {string} run */
const clusters = run => run.match(compiled(CLUSTER, "gsv")) ?? [];

const clusterText = (/** @type {string} */ cluster) => withoutInvisible(cluster).normalize("NFKC");
