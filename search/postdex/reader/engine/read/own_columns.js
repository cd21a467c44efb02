/* What has which value of a field of the site's own? Twin of engine/embedded/read/own_columns.py, less which fields there
   are, of which kind: the entry file says that. */

import { lanesOf } from "./candidates.js";
import { yearOf } from "./doc_values.js";
import { date, number, truth } from "../../formats/typed_values.js";
import { compare, general } from "../../python.js";
import { OWN_FIELD } from "../../query.js";

/** @type {Record<string, (text: string) => number | null>} what reads the values of each kind but "text" */
const READERS = { boolean: truth, number, date };

/** @typedef {import("./doc_values.js").Columns} Columns */
/** @typedef {import("./doc_values.js").FilterValue} FilterValue */
/** @typedef {{name: string, kind: string, posts: number, named: boolean}} FieldStats */

/**
 * Lanes of the posts that have a value of this kind in [start, stop).
 * @param {Columns} columns
 * @param {string} name
 * @param {string} kind
 * @param {number | null} start
 * @param {number | null} stop
 */
export function within(columns, name, kind, start, stop) {
  const inside = typed(columns, name, kind).filter(({ value }) =>
    (start === null || start <= value) && (stop === null || value < stop));
  return lanesOf(inside.flatMap(({ docs }) => docs), columns.posts);
}

/**
 * The values of a field that are of a kind, with their posts.
 * @param {Columns} columns
 * @param {string} name
 * @param {string} kind
 * @returns {{value: number, docs: number[]}[]}
 */
function typed(columns, name, kind) {
  const key = `${kind} ${name}`;
  let rows = columns.typed.get(key);
  if (!rows) {
    rows = [];
    for (const { folded, docs } of columns.rows(OWN_FIELD + name)) {
      const value = READERS[kind](folded);
      if (value !== null) rows.push({ value, docs });
    }
    columns.typed.set(key, rows);
  }
  return rows;
}

/**
 * By what each post is sorted that has a field: of several values by the one that comes first. A text is a number in the
 * order of all of them.
 * @param {Columns} columns
 * @param {FieldStats} field
 * @param {boolean} descending
 * @returns {Map<number, number>}
 */
export function sortKeys(columns, field, descending) {
  /** @type {{value: number, docs: number[]}[]} */
  let rows;
  if (field.kind === "text") {
    const values = columns.rows(OWN_FIELD + field.name);
    const texts = [...new Set(values.map(row => row.folded))].sort(compare);
    const ranks = new Map(texts.map((text, rank) => [text, rank]));
    rows = values.map(({ folded, docs }) => ({ value: /** @type {number} */ (ranks.get(folded)), docs }));
  } else {
    rows = [...typed(columns, field.name, field.kind)];
  }
  rows.sort((a, b) => descending ? a.value - b.value : b.value - a.value);
  /** @type {Map<number, number>} */
  const keys = new Map();
  for (const { value, docs } of rows) for (const doc of docs) keys.set(doc, value);
  return keys;
}

/**
 * The name under which the columns have the facet of a field, once they were made to.
 * @param {Columns} columns
 * @param {FieldStats} field
 */
export function facet(columns, field) {
  const name = `${OWN_FIELD}${field.name} ${field.kind}`;
  if (!columns.facets.has(name)) columns.facets.set(name, facetTable(columns, field));
  return name;
}

/**
 * Per post the numbers of its values, and the values as a facet shows them.
 * @param {Columns} columns
 * @param {FieldStats} field
 */
function facetTable(columns, field) {
  /** @type {Map<string, number>} */
  const values = new Map();
  /** @type {number[][]} */
  const numbers = Array.from({ length: columns.posts }, () => []);
  for (const row of columns.rows(OWN_FIELD + field.name)) {
    const value = facetValue(field.kind, row);
    const place = values.get(value) ?? values.size;
    values.set(value, place);
    for (const doc of row.docs) if (!numbers[doc].includes(place)) numbers[doc].push(place);
  }
  return { numbers, values: [...values.keys()] };
}

/**
 * A value as the facet of a kind counts it: a number however it is written, the year of a date, a text as it is.
 * @param {string} kind
 * @param {FilterValue} row
 */
function facetValue(kind, row) {
  const value = kind in READERS ? READERS[kind](row.folded) : null;
  if (value === null) return row.written || row.folded;
  if (kind === "boolean") return value ? "true" : "false";
  return kind === "number" ? general(value, 15) : String(yearOf(value));
}
