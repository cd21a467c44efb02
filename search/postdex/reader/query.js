/* What is searched for, as a tree of small values. Twin of postdex_index/query.py.

   A value says which it is by `kind`, and has the attributes of its Python class. Values are made once and never changed. */

import { general } from "./python.js";

/** Before the name of a field of the site's own: the column that a `Keyword` names. */
export const OWN_FIELD = "field ";

/** @typedef {{kind: "Term", text: string, field: string, weight: number, exact: boolean}} TermLeaf */
/** @typedef {{kind: "Phrase", terms: string[], field: string, weight: number, exact: boolean, slop: number, prefix: boolean, outside_links: boolean}} PhraseLeaf */
/** @typedef {{kind: "Prefix", text: string, field: string, weight: number}} PrefixLeaf */
/** @typedef {{kind: "Wildcard", pattern: string, field: string, weight: number}} WildcardLeaf */
/** @typedef {{kind: "Regex", pattern: string, field: string, weight: number}} RegexLeaf */
/** @typedef {{kind: "Fuzzy", text: string, slips: number, field: string, weight: number}} FuzzyLeaf */
/** @typedef {{kind: "Synonyms", spellings: (TermLeaf | PhraseLeaf | PrefixLeaf)[], weight: number}} SynonymsLeaf */
/** @typedef {{kind: "Keyword", field: string, value: string}} KeywordFilter */
/** @typedef {{kind: "DateRange", start: number | null, stop: number | null}} DateRangeFilter */
/** @typedef {{kind: "FieldRange", field: string, value_kind: string, start: number | null, stop: number | null}} FieldRangeFilter */
/** @typedef {{kind: "Everything"}} EverythingFilter */
/** @typedef {TermLeaf | PhraseLeaf | PrefixLeaf | WildcardLeaf | RegexLeaf | FuzzyLeaf | SynonymsLeaf} Leaf */
/** @typedef {{kind: "Clauses", required: Query[], optional: Query[], excluded: Query[], bonus: Query[], minimum: number, typed: string}} ClausesGroup */
/** @typedef {Leaf | KeywordFilter | DateRangeFilter | FieldRangeFilter | EverythingFilter | ClausesGroup} Query */

/** @returns {TermLeaf} */
export const Term = (/** @type {string} */ text, { field = "", weight = 1, exact = false } = {}) =>
  ({ kind: "Term", text, field, weight, exact });
/** @returns {PhraseLeaf} */
export const Phrase = (/** @type {string[]} */ terms, { field = "", weight = 1, exact = false, slop = 0, prefix = false, outside_links = false } = {}) =>
  ({ kind: "Phrase", terms, field, weight, exact, slop, prefix, outside_links });
/** @returns {PrefixLeaf} */
export const Prefix = (/** @type {string} */ text, { field = "", weight = 1 } = {}) => ({ kind: "Prefix", text, field, weight });
/** @returns {WildcardLeaf} */
export const Wildcard = (/** @type {string} */ pattern, { field = "", weight = 1 } = {}) => ({ kind: "Wildcard", pattern, field, weight });
/** @returns {RegexLeaf} */
export const Regex = (/** @type {string} */ pattern, { field = "", weight = 1 } = {}) => ({ kind: "Regex", pattern, field, weight });
/** @returns {FuzzyLeaf} */
export const Fuzzy = (/** @type {string} */ text, { slips = 1, field = "", weight = 1 } = {}) => ({ kind: "Fuzzy", text, slips, field, weight });
/** @returns {SynonymsLeaf} */
export const Synonyms = (/** @type {(TermLeaf | PhraseLeaf | PrefixLeaf)[]} */ spellings, { weight = 1 } = {}) => ({ kind: "Synonyms", spellings, weight });
/** @returns {KeywordFilter} */
export const Keyword = (/** @type {string} */ field, /** @type {string} */ value) => ({ kind: "Keyword", field, value });
/** @returns {DateRangeFilter} */
export const DateRange = (/** @type {number | null} */ start = null, /** @type {number | null} */ stop = null) => ({ kind: "DateRange", start, stop });
/** @returns {FieldRangeFilter} */
export const FieldRange = (/** @type {string} */ field, /** @type {string} */ value_kind, /** @type {number | null} */ start = null, /** @type {number | null} */ stop = null) =>
  ({ kind: "FieldRange", field, value_kind, start, stop });
/** @returns {EverythingFilter} */
export const Everything = () => ({ kind: "Everything" });
/** @returns {ClausesGroup} */
export const Clauses = ({ required = /** @type {Query[]} */ ([]), optional = /** @type {Query[]} */ ([]), excluded = /** @type {Query[]} */ ([]), bonus = /** @type {Query[]} */ ([]), minimum = 0, typed = "" } = {}) =>
  ({ kind: "Clauses", required, optional, excluded, bonus, minimum, typed });

/**
 * What tells a value from all that are not equal to it, to file it under.
 * @param {Query} query
 */
export const keyOf = query => JSON.stringify(query);

/**
 * Every leaf that can add to a score, in the order they were typed; excluded ones left out.
 * @param {Query} query
 * @returns {Leaf[]}
 */
export function leaves(query) {
  switch (query.kind) {
    case "Clauses": return [...query.required, ...query.optional, ...query.bonus].flatMap(leaves);
    case "Keyword": case "DateRange": case "FieldRange": case "Everything": return [];
    default: return [query];
  }
}

/**
 * The tree as one line of text, for `parsed` in results and for tests.
 * @param {Query} query
 * @returns {string}
 */
export function show(query) {
  switch (query.kind) {
    case "Term":
      return fieldText(query.field) + (query.exact ? `"${query.text}"` : query.text) + weightText(query.weight);
    case "Phrase": {
      const quote = query.exact ? '"' : "'";
      const words = query.terms.join(" ") + (query.prefix ? "*" : "");
      return fieldText(query.field) + quote + words + quote + (query.slop ? `~${query.slop}` : "") + weightText(query.weight);
    }
    case "Prefix": return `${fieldText(query.field)}${query.text}*${weightText(query.weight)}`;
    case "Wildcard": case "Regex": return fieldText(query.field) + query.pattern + weightText(query.weight);
    case "Fuzzy":
      return `${fieldText(query.field)}${query.text}~${query.slips > 1 ? query.slips : ""}${weightText(query.weight)}`;
    case "Synonyms": return `[${query.spellings.map(show).join(" | ")}]${weightText(query.weight)}`;
    case "Keyword": return `${query.field.startsWith(OWN_FIELD) ? query.field.slice(OWN_FIELD.length) : query.field}=${query.value}`;
    case "DateRange": return `date=${query.start ?? ""}..${query.stop ?? ""}`;
    case "FieldRange":
      return `${query.field}=${query.start === null ? "" : general(query.start, 12)}..${query.stop === null ? "" : general(query.stop, 12)}`;
    case "Everything": return "*";
    case "Clauses": {
      const parts = [
        ...query.required.map(clause => `+${show(clause)}`), ...query.optional.map(show),
        ...query.bonus.map(clause => `?${show(clause)}`), ...query.excluded.map(clause => `-${show(clause)}`),
      ];
      return `(${parts.join(" ")})${query.minimum > 1 ? `@${query.minimum}` : ""}`;
    }
  }
}

const fieldText = (/** @type {string} */ field) => field ? `${field}:` : "";
const weightText = (/** @type {number} */ weight) => weight === 1 ? "" : `^${general(weight)}`;
