/* How does an index read text? Twin of postdex_index/text/analyzer.py.

   Texts are texts of JavaScript; all offsets count code points, as in Python. */

import { split, strip } from "../python.js";
import { fold, isSpaceless, rawSpans, rawTokens, runCharacters, simplified } from "./characters.js";
import { stem, stopWords } from "./stemming.js";
import { termsAt, wholeTerm, widthOf } from "./tokenizer.js";

/** A term, its position, and the stretch of text that it stands for; never modify the offsets. */
/** @typedef {{term: string, position: number, start: number, stop: number}} Token */
/** @typedef {{raw: string, start: number, stop: number}} RawToken */

export class Analyzer {
  /** @type {Map<string, RawToken[]>} */
  #words = new Map();
  /** @type {Set<string> | null} */
  #stopWords = null;

  /**
   * @param {boolean} simplify traditional Chinese is read as simplified
   * @param {string[]} languages codes of the stemmers and stop words of its queries
   */
  constructor(simplify, languages) {
    this.simplify = simplify;
    this.languages = languages;
  }

  /** The raw tokens of a text (rule 1 of `tokenizer`). @param {string} text */
  rawTokens(text) {
    return rawTokens(this.simplified(text));
  }

  /** The same, each with where it stands. @param {string} text @returns {RawToken[]} */
  rawMatches(text) {
    return rawSpans(this.simplified(text)).map(([raw, start, stop]) => ({ raw, start, stop }));
  }

  /** The raw tokens of which something is left after folding; remembered, never to be changed. @param {string} text */
  words(text) {
    let words = this.#words.get(text);
    if (!words) {
      words = this.rawMatches(text).filter(token => termsAt(token.raw).length);
      if (this.#words.size > 32) this.#words.clear();
      this.#words.set(text, words);
    }
    return words;
  }

  /**
   * Every term of a text with its position, counted from `first`, and its place.
   * @param {string} text
   * @param {boolean} [code]
   * @param {number} [first]
   * @returns {Token[]}
   */
  tokens(text, code = false, first = 0) {
    return termPlaces(this.simplified(text), code, first)
      .map(([term, position, start, stop]) => ({ term, position, start, stop }));
  }

  /** A text reduced to what decides whether a query equals a title or heading. @param {string} text */
  key(text) {
    return this.rawTokens(text).map(wholeTerm).filter(Boolean).join(" ");
  }

  /** How many positions the words of a text take at most, which is as a block of code. @param {string} text */
  positions(text) {
    return this.rawTokens(text).reduce((sum, raw) => sum + widthOf(raw, true), 0);
  }

  /** The text with simplified characters for traditional ones, if they are read so. @param {string} text */
  simplified(text) {
    return this.simplify ? simplified(text) : text;
  }

  /** A whole tag, category or name as it is compared: case, width, script and blanks do not count. @param {string} text */
  foldValue(text) {
    return split(fold(this.simplified(text))).join(" ");
  }

  /** A path as it is compared: its segments folded as values are, without empty ones and `.`. @param {string} path */
  foldPath(path) {
    return this.foldValue(path).split("/").map(strip).filter(segment => segment !== "" && segment !== ".").join("/");
  }

  /** The stem of a folded term in each of the languages. @param {string} term */
  stems(term) {
    return this.languages.map(language => stem(term, language));
  }

  /** The folded stop words of the languages together. */
  get stop_words() {
    return this.#stopWords ??= new Set(this.languages.flatMap(language => [...stopWords(language)]));
  }
}

/**
 * The terms of a text that was simplified where it has to be: [term, position, start, stop].
 * @param {string} text
 * @param {boolean} code
 * @param {number} first
 * @returns {[string, number, number, number][]}
 */
export function termPlaces(text, code, first) {
  /** @type {[string, number, number, number][]} */
  const places = [];
  let position = first;
  for (const [raw, start, stop] of rawSpans(text)) {
    if (isSpaceless(raw)) {
      const characters = runCharacters(raw);
      characters.forEach(([character, begin, end], at) => {
        const [following, , last] = characters[at + 1] ?? ["", 0, end];
        places.push([character + following, position++, start + begin, start + last]);
      });
    } else {
      for (const terms of termsAt(raw, code)) {
        for (const term of terms) places.push([term, position, start, stop]);
        position++;
      }
    }
  }
  return places;
}
