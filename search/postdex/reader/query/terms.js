/* What does a typed word stand for? One chunk or quote of a query -> the leaves that look for it. Twin of
   postdex/query/terms.py. */

import { constantsOf } from "../parameters.js";
import { cut, points } from "../python.js";
import { Clauses, Fuzzy, Phrase, Prefix, Synonyms, Term, show } from "../query.js";
import { isSpaceless } from "../text/characters.js";
import { asProse, spellings as spellingsOf, wordsOf } from "../text/compounds.js";
import { askingCharacters } from "../text/questions.js";
import { compound as compoundOf, termsAt } from "../text/tokenizer.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../query.js").TermLeaf | import("../query.js").PhraseLeaf | import("../query.js").PrefixLeaf} Spelling */
/** @typedef {Spelling | import("../query.js").SynonymsLeaf} WordLeaf */
/** @typedef {(warning: string) => void} Say */
/** In how many posts of the index a term stands.
    @typedef {(terms: string[]) => number[]} PostCounts */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("../text/analyzer.js").RawToken} RawToken */
/** @typedef {import("../text/tokenizer.js").Compound} Compound */
/** One word of a query in both readings; docs of the Python class.
    @typedef {{required: Query, optional: Query[], term: string, plain: boolean, opens: boolean, closes: boolean, asks: boolean, typed: string, run: string}} TermReading */
/** How a word was typed: in which field, with which weight, whether it may still be growing; and how it is read.
    @typedef {{analyzer: Analyzer, field: string, weight: number, is_prefix: boolean, stop_words: Set<string>, asks: boolean, post_counts: PostCounts | null}} WordContext */

const C = constantsOf("query.terms");

/** @returns {TermReading} */
export const TermReading = (/** @type {Query} */ required, optional = [required], { term = "", plain = false, opens = false, closes = false, asks = false, typed = "", run = "" } = {}) =>
  ({ required, optional, term, plain, opens, closes, asks, typed, run });

/** @returns {WordContext} */
export const WordContext = (/** @type {Analyzer} */ analyzer, { field = "", weight = 1, is_prefix = false, stop_words = new Set(), asks = true, post_counts = /** @type {PostCounts | null} */ (null) } = {}) =>
  ({ analyzer, field, weight, is_prefix, stop_words, asks, post_counts });

/**
 * The pieces of a chunk without blanks, in order; none if it holds no token. `edits` is -1 for none.
 * @param {string} text
 * @param {number} edits
 * @param {WordContext} reading
 * @param {Say} say
 */
export function readWord(text, edits, reading, say) {
  const special = edits > 0 && _fuzzy(text, edits, reading, say);
  if (special) return [special];
  /** @type {TermReading[]} */
  const pieces = [];
  /** @type {RawToken[]} */
  let group = [];
  for (const token of reading.analyzer.words(text)) {
    if (isSpaceless(token.raw)) {
      pieces.push(..._spoken(text, group, reading), _run(token.raw, reading));
      group = [];
    } else {
      group.push(token);
    }
  }
  return [...pieces, ..._spoken(text, group, reading)];
}

/**
 * The one piece of a quoted text, or none: its exact words side by side, or within `slop` more.
 * @param {string} text
 * @param {number} slop
 * @param {WordContext} reading
 */
export const quoted = (text, slop, reading) => exact(text, slop, reading).map(leaf => {
  const first = leaf.kind === "Synonyms" ? leaf.spellings[0] : leaf;
  return TermReading(leaf, [leaf], { term: first.kind === "Term" ? first.text : "", typed: text });
});

/**
 * The pieces of a chunk that only asks.
 * @param {string} text
 * @param {WordContext} reading
 * @returns {TermReading[]}
 */
export const readAsking = (text, reading) =>
  readWord(text, -1, { ...reading, weight: reading.weight * C.ASKING }, () => {}).map(piece => ({ ...piece, asks: true }));

/**
 * The one leaf that a quoted text is, or none.
 * @param {string} text
 * @param {number} slop
 * @param {WordContext} reading
 */
export function exact(text, slop, reading) {
  const tokens = reading.analyzer.words(text);
  const growing = reading.is_prefix && tokens.at(-1)?.stop === points(text).length;
  return _sideBySide(tokens.map(token => token.raw), reading, { exact: true, slop, growing });
}

/**
 * The one leaf that a text is whose words may stand in any form, side by side; or none.
 * @param {string} text
 * @param {WordContext} reading
 */
export const anyForm = (text, reading) => _sideBySide(reading.analyzer.words(text).map(token => token.raw), reading);

/**
 * The one leaf that raw tokens in a row are, or none.
 * @param {string[]} raws
 * @param {WordContext} reading
 * @returns {WordLeaf[]}
 */
function _sideBySide(raws, reading, { exact = false, slop = 0, growing = false } = {}) {
  const { field, weight } = reading;
  const spellings = spellingsOf(raws, !slop).map(words => {
    const prefix = growing || (isSpaceless(raws[raws.length - 1]) && points(words[words.length - 1]).length === 1);
    if (words.length > 1) return Phrase(words, { field, exact, slop, prefix });
    return prefix ? Prefix(words[0], { field }) : Term(words[0], { field, exact });
  });
  return spellings.length ? [inSpellings(spellings, weight)] : [];
}

/**
 * Words with no more than punctuation between them: one word, one compound, or the phrase of all.
 * @param {string} text
 * @param {RawToken[]} tokens
 * @param {WordContext} reading
 * @returns {TermReading[]}
 */
function _spoken(text, tokens, reading) {
  if (!tokens.length) return [];
  const { start } = tokens[0], { stop } = tokens[tokens.length - 1];
  const closes = stop === points(text).length;
  if (!closes) reading = { ...reading, is_prefix: false };
  const raws = tokens.map(token => token.raw);
  const units = raws.map(compoundOf);
  if (units.length === 1 && units[0].subwords.length === 1 && !units[0].symbol) {
    const term = units[0].subwords[0];
    const leaf = _withPrefix([Term(term, { field: reading.field })], [term], reading);
    return [TermReading(leaf, [leaf], { term, plain: true, opens: start === 0, closes, typed: term })];
  }
  const strict = _withPrefix(_compound(raws, reading), wordsOf(units[units.length - 1]), reading);
  const parts = _parts(raws, units, { ...reading, weight: reading.weight * C.PART, is_prefix: false });
  const term = units.map(unit => unit.in_one).join("");
  return [TermReading(strict, [strict, ...parts.slice(0, C._MAX_PARTS)], { term, typed: cut(points(text), start, stop) })];
}

/**
 * What a compound is made of, stop words left out: its words, and those that are compounds in turn.
 * @param {string[]} raws
 * @param {Compound[]} units
 * @param {WordContext} reading
 */
function _parts(raws, units, reading) {
  /** @type {Query[]} */
  const parts = [];
  raws.forEach((raw, at) => {
    const unit = units[at];
    if (units.length > 1 && (unit.symbol || unit.subwords.length > 1)) parts.push(compound(raw, reading));
    // In prose `RelRef` is one word, so a part is looked for as code has it and as prose has it.
    for (const part of new Set([...unit.subwords, ...termsAt(raw).map(terms => terms[0])])) {
      if (reading.stop_words.has(part) || part === unit.concatenated) continue;
      parts.push(Term(part, { field: reading.field, weight: reading.weight }));
    }
  });
  return parts;
}

/**
 * A raw token in all its spellings.
 * @param {string} raw
 * @param {WordContext} reading
 */
export const compound = (raw, reading) => inSpellings(_compound([raw], reading), reading.weight);

/**
 * The spellings of a compound: in one word where it is one raw token, and as a phrase.
 * @param {string[]} raws
 * @param {WordContext} reading
 * @returns {Spelling[]}
 */
function _compound(raws, { field }) {
  const ways = spellingsOf(raws);
  if (raws.length === 1) ways.reverse();
  return ways.map(way => way.length === 1 ? Term(way[0], { field }) : Phrase(way, { field }));
}

/**
 * The spellings, and if the last word is still being typed, those that it may become.
 * @param {Spelling[]} spellings
 * @param {string[]} words
 * @param {WordContext} reading
 */
function _withPrefix(spellings, words, reading) {
  const last = words[words.length - 1];
  if (reading.is_prefix && /[\p{L}\p{N}]$/u.test(last) && (last.length > 1 || last > "\x7f")) {
    spellings = [...spellings, ...spellings.map(leaf =>
      leaf.kind === "Phrase" ? { ...leaf, prefix: true } : Prefix(leaf.text, { field: leaf.field }))];
  }
  return inSpellings(spellings, reading.weight);
}

/**
 * One leaf of all spellings of a word.
 * @param {Spelling[]} spellings
 * @param {number} weight
 * @returns {WordLeaf}
 */
export const inSpellings = (spellings, weight) =>
  spellings.length > 1 ? Synonyms(spellings, { weight }) : { ...spellings[0], weight };

/**
 * A run of characters without blanks: one of its telling bigrams, or all of them together.
 * @param {string} raw
 * @param {WordContext} reading
 */
function _run(raw, reading) {
  const { field } = reading;
  let { weight } = reading;
  const terms = asProse(raw);
  if (terms.length === 1) return TermReading(Prefix(terms[0], { field, weight }), undefined, { run: terms[0] });
  const bigrams = terms.slice(0, -1);
  const run = terms.map(term => points(term)[0]).join("");
  const around = reading.asks ? askingCharacters(run) : [];
  const asking = new Set(bigrams.filter((_, at) => around[at] || around[at + 1]));
  const onlyAsks = bigrams.every(bigram => asking.has(bigram));
  if (onlyAsks) weight *= C.ASKING;
  const strict = bigrams.length === 1 ? Term(bigrams[0], { field, weight }) : Phrase(bigrams, { field, weight, exact: true });
  if (onlyAsks || bigrams.length === 1) return TermReading(strict, [strict], { asks: onlyAsks, run });
  const telling = _telling(new Set(bigrams.filter(bigram => !asking.has(bigram))), field ? null : reading.post_counts);
  /** @type {Query[]} */
  const optional = [];
  /** @type {Query[]} */
  const bonus = [];
  for (const bigram of bigrams) {
    const term = Term(bigram, { field, weight: weight * (asking.has(bigram) ? C.ASKING : 1) });
    (telling.has(bigram) ? optional : bonus).push(term);
  }
  return TermReading(strict, [Clauses({ optional, bonus, minimum: 1, typed: show(Term(run, { field })) })], { run });
}

/**
 * Those that find posts: the rarer ones that the index knows, and all that it doesn't. In one field, for which nobody
 * counted, all of them do.
 * @param {Set<string>} bigrams
 * @param {PostCounts | null} postCounts
 */
function _telling(bigrams, postCounts) {
  const inOrder = [...bigrams].sort();
  const posts = postCounts ? postCounts(inOrder) : inOrder.map(() => 0);
  const counts = posts.filter(Boolean).sort((a, b) => a - b);
  if (!counts.length) return bigrams;
  const [share, of] = C._TELLING;
  const most = counts[Math.ceil(counts.length * share / of) - 1];
  return new Set(inOrder.filter((_, at) => posts[at] <= most));
}

/**
 * `word~`, or null with a word of why where it is no single word.
 * @param {string} text
 * @param {number} edits
 * @param {WordContext} reading
 * @param {Say} say
 */
function _fuzzy(text, edits, reading, say) {
  const raws = reading.analyzer.words(text).map(token => token.raw);
  const unit = raws.length === 1 && !isSpaceless(raws[0]) ? compoundOf(raws[0]) : null;
  if (!unit || unit.symbol || unit.concatenated || points(unit.subwords[0]).length < C._LETTERS) {
    if (raws.length) say(`~ allows slips in a single word of two letters or more; ${text} was searched as it is`);
    return null;
  }
  if (edits > C._MAX_EDITS) say(`${text}~${edits} was searched with ${C._MAX_EDITS} slips, the most there are`);
  const { field, weight } = reading;
  return TermReading(Fuzzy(unit.subwords[0], { slips: Math.min(edits, C._MAX_EDITS), field, weight }));
}
