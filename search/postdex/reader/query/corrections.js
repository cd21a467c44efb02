/* What may a word have been that no post has? Twin of postdex/query/corrections.py. */

import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { isAlnum, isDigit, points } from "../python.js";
import { Clauses, Keyword, Phrase, Term } from "../query.js";
import { editDistance } from "../text/edit_distance.js";

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../query.js").Query} Query */
/** @typedef {{text: string, term: string, posts: number}} IndexedWord */
/** @typedef {{term: string, leaf: Leaf, correctable: boolean, typed: string, parts: import("../query.js").TermLeaf[]}} TypedWord */
/** @typedef {{leaves: Query[], known: string[]}} Alternatives */

const C = constantsOf("query.corrections");

const length = (/** @type {string} */ text) => points(text).length;
const hasDigit = (/** @type {string} */ text) => [...text].some(isDigit);

/**
 * What a word, or name, may have been that no published post has.
 * @param {TypedWord} word
 * @param {any} reader
 * @returns {Alternatives | null}
 */
export function alternativesTo(word, reader) {
  const { term, leaf } = word;
  if (hasDigit(term)) return hash(term, leaf, reader) || apart(term, leaf, reader) || inOne(word, reader);
  if (length(term) < C.SHORTEST) return null;
  if (word.parts.length) return inOne(word, reader) || near(term, leaf, reader, C.NAME);
  /** @type {(Alternatives | null)[]} */
  let [two, close] = [null, null];
  // Words that are near are asked for before it is known whether they will be needed: mostly they are.
  readAll([() => { two = inTwo(term, leaf, reader); }, () => { close = near(term, leaf, reader, C.WORD); }]);
  return two || close || glued(term, leaf, reader) || both(term, leaf, reader);
}

/**
 * What a part of a name may have been that no published post has.
 * @param {import("../query.js").TermLeaf} part
 * @param {any} reader
 * @returns {Alternatives | null}
 */
export const alternativesToPart = (part, reader) =>
  length(part.text) < C.SHORTEST || hasDigit(part.text) ? null : near(part.text, part, reader, C.WORD);

/**
 * The common word that a rare one is a slip away from.
 * @param {TypedWord} word
 * @param {number} posts
 * @param {any} reader
 * @returns {Alternatives | null}
 */
export function commoner({ term, leaf, parts }, posts, reader) {
  if (length(term) < C.SHORTEST_RARE || parts.length || !/^\p{L}+$/u.test(term)) return null;
  /** @type {IndexedWord[]} */
  const neighbours = reader.words({ near: term, limit: C.MAX_KNOWN });
  const common = neighbours.filter(neighbour => neighbour.posts >= C.TIMES_AS_FREQUENT * posts);
  return common.length ? terms(common.slice(0, 1), leaf, C.BESIDE_RARE) : null;
}

/**
 * Known words within `most` slips, those of the fewest, most frequent first; of several with the same stem the first.
 * @param {any} reader
 * @param {string} term
 * @param {number} most
 * @returns {IndexedWord[]}
 */
export function nearest(reader, term, most) {
  /** @type {IndexedWord[]} */
  let words = reader.words({ near: term, edits: most, limit: 4 * C.MAX_KNOWN });
  if (!words.length) words = otherBeginnings(term, reader);
  const fewest = words.length ? editDistance(term, words[0].term, most) : 0;
  /** @type {Map<string, IndexedWord>} */
  const byStems = new Map();
  for (const word of words) {
    if (editDistance(term, word.term, most) > fewest) break;
    const stems = reader.analyzer.stems(word.term).join(" ");
    if (!byStems.has(stems)) byStems.set(stems, word);
  }
  return [...byStems.values()].slice(0, C.MAX_KNOWN);
}

/** Known words whose first two letters were swapped, or which got a letter in front: `near` fixes the first.
 * @param {string} term
 * @param {any} reader
 * @returns {IndexedWord[]}
 */
function otherBeginnings(term, reader) {
  const [first, second, ...rest] = term;
  const others = [second + first + rest.join(""), second + rest.join("")];
  return others.filter(other => length(other) >= C.SHORTEST).flatMap(other => reader.words({ near: other, edits: 0 }));
}

/** Known words a slip away, or two where the word is long enough.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 * @param {{two_from: number, weights: number[]}} rule
 */
function near(term, leaf, reader, { two_from, weights }) {
  const words = nearest(reader, term, length(term) >= two_from ? 2 : 1);
  return words.length ? terms(words, leaf, weights[editDistance(term, words[0].term, 2) - 1]) : null;
}

/** A hash in another length: Git shows the first seven digits of forty.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 */
function hash(term, leaf, reader) {
  if (term.length < C.SHORT_HASH || ![...term].every(digit => C._HEXADECIMAL.includes(digit)) || /^\d+$/.test(term)) return null;
  /** @type {IndexedWord[]} */
  const words = reader.words({ prefix: term.slice(0, C.SHORT_HASH), limit: C.MAX_KNOWN });
  const same = words.filter(word => word.term.startsWith(term) || term.startsWith(word.term));
  return same.length ? terms(same, leaf, 1) : null;
}

/** Letters and digits apart: `http2` as HTTP/2.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 */
function apart(term, leaf, reader) {
  /** @type {string[]} */
  const pieces = [];
  let before;
  for (const character of term) {
    const digit = isDigit(character);
    if (digit === before) pieces[pieces.length - 1] += character;
    else pieces.push(character);
    before = digit;
  }
  return pieces.length === 2 && isAlnum(term) ? phrases([pieces], leaf, reader) : null;
}

/** What was typed with signs between in one: `HTTP/2` as http2.
 * @param {TypedWord} word
 * @param {any} reader
 */
function inOne(word, reader) {
  const words = reader.words({ near: word.term, edits: 0 });
  return words.length ? terms(words, word.leaf, 1) : null;
}

/** A word as the two that stand side by side in posts: `filesystem` as file system.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 */
const inTwo = (term, leaf, reader) => phrases(halves(term, C.SHORTEST_HALF, reader), leaf, reader);

/** A word as two that some post has both of, wherever they stand there.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 */
const both = (term, leaf, reader) => mostPosts(
  halves(term, C.SHORTEST, reader).map(pair => [Clauses({ required: pair.map(half => termOf(half, leaf, C._APART)) }), pair]),
  query => query, reader,
);

/** A word cut in two known ones that are not both stop words, in every way. The second half is only asked about where
 * the first is known: its words begin with other letters, and lie in other files.
 * @param {string} term
 * @param {number} least
 * @param {any} reader
 * @returns {string[][]}
 */
function halves(term, least, reader) {
  const letters = [...term];
  /** @type {string[][]} */
  let pairs = [];
  for (let cut = least; letters.length <= C.LONGEST_IN_TWO && cut <= letters.length - least; cut++) {
    pairs.push([letters.slice(0, cut).join(""), letters.slice(cut).join("")]);
  }
  const stops = reader.analyzer.stop_words;
  pairs = pairs.filter(pair => !pair.every(half => stops.has(half)));
  for (const side of [0, 1]) {
    const totals = reader.totals(pairs.map(pair => Term(pair[side], { exact: true })));
    pairs = pairs.filter((_, at) => totals[at]);
  }
  return pairs;
}

/** The pair of words that most posts have side by side.
 * @param {string[][]} pairs
 * @param {Leaf} leaf
 * @param {any} reader
 */
const phrases = (pairs, leaf, reader) => mostPosts(
  pairs.map(pair => [Phrase(pair, { field: fieldOf(leaf), weight: leaf.weight }), pair]),
  phrase => ({ ...phrase, field: "" }), reader,
);

/** What most posts have of what a pair may be; null if none has any.
 * @template {Query} Q
 * @param {[Q, string[]][]} choices
 * @param {(query: Q) => Query} counted what is counted of each
 * @param {any} reader
 * @returns {Alternatives | null}
 */
function mostPosts(choices, counted, reader) {
  const totals = reader.totals(choices.map(([query]) => counted(query)));
  let most = 0;
  totals.forEach((/** @type {number} */ posts, /** @type {number} */ at) => { if (posts > totals[most]) most = at; });
  return totals[most] ? { leaves: [choices[most][0]], known: [choices[most][1].join(" ")] } : null;
}

/** In languages that glue: the compounds that a word stands in, or else the parts that it is made of itself.
 * @param {string} term
 * @param {Leaf} leaf
 * @param {any} reader
 * @returns {Alternatives | null}
 */
function glued(term, leaf, reader) {
  const languages = [...reader.stats().languages];
  if (!languages.some(language => C.GLUING.includes(language))) return null;
  /** @type {[Query, string][]} */
  let choices = compounds(term, reader).map(compound => [termOf(compound.term, leaf, C._COMPOUND), compound.text]);
  if (!choices.length) {
    const parts = partsOf(term, reader);
    if (parts.length) choices.push([Clauses({ required: parts.map(part => termOf(part, leaf, C._APART)) }), parts.join(" ")]);
  }
  if (!languages.every(language => C.GLUING.includes(language))) choices = choices.map(([query, name]) => [inGluing(query), name]);
  const totals = reader.totals(choices.map(([query]) => query));
  choices = choices.filter((_, at) => totals[at]);
  return choices.length ? { leaves: choices.map(([query]) => query), known: choices.map(([, name]) => name) } : null;
}

/** The compounds that a word stands in, or else its stem.
 * @param {string} term
 * @param {any} reader
 * @returns {IndexedWord[]}
 */
function compounds(term, reader) {
  for (const part of new Set([term, ...reader.analyzer.stems(term)])) {
    const within = length(part) >= C.SHORTEST_WITHIN ? reader.words({ within: part, limit: C.MAX_COMPOUNDS }) : [];
    if (within.length) return within;
  }
  return [];
}

/** In posts of those languages only: elsewhere a word that stands in another means nothing.
 * @param {Query} query
 */
const inGluing = query => Clauses({
  required: [query, Clauses({ optional: C.GLUING.map((/** @type {string} */ language) => Keyword("lang", language)), minimum: 1 })],
});

/** The known words that a compound is made of, or else the longest that it ends with, which says what it is.
 * @param {string} term
 * @param {any} reader
 * @returns {string[]}
 */
function partsOf(term, reader) {
  /** @type {Map<string, number>} */
  const asked = new Map();
  const known = (/** @type {string} */ part) => {
    if (!asked.has(part) && asked.size < C.MAX_LOOKUPS) asked.set(part, reader.totals([Term(part)])[0]);
    return asked.get(part) || 0;
  };
  /** @type {Map<string, string[]>} */
  const made = new Map();
  /** @type {(rest: string) => string[]} */
  const parts = rest => {
    let of = made.get(rest);
    if (!of) made.set(rest, of = divided([...rest]));
    return of;
  };
  /** @type {(rest: string[]) => string[]} */
  const divided = rest => {
    if (known(rest.join(""))) return [rest.join("")];
    for (let cut = rest.length - C.SHORTEST_PART; cut >= C.SHORTEST_PART; cut--) {
      const first = rest.slice(0, cut).join("");
      if (!known(first)) continue;
      const second = rest.slice(cut).join("");
      for (const link of C._LINKS) {
        const after = second.startsWith(link) ? second.slice(link.length) : second;
        const others = length(after) >= C.SHORTEST_PART ? parts(after) : [];
        if (others.length) return [first, ...others];
      }
    }
    return [];
  };
  const letters = [...term];
  const whole = parts(term);
  if (whole.length) return whole;
  const ends = [];
  for (let cut = C.SHORTEST_PART; cut <= letters.length - C.SHORTEST_WITHIN; cut++) ends.push(letters.slice(cut).join(""));
  // They begin with other letters, and lie in other files: all are asked for at once.
  reader.totals(ends.map(end => Term(end)));
  return ends.filter(known).slice(0, 1);
}

/**
 * @param {IndexedWord[]} words
 * @param {Leaf} leaf
 * @param {number} weight
 * @returns {Alternatives}
 */
const terms = (words, leaf, weight) =>
  ({ leaves: words.map(word => termOf(word.term, leaf, weight)), known: words.map(word => word.text) });

/** A word in place of a leaf: in its field, its weight times another.
 * @param {string} text
 * @param {Leaf} leaf
 * @param {number} weight
 */
const termOf = (text, leaf, weight) => Term(text, { field: fieldOf(leaf), weight: leaf.weight * weight });

const fieldOf = (/** @type {Leaf} */ leaf) => leaf.kind === "Synonyms" ? leaf.spellings[0].field : leaf.field;
