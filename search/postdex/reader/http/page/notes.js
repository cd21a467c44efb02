/* What is there to say besides hits: how many there are, what was mended, which pages there are? Twin of
   postdex/http/page/notes.py. */

import { constantsOf } from "../../parameters.js";
import { toHtml } from "../../text_safety.js";
import { nothingAlike } from "../../results/strength.js";
import { language } from "./facets.js";
import { address, changed, toggled, withoutFilters } from "./view.js";
import { number, say, text } from "./words.js";

const V = constantsOf("http.page.view");

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./words.js").Words} Words */

/**
 * How many hits there are, as text.
 * @param {{query: string, total: number, grouped: boolean}} results
 * @param {Words} words
 */
export function status(results, words) {
  const count = say(words, results.query.trim() ? "results" : "posts", results.total);
  return results.grouped ? `${count} (${say(words, "grouped")})` : count;
}

/**
 * Why there are no hits. Like warnings it is in English, and said to be.
 * @param {{message: string, hint: string}} error
 */
export const fault = error =>
  `<p class="fault" lang="en" dir="ltr">${toHtml(error.message)}.${error.hint && ` <span class="hint">${toHtml(error.hint)}.</span>`}</p>`;

/**
 * Mended words, warnings, and whether the answer is whole and of today. Who is typing has not yet asked for what nothing
 * would be like.
 * @param {any} results
 * @param {View} view
 * @param {Words} words
 */
export function painted(results, view, words) {
  let made = results.corrections.map((/** @type {any} */ correction) => mended(correction, view, words)).join("");
  if (results.hits.length && nothingAlike(results) && !view.typing) made += `<p>${text(words, "unlike")}</p>`;
  const warnings = results.warnings.map((/** @type {string} */ warning) => `<li lang="en" dir="ltr">${toHtml(warning)}</li>`);
  if (!results.complete) warnings.push(`<li>${text(words, "cut")}</li>`);
  if (results.index.changed_files) warnings.push(`<li>${text(words, "behind", results.index.changed_files)}</li>`);
  return made + (warnings.length ? `<ul>${warnings.join("")}</ul>` : "");
}

/**
 * The filters in force, each as a link to the view without it, and one that leaves all of them out.
 * @param {View} view
 * @param {Words} words
 */
export function filtered(view, words) {
  /** @type {Record<string, string>} */
  const spans = { "1m": say(words, "month"), "1y": say(words, "past_year") };
  /** @type {[string, View][]} */
  const without = V.LISTS.flatMap((/** @type {import("./view.js").ListName} */ name) => view[name].map(value => [value, toggled(view, name, value)]));
  if (view.date) without.push([Object.hasOwn(spans, view.date) ? spans[view.date] : view.date, changed(view, { date: "" })]);
  for (const name of /** @type {const} */ (["after", "before"])) {
    if (view[name]) without.push([`${say(words, name)} ${view[name]}`, changed(view, { [name]: "" })]);
  }
  if (view.lang) without.push([language(view.lang), changed(view, { lang: "" })]);
  const links = without.map(([called, other]) => `<li><a href="${toHtml(address(other))}"><span dir="auto">${toHtml(called)}</span></a></li>`);
  if (links.length > 1) links.push(`<li><a class="all" href="${toHtml(address(withoutFilters(view)))}">${text(words, "clear_filters")}</a></li>`);
  return links.join("");
}

/**
 * Which words were looked for besides one, and whether that is because it is in no post.
 * @param {{word: string, known: readonly string[], posts: number, synonym: boolean}} correction
 * @param {View} view
 * @param {Words} words
 */
function mended({ word, known, posts, synonym }, view, words) {
  const links = known.map(other => `<a href="${toHtml(address(changed(view, { q: view.q.split(word).join(other) })))}">${toHtml(other)}</a>`);
  const message = synonym ? "synonyms" : posts ? "mended_rare" : "mended";
  return `<p>${say(words, message, 0, { word: toHtml(word), words: links.join(text(words, "comma")) })}</p>`;
}

/**
 * Links to the pages of hits: the first, the last, those around this one.
 * @param {{total: number}} results
 * @param {View} view
 * @param {Words} words
 */
export function pages(results, view, words) {
  const last = Math.min(Math.ceil(results.total / V.PAGE), V.LAST);
  if (last < 2) return "";
  let rows = step(view, view.page - 1, last, "previous", words), before = 0;
  for (const number of numbers(Math.min(view.page, last), last)) {
    rows += `${number > before + 1 ? '<li class="gap" aria-hidden="true">…</li>' : ""}<li>${page(view, number, words)}</li>`;
    before = number;
  }
  rows += step(view, view.page + 1, last, "next", words);
  const end = view.page === last && last === V.LAST ? `<p>${text(words, "last_page")}</p>` : "";
  return `<nav aria-label="${text(words, "pages")}"><ul>${rows}</ul></nav>${end}`;
}

/**
 * The numbers that are shown, ascending.
 * @param {number} page
 * @param {number} last
 */
export function numbers(page, last) {
  const around = [1, last, page - 1, page, page + 1, ...page <= 2 ? [3, 4] : []];
  return [...new Set(around)].filter(number => 1 <= number && number <= last).sort((one, two) => one - two);
}

/**
 * @param {View} view
 * @param {number} n
 * @param {Words} words
 */
function page(view, n, words) {
  const here = n === view.page ? ' aria-current="page"' : "";
  return `<a href="${toHtml(address(changed(view, { page: n })))}" aria-label="${text(words, "page_number", n)}"${here}>${number(words, n)}</a>`;
}

/**
 * The link to the page before or behind this one, an empty place where there is none.
 * @param {View} view
 * @param {number} n
 * @param {number} last
 * @param {"previous" | "next"} called
 * @param {Words} words
 */
function step(view, n, last, called, words) {
  if (n < 1 || n > last) return `<li class="${called}"></li>`;
  const rel = called === "previous" ? "prev" : "next";
  return `<li class="${called}"><a href="${toHtml(address(changed(view, { page: n })))}" rel="${rel}">${text(words, called)}</a></li>`;
}
