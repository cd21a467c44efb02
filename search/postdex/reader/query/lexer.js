/* Where do the clauses of a typed query begin and end, and which of its signs are syntax? Twin of
   postdex/query/lexer.py.

   People paste code, so a sign is syntax only where a clause may begin: at the start, after a blank, a bracket, a closed
   quote, a sign or a field. Everywhere else it is text. Places are those of JavaScript: none leaves this module. */

import { constantsOf } from "../parameters.js";
import { BLANK, WORD, decimal } from "../python.js";
import { OWN_FIELD } from "../query.js";

/** @typedef {import("./own_fields.js").OwnFields} OwnFields */
/** @typedef {{kind: string, text: string, sign: string, field: string, weight: number, edits: number, slop: number, last: boolean}} QueryToken */

const C = constantsOf("query.lexer");

/**
 * Whether a field filters, by its name in a token.
 * @param {string} field
 */
export const isFilter = field => C.FILTERS.includes(field) || field.startsWith(OWN_FIELD);

/** @param {string} pattern */
const here = (pattern, flags = "") => new RegExp(pattern, `uy${flags}`);

const QUOTES = "“„«»「『";
const _BLANKS = here(`[${BLANK}]+`);
const _PIECE = here(`[^${BLANK}()]+`);
const _OPERATOR = here(`(?:AND|OR|NOT)(?=[${BLANK}()]|$)`);
const _FIELD = here(`([A-Za-z]{1,12}):(?=[^${BLANK}:)])`);
const _OWN = here(`([${WORD}][${WORD}.\\-]{0,59}):(?=[^${BLANK}:)])`);
const _SIGNED_BY = {
  "-": here(`-(?![A-Za-z](?:[${BLANK})]|$))(?=[${WORD}"${QUOTES}(]|\\.[${WORD}])`),
  "+": here(`\\+(?=[^${BLANK}+)])`),
};
const _WEIGHT = "(?:\\^(\\p{Nd}{1,2}(?:\\.\\p{Nd}{1,3})?))?";
const _DATE_OF_WORDS = here(`(?:(?:this|last)[${BLANK}]+(?:week|month|year)`
  + `|(?:(?:last|past)[${BLANK}]+)?[0-9]{1,3}[${BLANK}]*(?:day|week|month|year)s?(?:[${BLANK}]+ago)?)(?=[${BLANK}()]|$)`, "i");
const _AFTER_WORD = new RegExp(`(?:(~)(\\p{Nd}?))?${_WEIGHT}$`, "u");
const _AFTER_BRACKET = `${_WEIGHT}(?=[${BLANK}()]|$)`;
const _AFTER_GROUP = here(_AFTER_BRACKET);
const _AFTER_QUOTE = here(`(?:~(\\p{Nd}{1,3}))?${_AFTER_BRACKET}`);
const _REGEX = here(`\\/(?!\\*)(?=[^${BLANK}/]*[\\\\[|*+?{^$])(?:\\\\[^${BLANK}]|[^${BLANK}\\\\/])+\\/${_AFTER_BRACKET}`);
const _MEANT_FIELD = here(`[\\p{L}"${QUOTES}]|[<>]=`);
const LETTER = here("[\\p{L}\\p{N}]");
const _CONTROLS = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g;

/**
 * A pattern's match at a place.
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 */
function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** @returns {QueryToken} */
export const QueryToken = (/** @type {string} */ kind, { text = "", sign = "", field = "", weight = 1, edits = -1, slop = 0, last = false } = {}) =>
  ({ kind, text, sign, field, weight, edits, slop, last });

/**
 * Control characters as blanks, lone surrogates as U+FFFD.
 * @param {string} text
 */
export const clean = text => text.replace(_CONTROLS, " ").replace(/\p{Cs}/gu, "\ufffd");

/**
 * The tokens of a cleaned text, and what had to be repaired; brackets come out balanced.
 * @param {string} text
 * @param {OwnFields | null} [own]
 */
export function lex(text, own = null) {
  const scan = new _Scan(text, own);
  while (scan.at < text.length) scan.clause();
  scan.close();
  return { tokens: scan.tokens, warnings: [...new Set(scan.warnings)] };
}

/**
 * Where each quote of another script begins and ends, nested ones too. What is not closed is none.
 * @param {string} text
 * @returns {Map<number, number>}
 */
function _quotes(text) {
  const closingByOpening = new Map();
  /** @type {number[]} */
  const opened = [];
  /** @type {Record<string, number>} */
  const closers = {};
  const closedBy = (/** @type {string} */ sign) => Object.hasOwn(C._CLOSED_BY, sign) ? C._CLOSED_BY[sign] : "";
  const count = (/** @type {string} */ sign, /** @type {number} */ by) => {
    for (const closer of closedBy(sign)) closers[closer] = (closers[closer] ?? 0) + by;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign < "«") continue;
    if (closers[sign]) {
      let start;
      do {
        start = /** @type {number} */ (opened.pop());
        count(text[start], -1);
      } while (!closedBy(text[start]).includes(sign));
      closingByOpening.set(start, at);
    } else if (closedBy(sign) && !(sign === "»" && matchAt(_BLANKS, text, at + 1))) {
      opened.push(at);
      count(sign, 1);
    }
  }
  return closingByOpening;
}

/** A place in the text and what was seen before it. `open` has a number for the text and for each open group: how many
    brackets that are text were opened in it and not closed. */
class _Scan {
  /**
   * @param {string} text
   * @param {OwnFields | null} own
   */
  constructor(text, own) {
    this.text = text;
    this.own = own;
    this.at = 0;
    this.quotes = _quotes(text);
    this.open = [0];
    /** @type {QueryToken[]} */
    this.tokens = [];
    /** @type {string[]} */
    this.warnings = [];
  }

  /** One token, from a place where a clause may begin. */
  clause() {
    if (this.take(_BLANKS)) return;
    let operator;
    if (this.text[this.at] === ")" && this.open.length > 1 && !this.open.at(-1)) this.endGroup();
    else if ((operator = this.take(_OPERATOR))) this.tokens.push(QueryToken(operator[0]));
    else this.signed(this.sign(), this.field());
  }

  /** A sign here, stepped over, or "". */
  sign() {
    const typed = this.text[this.at];
    return (typed === "-" || typed === "+") && this.take(_SIGNED_BY[typed]) ? typed : "";
  }

  /**
   * The pattern's match here, stepped over.
   * @param {RegExp} pattern
   */
  take(pattern) {
    const match = matchAt(pattern, this.text, this.at);
    if (match) this.at += match[0].length;
    return match;
  }

  /** The field named here, stepped over; an unknown one is text and said. */
  field() {
    const match = matchAt(_FIELD, this.text, this.at);
    const name = match ? match[1].toLowerCase() : "";
    if (match && (C.WORD_FIELDS.includes(name) || C.FILTERS.includes(name))) {
      this.at += match[0].length;
      return name;
    }
    const typed = this.own && matchAt(_OWN, this.text, this.at);
    const field = typed && this.own?.find(typed[1]);
    if (field) {
      this.at += typed[0].length;
      return OWN_FIELD + field.name;
    }
    if (match) this.unknown(match[0], name);
    return "";
  }

  /**
   * Say that this is no field, where somebody may have meant one.
   * @param {string} typed
   * @param {string} name
   */
  unknown(typed, name) {
    const isText = `${typed} is not a field and was searched as text`;
    if (name === "regex") {
      this.warnings.push("regex: lists lines (`postdex lines`, GET /lines); here it was searched as text");
    } else if (Object.hasOwn(C._MEANT, name)) {
      this.warnings.push(`${isText}; ${C._MEANT[name]}: is one`);
    } else if (matchAt(_MEANT_FIELD, this.text, this.at + typed.length)) {
      this.warnings.push(isText + (this.own ? this.own.instead(name) : ""));
    }
  }

  /**
   * What follows a sign and a field: a group, a quote, a date in several words, an expression or a chunk.
   * @param {string} sign
   * @param {string} field
   */
  signed(sign, field) {
    const { text } = this;
    const isDate = field && (C.DATES.includes(field) || this.own?.isDate(field));
    const stop = this.quotes.get(this.at);
    let match;
    if (isDate && (match = this.take(_DATE_OF_WORDS))) {
      this.tokens.push(QueryToken("word", { text: match[0], sign, field, last: this.at === text.length }));
    } else if (text[this.at] === "(") {
      this.at++;
      this.open.push(0);
      this.tokens.push(QueryToken("(", { sign, field }));
    } else if (text[this.at] === '"' || (stop !== undefined && !matchAt(LETTER, text, stop + 1))) {
      this.quote(sign, field);
    } else if (text[this.at] === "/" && !C.FILTERS.includes(field) && (match = this.take(_REGEX))) {
      const slashed = match[1] ? match[0].slice(0, -match[1].length - 1) : match[0];
      this.tokens.push(QueryToken("regex", { text: slashed, sign, field, weight: this.weight(match[1]) }));
    } else {
      this.chunk(sign, field);
    }
  }

  endGroup() {
    this.at++;
    this.open.pop();
    this.tokens.push(QueryToken(")", { weight: this.weight(this.take(_AFTER_GROUP)?.[1]) }));
  }

  /**
   * @param {string} sign
   * @param {string} field
   */
  quote(sign, field) {
    let stop = this.quotes.get(this.at) ?? this.text.indexOf('"', this.at + 1);
    if (stop < 0) {
      stop = this.text.length;
      this.warnings.push('a " was not closed; it was closed at the end');
    }
    const text = this.text.slice(this.at + 1, stop);
    const last = stop === this.text.length && !(text && matchAt(_BLANKS, text, text.length - 1));
    this.at = Math.min(stop + 1, this.text.length);
    const match = this.take(_AFTER_QUOTE);
    const weight = this.weight(match?.[2]);
    this.tokens.push(QueryToken("quote", { text, sign, field, weight, slop: decimal(match?.[1] || "0"), last }));
  }

  /**
   * Everything up to a blank, or to a `)` that closes a group.
   * @param {string} sign
   * @param {string} field
   */
  chunk(sign, field) {
    const start = this.at;
    const { open, text } = this;
    const inner = open.length - 1;
    let own = 0;
    while (this.at < text.length) {
      if (this.take(_PIECE)) continue;
      const bracket = text[this.at];
      if (bracket === "(") own++;
      else if (bracket !== ")" || !(own || open[inner] || !inner)) break;
      else if (own) own--;
      else if (open[inner]) open[inner]--;
      else this.warnings.push("a ) had no ( and was left out");
      this.at++;
    }
    open[inner] += own;
    this.word(text.slice(start, this.at), sign, field);
  }

  /**
   * A chunk with what stands behind it: slips and weight (a filter's value has neither).
   * @param {string} text
   * @param {string} sign
   * @param {string} field
   */
  word(text, sign, field) {
    const last = this.at === this.text.length;
    const suffix = isFilter(field) ? null : _AFTER_WORD.exec(text);
    if (!suffix?.index) {
      this.tokens.push(QueryToken("word", { text, sign, field, last }));
      return;
    }
    const edits = suffix[1] ? decimal(suffix[2] || "1") : -1;
    const weight = this.weight(suffix[3]);
    text = text.slice(0, suffix.index);
    this.tokens.push(QueryToken("word", { text, sign, field, weight, edits, last: last && !suffix[0] }));
  }

  /** @param {string | undefined} typed */
  weight(typed) {
    if (typed === undefined) return 1;
    const weight = decimal(typed);
    if (!weight) this.warnings.push(`^${typed} was left out: a weight is above 0`);
    return weight || 1;
  }

  /** Close at the end what is still open, and say which sign has nothing to stand before. */
  close() {
    const text = this.tokens.length > 1 ? this.tokens.at(-1)?.text : "";
    if (text === "+" || text === "-") this.warnings.push(`the ${text} at the end was left out: nothing follows it`);
    if (this.open.length < 2) return;
    this.warnings.push("a ( was not closed; it was closed at the end");
    for (let group = 1; group < this.open.length; group++) this.tokens.push(QueryToken(")"));
  }
}
