/* How does a post look that is read here, since it has no address of its own? Twin of postdex/http/page/reading.py, less
   the links to it, which a published index has not. */

import { constantsOf } from "../../parameters.js";
import { dayOf, toHtml } from "../../text_safety.js";
import { direction } from "./clamped.js";
import { dayIn, dir, say, text } from "./words.js";

const M = constantsOf("model");

/** @typedef {import("./words.js").Words} Words */
/** @typedef {{heading: string, anchor: string}} Section */
/**
 * @typedef {{path: string, title: string, lang: string, date_seconds: number | null, date_from: string, tags: readonly string[],
 *   sections: readonly Section[], text: (number: number) => string}} Post
 */

/**
 * A stored post as a page to read; page.js shows its parts beside its hit.
 * @param {Post} post
 * @param {Words} words
 * @param {{name?: string, places?: boolean, own_style?: boolean}} [about] `name` is the site's, `places` says that the
 * post's path is named, `own_style` that the site has a style of its own
 */
export function painted(post, words, { name = "", places = false, own_style = false } = {}) {
  const root = "../".repeat(post.path.split("/").length);
  const style = own_style ? `<link rel="stylesheet" href="${root}site.css">` : "";
  const title = toHtml(post.title || post.path);
  const of = name && ` · ${toHtml(name)}`;
  const lang = post.lang && ` lang="${toHtml(post.lang)}"`;
  const sections = post.sections.map((section, number) => painting(post, section, number)).join("");
  return `<!doctype html>\n<html lang="${words.lang}" dir="${dir(words)}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<meta name="color-scheme" content="light dark"><title>${title}${of}</title>` +
    `<link rel="stylesheet" href="${root}postdex.css">${style}</head>\n<body class="reading">` +
    `<header><a class="home" href="${root}">${text(words, "search")}</a></header>` +
    `<main class="post" dir="${direction(post.title)}"${lang}><h1>${title}</h1><div class="facts">${facts(post, words, places)}</div>` +
    `${sections}</main></body></html>\n`;
}

/**
 * @param {Post} post
 * @param {Words} words
 * @param {boolean} places
 */
function facts(post, words, places) {
  const day = dayOf(post.date_seconds, post.date_from);
  return (day && `<time datetime="${day}" dir="auto">${toHtml(dayIn(words, day))}</time>`) +
    (post.tags.length ? `<span dir="auto">${toHtml(post.tags.join(say(words, "comma")))}</span>` : "") +
    (places ? `<span class="place" dir="ltr">${toHtml(post.path)}</span>` : "");
}

/**
 * A section under its heading, unless that is the post's title over again. Lines of a paragraph run on, those of code and
 * lists stay.
 * @param {Post} post
 * @param {Section} section
 * @param {number} number
 */
function painting(post, section, number) {
  const heading = section.heading && section.heading !== post.title ? `<h2 dir="auto">${toHtml(section.heading)}</h2>` : "";
  const between = new RegExp(`(?<=[\\u2e80-\\u9fff\\uff00-\\uffef])${M.SOFT_BREAK}(?=[\\u2e80-\\u9fff\\uff00-\\uffef])`, "g");
  const body = post.text(number).replace(between, "").replaceAll(M.SOFT_BREAK, " ").replaceAll(M.INCLUDED_BREAK, "\n");
  const blocks = body.split("\n\n").filter(block => block.trim()).map(block => block.trimEnd().split("\n"));
  return `<section id="${toHtml(section.anchor)}">${heading}${blocks.map(lines => `<p dir="auto">${lines.map(line => toHtml(line)).join("\n")}</p>`).join("")}</section>`;
}
