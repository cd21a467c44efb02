/* Which characters of a foreign text may be shown, and how wide are they? Twin of postdex/text_safety.py, as far as a
   page needs it.

   What is hidden, a blank or wide is syntax here, as the ranges are Unicode's and change with no index. */

/** @typedef {{start: number, length: number}} Span */

const HIDDEN = /[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
const BLANK = /[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const SURROGATE = /[\ud800-\udfff]/gu;
const PLAIN = /^[ -~\u0410-\u044f\u3001\u3002\u3041-\u3093\u4e00-\u9fa5\uac00-\ud7a3]*$/;
/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const NONE_WIDE = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE = new RegExp("[\\u1100-\\u115f\\u231a\\u231b\\u2329\\u232a\\u23e9-\\u23ec\\u23f0\\u23f3\\u25fd\\u25fe\\u2614\\u2615" +
  "\\u2648-\\u2653\\u267f\\u2693\\u26a1\\u26aa\\u26ab\\u26bd\\u26be\\u26c4\\u26c5\\u26ce\\u26d4\\u26ea\\u26f2\\u26f3\\u26f5\\u26fa\\u26fd" +
  "\\u2705\\u270a\\u270b\\u2728\\u274c\\u274e\\u2753-\\u2755\\u2757\\u2795-\\u2797\\u27b0\\u27bf\\u2b1b\\u2b1c\\u2b50\\u2b55\\u2e80-\\u303e" +
  "\\u3041-\\u3247\\u3250-\\u4dbf\\u4e00-\\ua4c6\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6b\\uff01-\\uff60" +
  "\\uffe0-\\uffe6\\u{16fe0}-\\u{1b2fb}\\u{1f004}\\u{1f0cf}\\u{1f18e}\\u{1f191}-\\u{1f19a}\\u{1f200}-\\u{1f320}\\u{1f32d}-\\u{1f335}" +
  "\\u{1f337}-\\u{1f37c}\\u{1f37e}-\\u{1f393}\\u{1f3a0}-\\u{1f3ca}\\u{1f3cf}-\\u{1f3d3}\\u{1f3e0}-\\u{1f3f0}\\u{1f3f4}\\u{1f3f8}-\\u{1f43e}" +
  "\\u{1f440}\\u{1f442}-\\u{1f4fc}\\u{1f4ff}-\\u{1f53d}\\u{1f54b}-\\u{1f54e}\\u{1f550}-\\u{1f567}\\u{1f57a}\\u{1f595}\\u{1f596}\\u{1f5a4}" +
  "\\u{1f5fb}-\\u{1f64f}\\u{1f680}-\\u{1f6c5}\\u{1f6cc}\\u{1f6d0}-\\u{1f6d2}\\u{1f6d5}-\\u{1f6df}\\u{1f6eb}\\u{1f6ec}\\u{1f6f4}-\\u{1f6fc}" +
  "\\u{1f7e0}-\\u{1f7f0}\\u{1f90c}-\\u{1f93a}\\u{1f93c}-\\u{1f945}\\u{1f947}-\\u{1f9ff}\\u{1fa70}-\\u{1faf6}\\u{20000}-\\u{3fffd}]", "u");

/**
 * The text without control, bidirectional and invisible characters, each blank of any kind a plain one. A lone surrogate
 * becomes U+FFFD.
 * @param {string} text
 */
export function printable(text) {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, "").replace(BLANK, " ").replace(SURROGATE, "\ufffd");
}

/**
 * The text as HTML that is safe in an element or a quoted attribute; its spans, in order and apart, in `<mark>`.
 * @param {string} text
 * @param {readonly Span[]} [spans]
 */
export function toHtml(text, spans = []) {
  if (!spans.length) return html(text);
  const points = /[\ud800-\udfff]/.test(text) ? [...text] : null;
  const piece = (/** @type {number} */ start, /** @type {number} */ stop) => html(points ? points.slice(start, stop).join("") : text.slice(start, stop));
  let made = "", done = 0;
  for (const { start, length } of spans) {
    if (start > done) made += piece(done, start);
    made += `<mark>${piece(start, start + length)}</mark>`;
    done = start + length;
  }
  return made + piece(done, Infinity);
}

const html = (/** @type {string} */ text) => printable(text).replace(/[&<>"']/g, sign => ENTITIES[sign]);

/**
 * The URL if it may be a link (http, https or a path), else "".
 * @param {string} url
 */
export function link(url) {
  const shown = printable(url).trim();
  const [, scheme] = /^([^:]*):/.exec(shown) ?? [];
  return !scheme || /[/?#]/.test(scheme) || /^https?$/i.test(scheme) ? shown : "";
}

/**
 * The columns that a text takes: two for a wide character, none for a combining one.
 * @param {string} text
 */
export function cells(text) {
  if (/^[\0-\u02ff]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += character < "\u0300" ? 1 : WIDE.test(character) ? 2 : NONE_WIDE.test(character) ? 0 : 1;
  return columns;
}

/**
 * Seconds since 1970 of a wall clock as `2022-08-26T09:39:34`.
 * @param {number} seconds
 */
export function iso(seconds) {
  const shown = new Date(seconds * 1000).toISOString().slice(0, -5);
  return /^[+-]/.test(shown) ? shown.replace(/^\+0*/, "").replace(/^-0*/, "-") : shown;
}

/**
 * The day of a moment; "" if there is none, or only the time of a file, which a checkout renews.
 * @param {number | null} seconds
 * @param {string} [dateFrom]
 */
export const dayOf = (seconds, dateFrom = "") => seconds === null || dateFrom === "file" ? "" : iso(seconds).split("T")[0];
