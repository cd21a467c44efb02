/* What do results look like on the wire? Twin of postdex/output/wire.py: the JSON of `GET /search`, `/suggest` and
   `/documents`, and nothing else. */

import { constantsOf } from "../parameters.js";
import { attribute, schema } from "../schema.js";
import { iso, link, toHtml } from "../text_safety.js";

const C = constantsOf("output.wire");
const MODEL = constantsOf("model");

/**
 * The results as plain objects and lists, ready for JSON; scores and dates as people read them, HTML made.
 * @param {any} results
 */
export function toDict(results) {
  return {
    schema: C.SCHEMA,
    query: results.query,
    parsed: results.parsed,
    total: results.total,
    grouped: results.grouped,
    strength: results.strength,
    meaning: results.meaning,
    limit: results.limit,
    offset: results.offset,
    took_ms: rounded(results.took_ms, 3),
    hits: results.hits.map(hit),
    facets: Object.fromEntries([...results.facets].map(([name, counts]) => [name, Object.fromEntries(counts)])),
    corrections: corrections(results),
    warnings: [...results.warnings],
    complete: results.complete,
    index: listed(results.index),
  };
}

/**
 * The wire form of the words that were joined by others.
 * @param {any} results
 * @returns {{from: string, to: string[], synonym?: boolean}[]}
 */
export const corrections = results => results.corrections.map((/** @type {any} */ { word, known, synonym }) =>
  ({ from: word, to: [...known], ...(synonym ? { synonym: true } : {}) }));

/**
 * The wire form of completions: each word as people write it, with the number of posts that have it.
 * @param {string} prefix
 * @param {{text: string, posts: number}[]} words
 */
export const suggestions = (prefix, words) =>
  ({ schema: C.SCHEMA, query: prefix, suggestions: words.map(({ text, posts }) => ({ text, posts })) });

/**
 * The wire form of a post with the text of its sections, or of one.
 * @param {any} stored
 * @param {number | null} [section]
 */
export function document(stored, section = null) {
  const numbers = section === null ? [...stored.sections.keys()] : [section];
  return {
    schema: C.SCHEMA,
    path: stored.path,
    title: stored.title,
    url: link(stored.url),
    ...fields(stored, schema().document),
    sections: numbers.map(number => storedSection(stored, number)),
  };
}

/** The wire form of an index in numbers; its sites only where there are several.
 * @param {any} numbers
 */
function listed(numbers) {
  const { sites, ...form } = numbers;
  return sites.length ? { ...form, sites: [...sites] } : form;
}

/** @param {any} of */
const hit = of => ({
  ...(of.site ? { site: of.site } : {}),
  ...(of.pinned ? { pinned: true } : {}),
  path: of.path,
  line: of.line,
  url: link(of.url),
  anchor: of.anchor,
  title: of.title,
  title_html: toHtml(of.title, of.title_spans),
  headings: [...of.headings],
  headings_html: of.headings.map((/** @type {string} */ text, /** @type {number} */ at) => toHtml(text, of.headings_spans[at] || [])),
  ...fields(of, schema().hit),
  score: rounded(of.score, 4),
  snippet: toHtml(of.snippet.text, of.snippet.spans),
  snippet_text: of.snippet.text,
  matches: [...matches("body", of.snippet.spans), ...matches("title", of.title_spans)],
  sections: of.sections.map(section),
  translations: of.translations.map((/** @type {any} */ { lang, path, url }) => ({ lang, path, url: link(url) })),
  explain: null,
});

/** @param {any} of */
const section = of => ({
  title: of.heading,
  heading_html: toHtml(of.heading, of.heading && of.headings_spans.length ? of.headings_spans[of.headings_spans.length - 1] : []),
  anchor: of.anchor,
  url: link(of.url),
  line: of.line,
  match_line: of.match_line,
  score: rounded(of.score, 4),
  snippet: of.snippet ? toHtml(of.snippet.text, of.snippet.spans) : null,
});

/** @param {any} stored
 * @param {number} index
 */
function storedSection(stored, index) {
  const { heading, level, headings, anchor, line } = stored.sections[index];
  const text = stored.text(index).replaceAll(MODEL.SOFT_BREAK, "\n").replaceAll(MODEL.INCLUDED_BREAK, "\n");
  return { title: heading, level, headings: [...headings], anchor, line, text };
}

/** @param {string} field
 * @param {{start: number, length: number}[]} spans
 */
const matches = (field, spans) => spans.map(({ start, length }) => ({ field, start, length }));

/** How the values of fields stand in JSON, by the fields' types.
 * @type {Record<string, (value: any) => any>}
 */
const FORMS = {
  date: seconds => seconds === null ? null : iso(seconds),
  fields: of => Object.fromEntries(of.map((/** @type {any} */ { name, values }) => [name, [...values]])),
};

/** @param {any} of
 * @param {import("../schema.js").Field[]} shown
 */
const fields = (of, shown) => Object.fromEntries(shown.map(field => {
  const value = of[attribute(field)];
  return [field.name, FORMS[field.type] ? FORMS[field.type](value) : value];
}));

/**
 * A number with so many decimals, as `round` of Python has it: halves go to what is even.
 * @param {number} value
 * @param {number} decimals
 */
export function rounded(value, decimals) {
  const ten = 10 ** decimals;
  // Half of a last decimal is a number only where twice the binary places are whole and odd: then it is exact.
  const halves = value * 2 ** (decimals + 1);
  if (Number.isInteger(halves) && halves % 2) return 2 * Math.round(value * ten / 2) / ten;
  return Number(value.toFixed(decimals));
}
