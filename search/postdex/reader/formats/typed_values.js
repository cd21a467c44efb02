/* Which kind is a value of a field that front matter has: a number, a date, true or false, or a text? Twin of
   postdex_index/formats/typed_values.py. */

import { constantsOf } from "../parameters.js";
import { points, strip } from "../python.js";
import { wallSeconds } from "./dates.js";

const C = constantsOf("formats.typed_values");
const _NUMBER = /^[+-]?(?=[0-9.])(0|[1-9][0-9]*(?:_[0-9]+)*)?(?:\.([0-9]*))?(?:e[+-]?[0-9]{1,3})?$/;

/**
 * 1 for true, 0 for false, null for neither.
 * @param {string} text
 * @returns {number | null}
 */
export function truth(text) {
  const word = strip(text).toLowerCase();
  return Object.hasOwn(C._TRUTH, word) ? C._TRUTH[word] : null;
}

/**
 * The number that a text is; null for one that is none, or not finite, or of more than 15 digits.
 * @param {string} text
 */
export function number(text) {
  const match = points(text).length <= C._LONGEST ? _NUMBER.exec(strip(text).toLowerCase()) : null;
  if (!match || !(match[1] || match[2])) return null;
  if ((match[1] ?? "").length + (match[2] ?? "").length > C._DIGITS) return null;
  const value = Number(match[0].replaceAll("_", ""));
  return Math.abs(value) < 1e300 ? value : null;
}

/**
 * Seconds since 1970 of the date that a text names, as it stands there; null if it names none.
 * @param {string} text
 */
export const date = text => wallSeconds(text);

/**
 * Those kinds that all values are of.
 * @param {string[]} values
 */
export const fitting = values => Object.entries({ boolean: truth, number, date })
  .filter(([, reads]) => values.every(value => reads(value) !== null)).map(([kind]) => kind);
