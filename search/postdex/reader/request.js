/* What may be asked of a search? Twin of postdex/request.py, whose `FORMS` say how each argument is checked. */

import { closest } from "./close_matches.js";
import { QueryError } from "./errors.js";
import { constantsOf } from "./parameters.js";
import { repr } from "./python.js";

/** A search: its query and all arguments, checked.
    @typedef {{query: string, limit: number, offset: number, sort: string, tags: string[], categories: string[], after: string | null, before: string | null, lang: string | null, path: string | null, sites: string[], where: string[], translations: string, recency: string | null, meaning: boolean | null, drafts: boolean, typo: boolean, facets: string[], units: string, prefix_last: boolean, snippets: boolean, section_snippets: boolean, explain: boolean, deadline_ms: number | null}} SearchRequest */
/** @typedef {{default: any, kind: string, choices: string[], least: number, most: number | null, hint: string, single: string, own_fields: boolean}} Form */

const C = constantsOf("request");

/**
 * The request for a query and these arguments. Throws QueryError for what cannot be used.
 * @param {string} query
 * @param {Record<string, any>} [given]
 * @returns {SearchRequest}
 */
export function searchRequest(query, given = {}) {
  const forms = /** @type {Record<string, Form>} */ (C.FORMS);
  const request = Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, form.default]));
  for (const [name, value] of Object.entries({ ...given, query })) {
    if (!Object.hasOwn(forms, name)) throw unexpected("search", name, Object.keys(forms).filter(known => known !== "query"));
    request[name] = checked(name, forms[name], value);
  }
  return /** @type {any} */ (request);
}

/**
 * The value as a request holds it.
 * @param {string} name
 * @param {Form} form
 * @param {any} value
 */
function checked(name, form, value) {
  const { hint, kind, least, most } = form;
  const fits = (/** @type {boolean} */ does, /** @type {string} */ expected) => {
    if (!does) throw wrong(name, value, expected);
    return value;
  };
  if ((value ?? null) === null && form.default === null) return null;
  if (kind === "date") return fits(typeof value === "string", "a date, or as a text such as 2024-03-14 or 30d");
  if (kind === "flag") return fits(typeof value === "boolean", "True or False");
  if (kind === "milliseconds") return fits(value === null || typeof value === "number", "a number of milliseconds, or None");
  if (kind === "texts") {
    const texts = typeof value === "string" ? [value] : fits(Array.isArray(value), "a text or a list of texts");
    return texts.map((/** @type {any} */ text) => chosen(name, form, checkText(name, text)));
  }
  if (kind !== "number") return chosen(name, form, form.choices.length ? value : checkText(name, value));
  fits(Number.isInteger(value), "a whole number");
  if (value >= least && (most === null || value <= most)) return value;
  throw new QueryError(`${name} is ${value}`, hint, { code: `bad_${name}` });
}

/**
 * @param {string} name
 * @param {Form} form
 * @param {any} value
 */
function chosen(name, { choices, own_fields, single }, value) {
  if (!choices.length || choices.includes(value) || (own_fields && typeof value === "string")) return value;
  const called = single || name;
  throw new QueryError(`${called} ${repr(value)} is not known`, `use one of ${choices.join(", ")}`, { code: `bad_${called}` });
}

/**
 * The value, if it is a text.
 * @param {string} name
 * @param {any} value
 * @returns {string}
 */
export function checkText(name, value) {
  if (typeof value !== "string") throw wrong(name, value, "a text");
  return value;
}

/**
 * The error of an argument that is of another type than it should be.
 * @param {string} name
 * @param {any} value
 * @param {string} expected
 */
export const wrong = (name, value, expected) => new QueryError(`${name} is ${repr(value, 60)}`, `give it as ${expected}`);

/**
 * The error of an argument that a function does not take.
 * @param {string} name
 * @param {string} argument
 * @param {string[]} names
 */
export function unexpected(name, argument, names) {
  const hint = meantArgument(argument, names) || `it takes ${names.join(", ")}`;
  return new TypeError(`${name}() got an unexpected keyword argument ${repr(argument)}; ${hint}`);
}

/**
 * Which of the known arguments was meant by one that there is not, as a question; "" if none is near.
 * @param {string} name
 * @param {string[]} names
 */
export function meantArgument(name, names) {
  const meant = Object.hasOwn(C._MEANT, name) ? C._MEANT[name] : "";
  const near = names.includes(meant) ? meant : closest(name, names, 0.6);
  return near ? `did you mean ${near}?` : "";
}
