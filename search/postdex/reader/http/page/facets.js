/* By what can the hits be narrowed? Tags, categories, dates and languages, each with the number of its posts. Twin of
   postdex/http/page/facets.py, which says how the lists behave. */

import { constantsOf } from "../../parameters.js";
import { toHtml } from "../../text_safety.js";
import { called as calledField, fieldOf, filterOf } from "./own_fields.js";
import { argumentsOf, changed, filters, withoutFilters } from "./view.js";
import { number, say, text } from "./words.js";

const C = constantsOf("http.page.facets");
const R = constantsOf("request");
const V = constantsOf("http.page.view");

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {Map<string, Map<string, number>>} Counts */
/** @typedef {{total: number, facets: Counts}} Counted */
/** @typedef {(given: Record<string, any>) => any} Ask */
/** @typedef {{name: string, value: string, called: string, chosen: boolean, posts: number}} Row */

/** @type {Map<string, number>} */
const NONE = new Map();

/**
 * What a language calls itself, else its code.
 * @param {string} code
 * @returns {string}
 */
export const language = code => C._NAMES[code.toLowerCase()] || C._NAMES[code.split("-")[0].toLowerCase()] || code;

/**
 * The lists as HTML, those of the fields of the site's `own` last.
 * @param {View} view
 * @param {Counted} results
 * @param {Ask} ask
 * @param {Words} words
 * @param {readonly string[]} own
 */
export function painted(view, results, ask, words, own) {
  const [every, now] = counted(view, results, ask);
  /** @type {Record<string, string>} */
  const lists = {
    sites: (every.get("sites") ?? NONE).size > 1 ? boxes("sites", view.sites, every, now, words) : "",
    tags: boxes("tags", view.tags, every, now, words),
    categories: boxes("categories", view.categories, every, now, words),
    year: dates(view, every, now, words),
    lang: languages(view, every, now, words),
  };
  return [...C.GROUPS.map((/** @type {string} */ name) => lists[name]), ...own.map(name => ofField(name, view, every, now, words))].join("");
}

/**
 * Whether there is anything to choose by among posts of which these are the counts.
 * @param {Counts} counts
 */
export function choosable(counts) {
  const size = (/** @type {string} */ name) => (counts.get(name) ?? NONE).size;
  const own = [...counts.keys()].filter(name => !R.FACETS.includes(name));
  return Boolean(size("tags") || size("categories") || own.some(size) || ["sites", "year", "lang"].some(name => size(name) > 1));
}

/**
 * The numbers of the query without any filter, and those of each list with all filters but its own single one.
 * @param {View} view
 * @param {Counted} results
 * @param {Ask} ask
 * @returns {[Counts, Counts]}
 */
function counted(view, results, ask) {
  if (!filters(view)) return [results.facets, results.facets];
  const asked = (/** @type {View} */ view, /** @type {string[]} */ facets) =>
    /** @type {Counts} */ (ask({ ...argumentsOf(view), limit: 0, offset: 0, facets }).facets);
  const now = new Map(results.facets);
  const count = (/** @type {Partial<View>} */ less, /** @type {string} */ name) => {
    for (const [facet, values] of asked(changed(view, less), [name])) now.set(facet, values);
  };
  if (view.sites.length) count({ sites: [] }, "sites");
  if (view.date || view.after || view.before) count({ date: "", after: "", before: "" }, "year");
  if (view.lang) count({ lang: "" }, "lang");
  for (const name of new Set(view.where.map(fieldOf))) {
    if (results.facets.has(name)) count({ where: view.where.filter(typed => fieldOf(typed) !== name) }, name);
  }
  return [asked(withoutFilters(view), [...results.facets.keys()]), now];
}

/**
 * A list of which several may be ticked; what is ticked is always among it.
 * @param {string} name
 * @param {readonly string[]} chosen
 * @param {Counts} every
 * @param {Counts} now
 * @param {Words} words
 */
function boxes(name, chosen, every, now, words) {
  const counts = now.get(name) ?? NONE;
  const values = [...new Set([...[...(every.get(name) ?? NONE).keys()].slice(0, C._MOST), ...chosen])];
  return group(name, values.map(value => ({ name, value, called: value, chosen: chosen.includes(value), posts: counts.get(value) ?? 0 })), words);
}

/**
 * The list of a field of the site's own; of numbers and years the order is theirs.
 * @param {string} name
 * @param {View} view
 * @param {Counts} every
 * @param {Counts} now
 * @param {Words} words
 */
function ofField(name, view, every, now, words) {
  const counts = now.get(name) ?? NONE;
  const values = [...(every.get(name) ?? NONE).keys()].slice(0, C._MOST);
  if (values.every(value => /^-*(?:\p{Nd}+(?:\.\p{Nd}*)?|\.\p{Nd}+)$/u.test(value))) values.sort((one, two) => Number(two) - Number(one));
  const boxes = new Map(values.map(value => [filterOf(name, value), value]));
  for (const typed of view.where) if (fieldOf(typed) === name && !boxes.has(typed)) boxes.set(typed, typed);
  const rows = [...boxes].map(([typed, value]) => ({
    name: "where", value: typed, called: value, chosen: view.where.includes(typed),
    posts: counts.get(value) ?? (values.includes(value) ? 0 : -1),
  }));
  return group(name, rows, words, "", calledField(name));
}

/**
 * Any time, spans before today, years, and two days of one's own.
 * @param {View} view
 * @param {Counts} every
 * @param {Counts} now
 * @param {Words} words
 */
function dates(view, every, now, words) {
  const own = !view.date && Boolean(view.after || view.before);
  const years = [...(every.get("year") ?? NONE).keys()].sort().reverse();
  if (years.length < 2 && !view.date && !own) return "";
  if (view.date && !Object.hasOwn(C._SPANS, view.date) && !years.includes(view.date)) years.push(view.date);
  const counts = now.get("year") ?? NONE;
  const row = (/** @type {string} */ value, /** @type {string} */ called, posts = -1) => ({ name: "date", value, called, chosen: view.date === value, posts });
  const rows = [
    { ...row("", say(words, "any_year")), chosen: !view.date && !own },
    ...Object.entries(C._SPANS).map(([span, called]) => row(span, say(words, called))),
    ...years.map(year => row(year, year, counts.get(year) ?? 0)),
  ];
  const days = /** @type {const} */ (["after", "before"]).map(name =>
    `<label class="day"><span>${text(words, name)}</span> <input form="postdex" type="date" name="${name}" value="${toHtml(view[name])}"></label>`);
  const last = `<details data-facet="range"${own ? " open" : ""}><summary>${text(words, "range")}</summary>${days.join("")}</details>`;
  return group("year", rows, words, last);
}

/**
 * @param {View} view
 * @param {Counts} every
 * @param {Counts} now
 * @param {Words} words
 */
function languages(view, every, now, words) {
  const codes = [...new Set([...(every.get("lang") ?? NONE).keys(), ...view.lang ? [view.lang] : []])];
  if (codes.length < 2 && !view.lang) return "";
  const counts = now.get("lang") ?? NONE;
  const rows = codes.map(code => ({ name: "lang", value: code, called: language(code), chosen: view.lang === code, posts: counts.get(code) ?? 0 }));
  return group("lang", [{ name: "lang", value: "", called: say(words, "any_lang"), chosen: !view.lang, posts: -1 }, ...rows], words);
}

/**
 * A list under its heading, which is a message where it is not `called` anything; rows beyond the first are shown when
 * asked for, but never what is chosen.
 * @param {string} name
 * @param {readonly Row[]} rows
 * @param {Words} words
 * @param {string} [last]
 * @param {string} [called]
 */
function group(name, rows, words, last = "", called = "") {
  if (!rows.length) return "";
  const must = rows.findLastIndex(row => row.chosen) + 1;
  const shown = rows.length > C._SHOWN + 2 ? Math.max(C._SHOWN, must) : rows.length;
  const items = rows.map(row => made(row, words));
  const rest = items.slice(shown).join("");
  const more = rest &&
    `<details data-facet="${toHtml(name)}"><summary>${text(words, "more_values", rows.length - shown)}</summary><ul>${rest}</ul></details>`;
  const legend = `<legend>${called ? toHtml(called) : text(words, name)}</legend>`;
  return `<fieldset class="facet">${legend}<ul>${items.slice(0, shown).join("")}</ul>${more}${last}</fieldset>`;
}

/**
 * @param {Row} row
 * @param {Words} words
 */
function made(row, words) {
  const kind = V.LISTS.includes(row.name) ? "checkbox" : "radio";
  const count = row.posts >= 0 ? `<span class="count">${number(words, row.posts)}</span>` : "";
  const pale = row.posts === 0 && !row.chosen ? ' class="none"' : "";
  const checked = row.chosen ? " checked" : "";
  return `<li><label${pale}><input form="postdex" type="${kind}" name="${row.name}" value="${toHtml(row.value)}"${checked}>` +
    `<span class="value" dir="auto">${toHtml(row.called)}</span>${count}</label></li>`;
}
