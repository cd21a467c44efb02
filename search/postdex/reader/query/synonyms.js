/* Which other words stand for those that were typed? The synonyms of a site, found in a row of words. Twin of
   postdex/query/synonyms.py. */

import { constantsOf } from "../parameters.js";
import { points, split, strip } from "../python.js";
import { Clauses, Keyword } from "../query.js";
import { isSpaceless } from "../text/characters.js";
import { asProse } from "../text/compounds.js";
import { compound } from "../text/tokenizer.js";
import { isFilter } from "./lexer.js";
import { anyForm } from "./terms.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("./parser.js").GroupNode} GroupNode */
/** @typedef {import("./terms.js").TermReading} TermReading */
/** @typedef {import("./terms.js").WordContext} WordContext */
/** A word or phrase that stands for another, as it was written; with `language` in posts in that one only.
    @typedef {{text: string, language: string}} Synonym */
/** Synonyms of the words [start, stop), or of such a run what is not `before` and `after` it.
    @typedef {{start: number, stop: number, synonyms: Synonym[], before: string, after: string}} SynonymMatch */
/** A word of a group that may have synonyms: the number of its clause and its own there.
    @typedef {{place: [number, number], text: string, piece: TermReading, reading: WordContext}} GroupWord */
/** A row of synonyms: what stands for what, in posts of which language ("" for all).
    @typedef {{key: string, texts: string[], table: string}} TableRow */
/** The synonyms of a site, and what counts the posts that match each of some queries.
    @typedef {{table: SynonymTable, totals: (queries: Query[]) => number[]}} CountedSynonyms */
/** A synonym of the words at some places, which were `typed` so: as it was written, and as it is searched for `beside`
    them, or `instead` of each where all words are required.
    @typedef {{places: [number, number][], typed: string, text: string, beside: Query, instead: Query}} Expansion */

const C = constantsOf("query.synonyms");

/** @returns {CountedSynonyms} */
export const CountedSynonyms = (/** @type {SynonymTable} */ table, /** @type {(queries: Query[]) => number[]} */ totals) => ({ table, totals });

/** Words in a row, to be filed under.
    @param {string[]} words */
const rowOf = words => words.join(" ");

/** The synonyms of a site as the index of this analyzer reads them. */
export class SynonymTable {
  /** @type {Map<string, Map<string, Synonym>>} */
  #byWords = new Map();
  #longest = 0;
  #longestRun = 0;
  #analyzer;

  /**
   * @param {TableRow[]} rows
   * @param {Analyzer} analyzer
   */
  constructor(rows, analyzer) {
    this.#analyzer = analyzer;
    for (const { key, texts, table: language } of rows) {
      const only = strip(key).endsWith("->");
      const left = strip(only ? strip(key).slice(0, -2) : key);
      const wordsLeft = wordsOf(left, analyzer);
      for (const text of texts) {
        const words = wordsOf(text, analyzer);
        // Signs that are no words.
        if (!wordsLeft.length || !words.length) continue;
        this.#add(wordsLeft, { text, language });
        if (!only) this.#add(words, { text: left, language });
      }
    }
  }

  /**
   * @param {string[]} words
   * @param {Synonym} synonym
   */
  #add(words, synonym) {
    for (const form of this.#forms(words)) {
      if (!this.#byWords.has(form)) this.#byWords.set(form, new Map());
      const its = /** @type {Map<string, Synonym>} */ (this.#byWords.get(form));
      const key = JSON.stringify(synonym);
      if (!its.has(key)) its.set(key, synonym);
    }
    this.#longest = Math.max(this.#longest, words.length);
    if (words.length === 1 && isSpaceless(words[0])) this.#longestRun = Math.max(this.#longestRun, points(words[0]).length);
  }

  /**
   * Words as they are looked up: by their stems in each language.
   * @param {string[]} words
   */
  #forms(words) {
    const stems = words.map(word => this.#analyzer.stems(word));
    return stems[0].map((_, language) => rowOf(stems.map(its => its[language])));
  }

  /**
   * The synonyms of words in a row ("" for one that has none), those of the longest phrases first taken.
   * @param {string[]} words
   */
  find(words) {
    /** @type {SynonymMatch[]} */
    const matches = [];
    for (let start = 0; start < words.length; start++) {
      let stop = Math.min(words.length, start + this.#longest);
      for (; stop > start; stop--) {
        const row = words.slice(start, stop);
        const synonyms = row.every(Boolean) ? this.#of(row) : [];
        if (!synonyms.length) continue;
        matches.push({ start, stop, synonyms, before: "", after: "" });
        start = stop - 1;
        break;
      }
      if (stop <= start && isSpaceless(words[start])) matches.push(...this.#within(words[start], start));
    }
    return matches;
  }

  /** @param {string[]} words */
  #of(words) {
    return [...new Map(this.#forms(words).flatMap(form => [...this.#byWords.get(form) ?? []])).values()];
  }

  /**
   * The synonyms of words within a run without blanks, from left to right, of two that overlap the longer one.
   * @param {string} run
   * @param {number} number
   */
  #within(run, number) {
    /** @type {SynonymMatch[]} */
    const matches = [];
    const all = [...run];
    const piece = (/** @type {number} */ from, /** @type {number} */ to) => all.slice(from, to).join("");
    for (let start = 0; start < all.length; start++) {
      for (let stop = Math.min(all.length, start + this.#longestRun); stop > start; stop--) {
        const synonyms = this.#byWords.get(piece(start, stop));
        if (!synonyms) continue;
        const before = piece(0, start), after = piece(stop, all.length);
        matches.push({ start: number, stop: number + 1, synonyms: [...synonyms.values()], before, after });
        start = stop - 1;
        break;
      }
    }
    return matches;
  }
}

/**
 * The words of a text as `readWord` reads them in a query: compounds in one, runs without blanks as they are.
 * @param {string} text
 * @param {Analyzer} analyzer
 */
export function wordsOf(text, analyzer) {
  /** @type {string[]} */
  const words = [];
  for (const chunk of split(text)) {
    let spoken = "";
    for (const raw of analyzer.rawTokens(chunk)) {
      if (isSpaceless(raw)) {
        words.push(spoken, asProse(raw).map(term => points(term)[0]).join(""));
        spoken = "";
      } else {
        spoken += compound(raw).in_one;
      }
    }
    words.push(spoken);
  }
  return words.filter(Boolean);
}

/**
 * The synonyms of the words of a group which any post has; `pieces` are those of its clauses, `reading` is that of the
 * group. It is one step: the synonyms of a synonym are not looked for.
 * @param {GroupNode} group
 * @param {TermReading[][]} pieces
 * @param {WordContext} reading
 * @param {CountedSynonyms} synonyms
 */
export function expansions(group, pieces, reading, { table, totals }) {
  const candidates = _expansions(_row(group, pieces, reading), table).slice(0, C.MOST_LOOKED_UP);
  if (!candidates.length) return [];
  const counts = totals(candidates.map(expansion => expansion.beside));
  return candidates.filter((_, at) => counts[at]).slice(0, C.MOST);
}

/**
 * The words of a group one after the other, null between two that are no neighbours: what has a sign means itself.
 * @param {GroupNode} group
 * @param {TermReading[][]} pieces
 * @param {WordContext} reading
 */
function _row(group, pieces, reading) {
  /** @type {(GroupWord | null)[]} */
  const row = [];
  group.parts.forEach((part, at) => {
    const token = part.parts ? null : part.token;
    const field = token?.field || reading.field;
    const plain = token?.kind === "word" && token.edits < 0 && !part.sign && !isFilter(field);
    if (group.kind !== "beside" || !plain) row.push(null);
    if (!plain) return;
    const its = { ...reading, field, weight: reading.weight * token.weight };
    pieces[at].forEach((piece, number) => {
      const text = piece.typed || piece.run;
      row.push({ place: [at, number], text: token.text.toLowerCase() === text ? token.text : text, piece, reading: its });
    });
  });
  return row;
}

/**
 * @param {(GroupWord | null)[]} row
 * @param {SynonymTable} table
 */
function _expansions(row, table) {
  /** @type {Expansion[]} */
  const found = [];
  const words = row.map(word => word ? word.piece.term || word.piece.run : "");
  const has = (/** @type {Set<string>} */ all, /** @type {string[]} */ some) => some.every(word => all.has(word));
  const typedWords = new Set(words);
  for (const { start, stop, synonyms, before, after } of table.find(words)) {
    const its = row.slice(start, stop).filter(word => word !== null);
    const typed = its.filter(word => !_isStop(word));
    if (!typed.length) continue;
    const { reading } = typed[0];
    const weighed = { ...reading, weight: reading.weight * C.WEIGHT };
    const text = its.map(word => word.text).join(" ");
    for (const { text: synonym, language } of synonyms) {
      const wordsOfSynonym = wordsOf(synonym, reading.analyzer);
      if (has(reading.stop_words, wordsOfSynonym) || has(typedWords, wordsOfSynonym)) continue;
      found.push({
        places: typed.map(word => word.place),
        typed: text.slice(before.length, text.length - after.length),
        text: synonym,
        beside: _leaf(synonym, weighed, synonym, language),
        instead: _leaf(before + synonym + after, reading, synonym, language),
      });
    }
  }
  return found;
}

/**
 * Whether a word is a stop word, or only asks.
 * @param {GroupWord} word
 */
const _isStop = ({ piece, reading }) => piece.asks || (piece.plain && reading.stop_words.has(piece.term));

/**
 * A text, any form of its words, in posts of a language only if there is one.
 * @param {string} text
 * @param {WordContext} reading
 * @param {string} synonym
 * @param {string} language
 * @returns {Query}
 */
function _leaf(text, reading, synonym, language) {
  const [leaf] = anyForm(text, reading);
  return language ? Clauses({ required: [leaf, Keyword("lang", language)], typed: synonym }) : leaf;
}
