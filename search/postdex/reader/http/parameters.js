/* What may a request say? Twin of postdex/http/parameters.py and of `misfit` in postdex/json_arguments.py: the
   parameters of an address in its query string. */

import { RequestError } from "../errors.js";
import { constantsOf } from "../parameters.js";
import { commas, points, repr } from "../python.js";
import { meantArgument } from "../request.js";

const C = constantsOf("http.parameters");
const JSON_ARGUMENTS = constantsOf("json_arguments");

/** @typedef {{name: string, kind: string, default: any, choices: string[], least: number, most: number | null, own_fields: boolean}} Argument */

/**
 * What the query string of `GET /search` asks for: the query, and the other arguments of a search by their names.
 * @param {string | URLSearchParams} params
 * @returns {{query: string, given: Record<string, any>}}
 */
export function searchArguments(params) {
  const { q, record, ...given } = fromQuery(params, C.SEARCH_FORMS);
  return { query: q, given };
}

/**
 * What the query string of `GET /suggest` asks for.
 * @param {string | URLSearchParams} params
 * @returns {{q: string, limit: number}}
 */
export const suggestArguments = params => /** @type {any} */ (fromQuery(params, C.SUGGEST_FORMS));

/** The arguments in a query string; lists by repeating a name. Raises RequestError.
 * @param {string | URLSearchParams} params
 * @param {Argument[]} table
 * @returns {Record<string, any>}
 */
function fromQuery(params, table) {
  const text = String(params);
  if (text.split("&").length > C._MAX_FIELDS) {
    throw new RequestError("bad_parameter", `there are more than ${C._MAX_FIELDS} parameters`, "send fewer");
  }
  /** @type {Map<string, any>} */
  const given = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const parameter = table.find(row => row.name === name);
    if (!parameter) throw unknown(name, table.map(row => row.name));
    if (parameter.kind === "texts") given.set(name, [...(given.get(name) || []), value]);
    else if (given.has(name)) throw new RequestError("bad_parameter", `${name} is given twice`, "give it once");
    else given.set(name, typed(parameter, value));
  }
  return Object.fromEntries(table.map(row => [row.name, given.has(row.name) ? checked(row, given.get(row.name)) : row.default]));
}

/** @param {string} name
 * @param {string[]} names
 */
function unknown(name, names) {
  const cut = [...name].slice(0, 40).join("");
  return new RequestError("bad_parameter", `there is no parameter ${cut}`, meantArgument(cut, names) || `there are ${names.join(", ")}`);
}

/** A text of a query string as the type of its parameter; left as text where it is none.
 * @param {Argument} parameter
 * @param {string} text
 */
function typed({ kind }, text) {
  if (kind === "number") return /^\d{1,9}$/.test(text) ? Number(text) : text;
  const flag = text.toLowerCase();
  return kind === "flag" && Object.hasOwn(C._FLAGS, flag) ? C._FLAGS[flag] : text;
}

/** The value, if it can be one of this parameter.
 * @param {Argument} parameter
 * @param {any} value
 */
function checked(parameter, value) {
  if (value === "" && parameter.default === null) return null;
  const expected = misfit(parameter, value);
  if (expected) throw new RequestError("bad_parameter", `${parameter.name} cannot be ${repr(value, 40)}`, `give ${expected}`);
  return value;
}

/** What the value of an argument should be, in words; "" if it may be what it is.
 * @param {Argument} argument
 * @param {any} value
 * @returns {string}
 */
function misfit(argument, value) {
  const { kind, choices, least, most, own_fields } = argument;
  if (kind === "texts") {
    if (value.length > JSON_ARGUMENTS.MAX_VALUES) return `a list of at most ${JSON_ARGUMENTS.MAX_VALUES} texts`;
    const single = value.map((/** @type {string} */ item) => misfit({ ...argument, kind: "text" }, item)).find(Boolean);
    return single ? `for each ${single}` : "";
  }
  if (kind === "flag") return typeof value === "boolean" ? "" : "true or false";
  if (kind === "number") {
    if (typeof value === "number" && value >= least && (most === null || value <= most)) return "";
    return `a whole number from ${least} ${most === null ? "on" : `to ${commas(most)}`}`;
  }
  if (choices.length && !own_fields) return choices.includes(value) ? "" : `one of ${choices.join(", ")}`;
  const length = own_fields ? JSON_ARGUMENTS._NAME_LENGTH : kind === "date" ? JSON_ARGUMENTS._DATE_LENGTH : most;
  if (!length) return "";
  return points(value).length <= length ? "" : `a text of at most ${commas(length)} characters`;
}
