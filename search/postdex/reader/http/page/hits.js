/* How does a hit look on the page? Title, the passage of its best section, rows of its other sections, facts. Twin of
   postdex/http/page/hits.py. */

import { quote } from "../../addresses.js";
import { constantsOf } from "../../parameters.js";
import { dayOf, link, toHtml } from "../../text_safety.js";
import { begun, cut, direction } from "./clamped.js";
import { language } from "./facets.js";
import { facts as ownFacts } from "./own_fields.js";
import { address, toggled } from "./view.js";
import { dayIn, number, say, text } from "./words.js";

const C = constantsOf("http.page.hits");

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("../../text_safety.js").Span} Span */
/** @typedef {{text: string, spans: readonly Span[]}} Snippet */
/** @typedef {{heading: string, headings: readonly string[], headings_spans: readonly (readonly Span[])[], anchor: string, url: string, snippet: Snippet | null}} SectionHit */
/**
 * @typedef {{path: string, line: number, url: string, anchor: string, title: string, title_spans: readonly Span[], headings: readonly string[],
 *   headings_spans: readonly (readonly Span[])[], date_seconds: number | null, date_from: string, tags: readonly string[], lang: string,
 *   snippet: Snippet, sections: readonly SectionHit[], translations: readonly {lang: string, path: string, url: string}[], site: string,
 *   fields: readonly {name: string, values: readonly string[]}[], pinned: boolean}} Hit
 */

/** @param {Snippet} marked */
const html = marked => toHtml(marked.text, marked.spans);

/**
 * A hit as a row of the list; `places` says that its file and line are named, `own` which fields of the site's own stand
 * below it.
 * @param {Hit} hit
 * @param {View} view
 * @param {Words} words
 * @param {{places: boolean, own: readonly string[]}} shown
 */
export function painted(hit, view, words, { places, own }) {
  const title = hit.title ? html(cut(hit.title, hit.title_spans, C._TITLE)) : toHtml(hit.path);
  const passage = begun(hit.snippet.text, hit.snippet.spans, C._BEFORE_PASSAGE);
  const rows = hit.sections.slice(1).map(section => sectionRow(hit, section)).join("");
  const facts = factsOf(hit, view, words, places, own);
  return `<li class="hit" dir="${direction(hit.title)}"${lang(hit.lang)}>` +
    `<h2 dir="auto"><a ${linked(link(hit.url), hit.path, hit.anchor)}>${title}</a></h2>` + where(hit, words) +
    (passage.text && `<p class="passage" dir="auto">${html(passage)}</p>`) +
    (rows && `<ul class="sections">${rows}</ul>`) + (facts && `<div class="facts">${facts}</div>`) + "</li>";
}

/**
 * The line below the title: that the post was put first, and the headings of its best section.
 * @param {Hit} hit
 * @param {Words} words
 */
function where(hit, words) {
  const pinned = hit.pinned ? `<bdi class="pinned">${text(words, "put_first")}</bdi>` : "";
  if (!hit.headings.length) return pinned && `<p class="where">${pinned}</p>`;
  return `<p class="where" dir="auto">${pinned && `${pinned} · `}${headings(hit)}</p>`;
}

/** @param {string} code */
const lang = code => code && ` lang="${toHtml(code)}"`;

/**
 * The attributes of a link to a post, or where it has no address to the post as it is read here, which page.js shows
 * beside its hit, at a section.
 * @param {string} url
 * @param {string} path
 * @param {string} anchor
 */
const linked = (url, path, anchor) => url ? `href="${toHtml(url)}"` : `href="${toHtml(`documents/${quote(path)}`)}" data-read="${toHtml(anchor)}"`;

/**
 * A path of headings with their marks, or the last ones of it.
 * @param {{headings: readonly string[], headings_spans: readonly (readonly Span[])[]}} of
 * @param {number} [last]
 */
const headings = (of, last = 0) => of.headings.map((heading, at) => html(cut(heading, of.headings_spans[at] ?? [], C._HEADING))).slice(-last).join(" › ");

/**
 * Another section of a hit, as a link of its own; with the heading above its own if that is another's, too.
 * @param {Hit} hit
 * @param {SectionHit} section
 */
function sectionRow(hit, section) {
  if (!section.heading) return "";
  const alike = hit.sections.filter(other => other.heading === section.heading).length > 1;
  const shown = section.snippet && begun(section.snippet.text, section.snippet.spans, C._BEFORE_ROW);
  const passage = shown ? html(cut(shown.text, shown.spans, C._PASSAGE)) : "";
  return `<li><a ${linked(link(section.url), hit.path, section.anchor)}><b dir="auto">${headings(section, alike ? 2 : 1)}</b>` +
    (passage && ` <span dir="auto">${passage}</span>`) + "</a></li>";
}

/**
 * What is known of a post: where it is, its day, its tags and own fields, its translations.
 * @param {Hit} hit
 * @param {View} view
 * @param {Words} words
 * @param {boolean} places
 * @param {readonly string[]} own
 */
function factsOf(hit, view, words, places, own) {
  let made = hit.site && `<span class="site">${toHtml(hit.site)}</span>`;
  const day = dayOf(hit.date_seconds, hit.date_from);
  if (day) made += `<time datetime="${day}" dir="auto">${toHtml(dayIn(words, day))}</time>`;
  if (hit.tags.length) {
    const rest = hit.tags.length - C._TAGS;
    const more = rest > 0 ? `<li class="rest">+${number(words, rest)}</li>` : "";
    const tags = hit.tags.slice(0, C._TAGS).map(name => `<li>${tag(name, view)}</li>`).join("");
    made += `<ul class="tags" aria-label="${text(words, "tags")}">${tags}${more}</ul>`;
  }
  made += ownFacts(hit, own);
  if (hit.translations.length) {
    const others = hit.translations.map(translation).join(text(words, "comma"));
    made += `<span>${say(words, "in_languages", 0, { languages: others })}</span>`;
  }
  if (places) made += `<span class="place" dir="ltr">${toHtml(hit.path)}:${hit.line}</span>`;
  return made;
}

/**
 * A tag as a link to the posts that have it, among those of the view.
 * @param {string} name
 * @param {View} view
 */
export function tag(name, view) {
  const on = view.tags.includes(name) ? ' aria-current="true"' : "";
  return `<a class="tag" href="${toHtml(address(toggled(view, "tags", name)))}" dir="auto"${on}>${toHtml(name)}</a>`;
}

/**
 * A link to a post in another language.
 * @param {{lang: string, path: string, url: string}} other
 */
const translation = other => `<a ${linked(link(other.url), other.path, "")} hreflang="${toHtml(other.lang)}"${lang(other.lang)}>` +
  `${toHtml(other.lang ? language(other.lang) : other.path)}</a>`;
