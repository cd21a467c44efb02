/* In which language does the page speak to this reader, and what does it say in it? Twin of postdex/http/page/words.py.
*/

import { toHtml } from "../../text_safety.js";
import { accepted as acceptedTags, best, has, number as numberOf, say as sayIn } from "./messages.js";

/** @typedef {{lang: string}} Words */

/**
 * In which direction the page runs.
 * @param {Words} words
 */
export const dir = words => words.lang === "ar" ? "rtl" : "ltr";

/**
 * A message with these values in it; `n` chooses its plural. It is HTML if they are: no message has a sign that needs
 * escaping.
 * @param {Words} words
 * @param {string} key
 * @param {number} [n]
 * @param {Record<string, string>} [values]
 */
export const say = (words, key, n = 0, values = {}) => sayIn(words.lang, has(words.lang, `page_${key}`) ? `page_${key}` : key, n, values);

/**
 * A message as safe HTML, whatever its values hold.
 * @param {Words} words
 * @param {string} key
 * @param {number} [n]
 * @param {Record<string, string>} [values]
 */
export const text = (words, key, n = 0, values = {}) => toHtml(say(words, key, n, values));

/**
 * A number with its digits in groups.
 * @param {Words} words
 * @param {number} n
 */
export const number = (words, n) => numberOf(words.lang, n);

/**
 * The day of a date as it stands in JSON.
 * @param {Words} words
 * @param {string} date
 */
export function dayIn(words, date) {
  const [year, month, day] = /** @type {string[]} */ (/^(.*)-(.*)-(.*)$/s.exec(date.slice(0, 10))).slice(1);
  return say(words, "day", 0, { year, month: say(words, "months").split(/\s+/)[Number(month) - 1], day: day.replace(/^0/, "") });
}

/**
 * The words that a reader gets: as the address asks, else as the site is set, else as the browser wishes.
 * @param {string} asked
 * @param {string} setting
 * @param {string} accepted
 * @returns {Words}
 */
export const chosen = (asked, setting, accepted) => ({ lang: best([asked, setting, ...acceptedTags(accepted)].filter(Boolean)) });
