/* Which language is it, how are its words stemmed, and which of them are stop words? Twin of postdex_index/text/stemming.py.

   The stemmers are Snowball's (stemmers/), a file for each language, with its stop words. */

import { Missing } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { length, split } from "../python.js";
import { fold, isSpaceless } from "./characters.js";

const C = constantsOf("text.stemming");

/** @typedef {{stemWord: (word: string) => string, stopWords: Set<string>, questions: string, stems: Map<string, string>}} Stemmer */

/** @type {Map<string, Stemmer>} */
const stemmers = new Map();
/** @type {Map<string, string> | null} */
let codes = null;

/**
 * Put in the stemmer of a language, as its module has it.
 * @param {string} language
 * @param {{stemWord: (word: string) => string, stopWords: string, questions: string}} module
 */
export function setStemmer(language, { stemWord, stopWords, questions }) {
  stemmers.set(language, { stemWord, stopWords: new Set(split(stopWords)), questions, stems: new Map() });
}

/**
 * The language whose stemmer and stop words fit a tag or name; "en" for none, unknown, Chinese, Japanese, Korean.
 * @param {string} tag
 */
export function stemmerLanguage(tag) {
  codes ??= new Map(/** @type {string} */ (C._LANGUAGES).split(",").map(split)
    .flatMap(row => row.map(name => /** @type {[string, string]} */ ([fold(name), row[0]]))));
  return codes.get(split(fold(tag).replace(/[-_.]/g, " "))[0]) ?? "en";
}

/** @param {string} language @returns {Stemmer} */
function stemmer(language) {
  const code = stemmerLanguage(language), known = stemmers.get(code);
  if (!known) throw new Missing([`stemmer-${code}`]);
  return known;
}

/**
 * The stem of a folded term; what is no plain word (digits, signs, Chinese) is its own.
 * @param {string} term
 * @param {string} [language]
 */
export function stem(term, language = "en") {
  if (!isPlain(term)) return term;
  const { stems, stemWord } = stemmer(language);
  let known = stems.get(term);
  if (known === undefined) {
    if (stems.size > 1 << 16) stems.clear();
    // A letter beyond those that are one unit stands for itself: no stemmer knows one, and each is one letter.
    const rare = term.match(/[\u{10000}-\u{10ffff}]/gu) ?? [];
    let at = 0xe000;
    const word = rare.length ? term.replace(/[\u{10000}-\u{10ffff}]/gu, () => String.fromCharCode(at++)) : term;
    known = stemWord(word).replace(/[\ue000-\ue0ff]/g, letter => rare[letter.charCodeAt(0) - 0xe000]);
    stems.set(term, known);
  }
  return known;
}

/**
 * The folded stop words of a language (a tag or a name): Lucene's 33 for English, else Snowball's or none.
 * @param {string} language
 */
export const stopWords = language => stemmer(language).stopWords;

/**
 * The frames and words with which a language asks, as `questions` reads them.
 * @param {string} language
 */
export const questionText = language => stemmer(language).questions;

/** @param {string} term */
const isPlain = term =>
  /^[a-z]{1,80}$/.test(term) || /^[\p{L}\p{M}]+$/u.test(term) && length(term) <= C._LONGEST_WORD && !isSpaceless(term);
