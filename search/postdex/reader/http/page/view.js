/* What does an address of the page ask for, and which address asks for something else? Twin of
   postdex/http/page/view.py. */

import { parseQsl, urlencode } from "../../addresses.js";
import { constantsOf } from "../../parameters.js";
import { points } from "../../python.js";
import { together } from "./own_fields.js";

const C = constantsOf("http.page.view");
const J = constantsOf("json_arguments");
const R = constantsOf("request");

/**
 * A query, its filters and order, the number of the page, and its language where the address says one.
 * @typedef {{q: string, sites: string[], tags: string[], categories: string[], where: string[], date: string, after: string, before: string,
 *   lang: string, translations: string, sort: string, page: number, ui: string, record: string, typing: boolean}} View
 */
/** @typedef {"sites" | "tags" | "categories" | "where"} ListName */

/**
 * A view that asks for nothing but this, its fields in the order in which they stand in addresses.
 * @param {Partial<View>} [fields]
 * @returns {View}
 */
export const viewOf = fields => ({
  q: "", sites: [], tags: [], categories: [], where: [], date: "", after: "", before: "", lang: "", translations: "", sort: "", page: 1,
  ui: "", record: "", typing: false, ...fields,
});

/**
 * How many filters are in force.
 * @param {View} view
 */
export const filters = view => view.sites.length + view.tags.length + view.categories.length + view.where.length +
  (view.date ? 1 : Number(Boolean(view.after)) + Number(Boolean(view.before))) + Number(Boolean(view.lang));

/**
 * The same query and order for all posts.
 * @param {View} view
 */
export const withoutFilters = view => changed(view, { sites: [], tags: [], categories: [], where: [], date: "", after: "", before: "", lang: "" });

/**
 * Another view, which begins at its first page.
 * @param {View} view
 * @param {Partial<View>} fields
 * @returns {View}
 */
export const changed = (view, fields) => ({ ...view, page: 1, ...fields });

/**
 * The view with this tag, category or site put in, or taken out if it is in force.
 * @param {View} view
 * @param {ListName} name
 * @param {string} value
 */
export const toggled = (view, name, value) =>
  changed(view, { [name]: view[name].includes(value) ? view[name].filter(other => other !== value) : [...view[name], value] });

/**
 * The arguments of a search; all facets are asked for.
 * @param {View} view
 * @returns {Record<string, any>}
 */
export function argumentsOf(view) {
  const year = /^[0-9]{4}$/.test(view.date);
  const given = {
    sites: view.sites, tags: view.tags, categories: view.categories, where: together(view.where),
    after: year ? `${view.date}-01-01` : view.date || view.after,
    before: year ? `${String(Number(view.date) + 1).padStart(4, "0")}-01-01` : view.date ? "" : view.before,
    lang: view.lang, translations: view.translations, sort: view.sort, prefix_last: view.typing,
  };
  const said = Object.entries(given).filter(([, value]) => Array.isArray(value) ? value.length : value);
  return { query: view.q, limit: C.PAGE, offset: (view.page - 1) * C.PAGE, facets: [...R.FACETS, R.NAMED_FIELDS], ...Object.fromEntries(said) };
}

/**
 * The address relative to the page's own; "./" for the page as it opens.
 * @param {View} view
 */
export function address(view) {
  /** @type {[string, string][]} */
  const fields = [];
  const usual = viewOf();
  for (const [name, value] of Object.entries(view)) {
    if (name === "typing") continue;
    if (Array.isArray(value)) fields.push(...value.map(item => /** @type {[string, string]} */ ([name, item])));
    else if (value !== usual[/** @type {keyof View} */ (name)]) fields.push([name, String(value)]);
  }
  return fields.length ? `?${urlencode(fields)}` : "./";
}

/**
 * What the query string of the page's address asks for.
 * @param {string} query
 */
export function asked(query) {
  /** @type {Map<string, string[]>} */
  const given = new Map();
  for (const [name, value] of parseQsl(query, C._MAX_FIELDS)) given.set(name, [...given.get(name) ?? [], value]);
  const last = (/** @type {string} */ name) => given.get(name)?.at(-1) ?? "";
  /** @type {Record<string, any>} */
  const fields = { q: last("q"), typing: last("prefix_last") === "true" };
  for (const name of C.LISTS) {
    const values = [...new Set(given.get(name))];
    if (values.length <= J.MAX_VALUES && values.every(value => points(value).length <= C._LONGEST)) fields[name] = values;
  }
  for (const name of ["after", "before", "lang", "translations", "sort"]) if (fits(name, last(name))) fields[name] = last(name);
  Object.assign(fields, dates(fields, last("date")));
  if (/^[1-9][0-9]{0,4}$/.test(last("page"))) fields.page = Math.min(Number(last("page")), C.LAST);
  if (/^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$/.test(last("ui"))) fields.ui = last("ui");
  if (last("record") === "false") fields.record = "false";
  return viewOf(fields);
}

/**
 * The dates that are asked for: a year or a span before today, which may stand as `after`, too, or two days as the fields
 * of a form hold them.
 * @param {Record<string, string>} fields
 * @param {string} span
 */
function dates(fields, span) {
  const [after, before] = [day(fields.after ?? ""), day(fields.before ?? "")];
  const named = (/** @type {string} */ date) => !/^[0-9]+$/.test(date.slice(0, 4));
  if (!span && after && !before && named(after)) span = after;
  if (/^(?!0000|9999)[0-9]{4}$/.test(span) || (fits("after", span) && named(span))) return { date: span, after: "", before: "" };
  return { date: "", after, before };
}

/**
 * A year, month or day as the day that it begins with; anything else as it is.
 * @param {string} date
 */
function day(date) {
  if (!/^[0-9]{4}(?:[-/.][0-9]{1,2}){0,2}$/.test(date)) return date;
  const [year, month = "1", day = "1"] = date.split(/[-/.]/);
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/**
 * Whether a value says something, and something that can be asked: the usual order need not be said.
 * @param {string} name
 * @param {string} value
 */
function fits(name, value) {
  const length = points(value).length;
  if (!value) return false;
  switch (name) {
    case "translations": return value !== R.TRANSLATIONS[0] && R.TRANSLATIONS.includes(value);
    case "sort": return value !== R.SORTS[0] && length <= J._NAME_LENGTH;
    case "lang": return length <= C._LONGEST;
    default: return length <= J._DATE_LENGTH && new RegExp(J.DATE).test(value);
  }
}
