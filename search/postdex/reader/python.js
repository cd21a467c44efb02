/* What does Python say of texts and numbers where JavaScript says something else? */

/**
 * A number as `format(value, ".6g")` writes it, or with as many significant digits.
 * @param {number} value
 * @param {number} [digits]
 */
export function general(value, digits = 6) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return trimmed(value.toFixed(Math.max(0, digits - 1 - power)));
  return `${trimmed(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** @param {string} text */
const trimmed = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;

/**
 * A text in code points, by which Python counts: itself, where each is one unit, as nearly all are.
 * @param {string} text
 * @returns {string | string[]}
 */
export const points = text => /[\ud800-\udfff]/.test(text) ? [...text] : text;

/**
 * The code points [start, stop) of a text, which is given as `points` gives it.
 * @param {string | string[]} text
 * @param {number} start
 * @param {number} [stop]
 */
export const cut = (text, start, stop) => typeof text === "string" ? text.slice(start, stop) : text.slice(start, stop).join("");

/** The inside of a class of what `str.isspace` calls a blank; `\s` has U+FEFF besides and lacks U+001C to U+001F and U+0085. */
export const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** @param {string} text */
export const isAscii = text => /^[\0-\x7f]*$/.test(text);

/** @param {string} text */
export const isAlnum = text => /^[\p{L}\p{N}]+$/u.test(text);

/** @param {string} text */
export const isPrintable = text => /^[ -~]*$/.test(text) || !/(?! )[\p{C}\p{Z}]/u.test(text);

/**
 * Where a value could stand in ascending numbers, or texts, before those that equal it.
 * @template {number | string} Value
 * @param {ArrayLike<Value>} values
 * @param {Value} value
 * @param {number} low
 * @param {number} high
 */
export function bisectLeft(values, value, low = 0, high = values.length) {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The same behind those that equal it.
 * @template {number | string} Value
 * @param {ArrayLike<Value>} values
 * @param {Value} value
 * @param {number} low
 * @param {number} high
 */
export function bisectRight(values, value, low = 0, high = values.length) {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < values[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
