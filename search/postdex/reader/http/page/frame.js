/* How does the page look around what was found: its form, its orders, the way back to the site? Twin of
   postdex/http/page/frame.py. The text of index.html is put in by `setTemplate`. */

import { constantsOf } from "../../parameters.js";
import { link, toHtml } from "../../text_safety.js";
import { filtered } from "./notes.js";
import { called } from "./own_fields.js";
import { filters } from "./view.js";
import { dir, say, text } from "./words.js";

const R = constantsOf("request");

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{name: string, home: string, own_style: boolean}} About */

const page = { template: "" };

/** @param {string} template */
export function setTemplate(template) {
  page.template = template;
}

/**
 * The whole page: index.html with its messages, parts and what stands in its form.
 * @param {About} about
 * @param {View} view
 * @param {Words} words
 * @param {Record<string, string>} parts
 */
export function painted(about, view, words, parts) {
  const label = about.name ? say(words, "search_in", 0, { site: about.name }) : say(words, "search");
  const chosen = filters(view);
  /** @type {Record<string, string>} */
  const filled = {
    ui: words.lang, dir: dir(words), title: toHtml([view.q.trim(), say(words, "search"), about.name].filter(Boolean).join(" · ")),
    label: toHtml(label), q: toHtml(view.q), home: home(about, words), orders: orders(view, words, []),
    hidden: /** @type {const} */ (["translations", "ui", "record"]).map(name => hidden(name, view[name])).join(""),
    chosen: chosen ? ` (${chosen})` : "", filtered: filtered(view, words),
    style: about.own_style ? '<link rel="stylesheet" href="site.css">\n' : "", bare: "", autofocus: view.q ? "" : " autofocus",
    status: "", notes: "", hits: "", pages: "", nothing: "", facets: "", show: "", ...parts,
  };
  return page.template.replace(/\{\{(\w+)\}\}/g, (_, name) => Object.hasOwn(filled, name) ? filled[name] : text(words, name));
}

/**
 * The site's name, which leads back to it; its address where it has no name.
 * @param {About} about
 * @param {Words} words
 */
function home(about, words) {
  const address = link(about.home);
  if (!about.name && !address) return "";
  const name = toHtml(about.name || address.split("://").slice(1).join("://").replace(/^\/+|\/+$/g, "") || address);
  if (!address) return `<p class="home" dir="auto">${name}</p>`;
  const label = toHtml(say(words, "back", 0, { site: about.name || address }));
  return `<a class="home" href="${toHtml(address)}" aria-label="${label}" dir="auto">${name}</a>`;
}

/**
 * The orders to choose from, the usual one without a name. Fields of the site's `own` come behind, and whichever is in
 * force, with a sign if it is one of them the other way round.
 * @param {View} view
 * @param {Words} words
 * @param {readonly string[]} own
 */
export function orders(view, words, own) {
  const usual = view.q.trim() ? "score" : "date";
  const option = (/** @type {string} */ value, /** @type {boolean} */ on, /** @type {string} */ name) => `<option value="${value}"${on ? " selected" : ""}>${name}</option>`;
  const usuals = R.SORTS.filter((/** @type {string} */ order) => view.q.trim() || order !== "score")
    .map((/** @type {string} */ order) => option(order === usual ? "" : order, order === (view.sort || usual), text(words, order)));
  const others = [...new Set([...own, ...view.sort && !R.SORTS.includes(view.sort) ? [view.sort] : []])]
    .map(order => option(toHtml(order), order === view.sort, toHtml(called(order.replace(/^-/, ""))) + (order.startsWith("-") ? " ⇅" : "")));
  return [...usuals, ...others].join("");
}

/**
 * @param {string} name
 * @param {string} value
 */
const hidden = (name, value) => value && `<input type="hidden" name="${name}" value="${toHtml(value)}">\n`;
