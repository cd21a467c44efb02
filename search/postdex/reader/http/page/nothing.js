/* What can somebody do whose search found nothing? Twin of postdex/http/page/nothing.py.

   All ways out are asked for before any of them is needed, so that what they miss of the index is fetched at once. */

import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { toHtml } from "../../text_safety.js";
import { tag } from "./hits.js";
import { address, argumentsOf, changed, filters, viewOf, withoutFilters } from "./view.js";
import { say, text } from "./words.js";

const C = constantsOf("http.page.nothing");

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./facets.js").Ask} Ask */
/** @typedef {(text: string, limit: number) => readonly {text: string}[]} Suggest */

/**
 * The ways out as HTML; `tags` are those of all posts, the most frequent first.
 * @param {View} view
 * @param {Ask} ask
 * @param {Suggest} suggest
 * @param {Iterable<string>} tags
 * @param {Words} words
 */
export function painted(view, ask, suggest, tags, words) {
  const q = view.q.trim();
  const ways = waysOut(view, ask, words);
  const links = ways.map(({ total, called, other }) =>
    `<li><a href="${toHtml(address(other))}"><span dir="auto">${toHtml(called)}</span><span class="count">${text(words, "results", total)}</span></a></li>`);
  const alike = ways.length ? [] : near(view, suggest);
  return `<h2 dir="auto">${toHtml(q ? say(words, "nothing", 0, { query: q }) : say(words, "nothing_here"))}</h2>` +
    (links.length ? `<ul class="ways">${links.join("")}</ul>` : "") + (alike.length ? nearLinks(alike, view, words) : "") + tagList(view, tags, words);
}

/**
 * Views that find something, those that find most first.
 * @param {View} view
 * @param {Ask} ask
 * @param {Words} words
 */
function waysOut(view, ask, words) {
  /** @type {{called: string, other: View}[]} */
  const others = [];
  if (filters(view)) others.push({ called: say(words, "without_filters"), other: withoutFilters(view) });
  const clauses = view.q.match(/[+-]?(?:[\p{L}\p{N}_]+:)?(?:"[^"]*"|“[^”]*”)|[^\s\x1c-\x1f\x85]+/gu) ?? [];
  if (1 < clauses.length && clauses.length <= C._CLAUSES && !/[()]/.test(view.q)) {
    clauses.forEach((clause, at) => {
      const query = clauses.filter((_, other) => other !== at).join(" ");
      others.push({ called: say(words, "without_word", 0, { word: clause.replace(/^[+"“”]+|[+"“”]+$/g, "") }), other: changed(view, { q: query }) });
    });
  }
  const totals = others.map(({ called, other }) => {
    const { total } = ask({ ...argumentsOf(other), limit: 0, offset: 0, facets: [] });
    return { total, called, other };
  });
  const order = (/** @type {(typeof totals)[0]} */ one, /** @type {(typeof totals)[0]} */ two) =>
    two.total - one.total || compare(two.called, one.called) || compare(two.other.q, one.other.q);
  return totals.filter(({ total }) => total).sort(order).slice(0, C._WAYS_OUT);
}

/**
 * Words of posts that begin as those that were typed.
 * @param {View} view
 * @param {Suggest} suggest
 */
function near(view, suggest) {
  const typed = (view.q.match(/[\p{L}\p{N}_]{3,}/gu) ?? []).slice(0, C._NEAR);
  const suggested = typed.flatMap(word => suggest([...word].slice(0, C._ALIKE).join(""), C._NEAR).map(({ text }) => text));
  return [...new Set(suggested)].slice(0, C._NEAR);
}

/**
 * @param {readonly string[]} near
 * @param {View} view
 * @param {Words} words
 */
function nearLinks(near, view, words) {
  const links = near.map(word => `<a href="${toHtml(address(changed(view, { q: word })))}">${toHtml(word)}</a>`);
  return `<p>${say(words, "near", 0, { words: links.join(text(words, "comma")) })}</p>`;
}

/**
 * @param {View} view
 * @param {Iterable<string>} tags
 * @param {Words} words
 */
function tagList(view, tags, words) {
  const bare = viewOf({ ui: view.ui });
  const rows = [...tags].slice(0, C._TAGS).map(name => `<li>${tag(name, bare)}</li>`).join("");
  return rows && `<h3>${text(words, "browse")}</h3><ul class="tags">${rows}</ul>`;
}
