/* How does the search page look? Twin of postdex/http/search_page.py. */

import { PostdexError } from "../errors.js";
import { toHtml } from "../text_safety.js";
import { choosable, painted as paintedFacets } from "./page/facets.js";
import { orders, painted as framed } from "./page/frame.js";
import { painted as paintedHit } from "./page/hits.js";
import { fault, painted as paintedNotes, pages, status } from "./page/notes.js";
import { painted as paintedNothing } from "./page/nothing.js";
import { names } from "./page/own_fields.js";
import { painted as paintedPost } from "./page/reading.js";
import { address, argumentsOf, asked, changed } from "./page/view.js";
import { chosen, say, text } from "./page/words.js";

/** @typedef {import("./page/view.js").View} View */
/** @typedef {import("./page/words.js").Words} Words */
/** @typedef {{ui: string, fields: readonly string[], css: string, paths: string, origins: readonly string[]}} Settings */
/**
 * What is asked, and what is said of the site: a published index.
 * @typedef {{name: string, home: string, settings: Settings}} About
 * @typedef {{site: About, search: (query: string, given: Record<string, any>) => any, suggest: (text: string, options: {limit: number}) => readonly {text: string}[],
 *   counts: () => import("./page/facets.js").Counts}} Site
 */

/**
 * The page for the query string of an address; `accepted` is what the browser says of languages.
 * @param {Site} site
 * @param {string} query
 * @param {string} accepted
 */
export function painted(site, query, accepted) {
  let view = asked(query);
  const words = chosen(view.ui, site.site.settings.ui, accepted);
  const about = { name: site.site.name, home: site.site.home, own_style: Boolean(site.site.settings.css) };
  try {
    const [less, results] = searched(site, view);
    return { html: framed(about, less, words, answered(site, less, results, words)), failed: false };
  } catch (error) {
    if (!(error instanceof PostdexError)) throw error;
    return { html: framed(about, view, words, { notes: fault(error) }), failed: true };
  }
}

/**
 * The answer to a view, less an order or filters by fields that there are not (any more).
 * @param {Site} site
 * @param {View} view
 * @returns {[View, any]}
 */
function searched(site, view) {
  try {
    return [view, search(site, { ...argumentsOf(view), section_snippets: true })];
  } catch (error) {
    const code = error instanceof PostdexError ? error.code : "";
    if (code === "bad_sort") return searched(site, { ...view, sort: "" });
    if (code === "bad_where") return searched(site, { ...view, where: [] });
    throw error;
  }
}

/**
 * @param {Site} site
 * @param {Record<string, any>} given
 */
const search = (site, { query, ...given }) => site.search(query, given);

/**
 * A stored post as a page to read.
 * @param {Site} site
 * @param {import("./page/reading.js").Post} document
 * @param {string} accepted
 */
export function post(site, document, accepted) {
  const words = chosen("", site.site.settings.ui, accepted);
  return paintedPost(document, words, { name: site.site.name, places: namesPlaces(site), own_style: Boolean(site.site.settings.css) });
}

/**
 * The parts that an answer fills.
 * @param {Site} site
 * @param {View} view
 * @param {any} results
 * @param {Words} words
 * @returns {Record<string, string>}
 */
function answered(site, view, results, words) {
  const ask = (/** @type {Record<string, any>} */ given) => search(site, given);
  const own = names(results.facets.keys(), site.site.settings.fields);
  const shown = { places: namesPlaces(site), own };
  const facets = paintedFacets(view, results, ask, words, own) + translations(results, view, words);
  const suggest = (/** @type {string} */ text, /** @type {number} */ limit) => site.suggest(text, { limit });
  const nothing = results.total || view.typing ? "" : paintedNothing(view, ask, suggest, (site.counts().get("tags") ?? new Map()).keys(), words);
  return {
    status: toHtml(status(results, words)), notes: paintedNotes(results, view, words),
    hits: results.hits.map((/** @type {import("./page/hits.js").Hit} */ hit) => paintedHit(hit, view, words, shown)).join(""),
    orders: orders(view, words, own), pages: pages(results, view, words), nothing, facets,
    bare: facets || choosable(site.counts()) ? "" : ' class="bare"', show: text(words, "show", 0, { results: say(words, "results", results.total) }),
  };
}

/**
 * Whether the page says in which file and line a hit is.
 * @param {Site} site
 */
function namesPlaces({ site }) {
  const { paths, origins } = site.settings;
  return paths === "show" || (paths === "auto" && !site.home && !origins.length);
}

/**
 * A link that makes each translation a hit, or all translations of a post one.
 * @param {any} results
 * @param {View} view
 * @param {Words} words
 */
function translations(results, view, words) {
  if (!results.grouped && !view.translations) return "";
  const other = changed(view, { translations: results.grouped ? "all" : "" });
  return `<p class="facet"><a href="${toHtml(address(other))}">${toHtml(say(words, results.grouped ? "each_translation" : "one_translation"))}</a></p>`;
}
