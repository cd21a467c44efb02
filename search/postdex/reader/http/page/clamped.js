/* What is shown of a text that is too long, so that its first mark is always seen, and in which direction? Twin of
   postdex/http/page/clamped.py. Texts are in code points here, as spans are. */

import { points } from "../../python.js";
import { cells } from "../../text_safety.js";

/** @typedef {import("../../text_safety.js").Span} Span */
/** @typedef {{text: string, spans: readonly Span[]}} Marked */

/** Letters by which a browser tells a direction. Of symbols that Unicode gives one (braille, circled letters) the first
    letter behind them tells it here. */
const RIGHT_TO_LEFT = /[\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\p{sc=Thaana}\p{sc=Nko}\p{sc=Samaritan}\p{sc=Mandaic}\p{sc=Adlam}]/u;
const LETTER = /\p{L}/u;

/** @param {string | string[]} of @param {number} start @param {number} [stop] */
const part = (of, start, stop) => typeof of === "string" ? of.slice(start, stop) : of.slice(start, stop).join("");

/**
 * The text from a word on that stands at most so many columns before the first mark.
 * @param {string} text
 * @param {readonly Span[]} spans
 * @param {number} columns
 * @returns {Marked}
 */
export function begun(text, spans, columns) {
  if (!spans.length || spans[0].start * 2 <= columns) return { text, spans };
  const characters = points(text), first = spans[0].start;
  let start = first;
  while (start && columns > 0) {
    start--;
    columns -= cells(characters[start]);
  }
  if (!start) return { text, spans };
  const blank = characters.indexOf(" ", start);
  if (blank >= 0 && blank < start + Math.floor((first - start) / 2)) start = blank + 1;
  return { text: "… " + part(characters, start), spans: spans.map(span => ({ start: span.start - start + 2, length: span.length })) };
}

/**
 * The text as far as so many columns go, with its first mark in them.
 * @param {string} text
 * @param {readonly Span[]} spans
 * @param {number} columns
 * @returns {Marked}
 */
export function cut(text, spans, columns) {
  if (points(text).length * 2 <= columns || cells(text) <= columns) return { text, spans };
  if (spans.length && cells(part(points(text), 0, spans[0].start + spans[0].length)) > columns) {
    ({ text, spans } = begun(text, spans, Math.floor(columns / 2)));
  }
  const characters = points(text);
  let end = fitting(characters, columns);
  if (end === characters.length) return { text, spans };
  const markEnd = spans.length ? Math.min(spans[0].start + spans[0].length, end) : 0;
  const blank = end ? characters.lastIndexOf(" ", end - 1) : -1;
  if (blank > 0 && blank >= Math.max(markEnd, Math.floor(end / 2))) end = blank;
  const shown = spans.filter(span => span.start < end).map(({ start, length }) => ({ start, length: Math.min(length, end - start) }));
  return { text: part(characters, 0, end).replace(/[\s\x1c-\x1f\x85]+$/, "") + " …", spans: shown };
}

/**
 * How many characters of a text have room in so many columns.
 * @param {string | string[]} characters
 * @param {number} columns
 */
function fitting(characters, columns) {
  let used = 0;
  for (let end = 0; end < characters.length; end++) {
    used += cells(characters[end]);
    if (used > columns) return end;
  }
  return characters.length;
}

/**
 * The direction that a browser gives a text with dir="auto": that of its first letter.
 * @param {string} title
 */
export function direction(title) {
  for (const character of title) if (LETTER.test(character)) return RIGHT_TO_LEFT.test(character) ? "rtl" : "ltr";
  return "ltr";
}
