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

/**
 * How many code points a text has.
 * @param {string} text
 */
export const length = text => points(text).length;

/**
 * The order of two texts to Python, which compares code points.
 * @param {string} one
 * @param {string} other
 */
export function compare(one, other) {
  const end = Math.min(one.length, other.length);
  for (let at = 0; at < end; at++) {
    const a = one.charCodeAt(at), b = other.charCodeAt(at);
    // A surrogate stands for a character beyond all that are one unit.
    if (a !== b) return (a >= 0xd800 && a < 0xe000 ? a + 0x10000 : a) - (b >= 0xd800 && b < 0xe000 ? b + 0x10000 : b);
  }
  return one.length - other.length;
}

const DIGITS = new RegExp(
  "^[\\p{Nd}²³¹\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c\\u2488-\\u2490" +
  "\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}" +
  "\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}]+$", "u");
/** Decimals, and digits in circles or above the line. @param {string} text */
export const isDigit = text => DIGITS.test(text);
/** Whether there is a cased letter and none of the other case. @param {string} text */
export const isLower = text => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
export const isUpper = (/** @type {string} */ text) => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);

/** The inside of a class of what Python's `\w` is, with the flag `u`. */
export const WORD = "\\p{L}\\p{N}_";

const BLANKS = new RegExp(`[${BLANK}]+`, "g");
export const isSpace = (/** @type {string} */ text) => text !== "" && text.replace(BLANKS, "") === "";

/** Without blanks around it. @param {string} text */
export function strip(text) {
  let start = 0, stop = text.length;
  while (start < stop && isSpace(text[start])) start++;
  while (stop > start && isSpace(text[stop - 1])) stop--;
  return text.slice(start, stop);
}

/** The pieces between blanks, none of them empty. @param {string} text */
export const split = text => text.split(BLANKS).filter(Boolean);

/**
 * A text as those of its spellings have it that differ in case only. What has no capital of its own in Python's table,
 * Cherokee and the Turkish ı, stays as it is.
 * @param {string} text
 */
export function casefold(text) {
  if (isAscii(text)) return text.toLowerCase();
  return text.replace(/[^\0-\x7f]/gu, letter => {
    if (/[ı\u13a0-\u13f5]/.test(letter)) return letter;
    const capital = letter.toLowerCase().toUpperCase();
    return /[\u13a0-\u13f5]/.test(capital) ? capital : capital.toLowerCase().replace(/ς/g, "σ");
  }).replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/**
 * A whole number as `format(value, ",")` writes it.
 * @param {number} value
 */
export const commas = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * The value of decimal digits, whatever their script, as `int` and `float` read them.
 * @param {string} text
 */
export const decimal = text => Number(text.replace(/\p{Nd}/gu, digit => {
  const code = /** @type {number} */ (digit.codePointAt(0));
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}));

/**
 * A value as `repr` writes it, cut after so many characters.
 * @param {any} value
 * @param {number} [most]
 * @returns {string}
 */
export function repr(value, most = Infinity) {
  const written = value === null || value === undefined ? "None"
    : typeof value === "boolean" ? value ? "True" : "False"
    : typeof value === "string" ? textRepr(value)
    : Array.isArray(value) ? `[${value.map(part => repr(part)).join(", ")}]`
    : String(value);
  return most < written.length ? [...written].slice(0, most).join("") : written;
}

/** @param {string} text */
function textRepr(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\'"]|[^ \P{Z}]|\p{C}/gu, sign => {
    if (/["']/.test(sign)) return sign === quote ? `\\${sign}` : sign;
    const named = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }[sign];
    if (named) return named;
    const code = /** @type {number} */ (sign.codePointAt(0)).toString(16);
    return code.length < 3 ? `\\x${code.padStart(2, "0")}` : code.length < 5 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });
  return quote + inside + quote;
}

/**
 * A text without these characters at its end, and with `left` at its beginning.
 * @param {string} text
 * @param {string} characters none of which takes two units
 */
export function stripped(text, characters, left = true) {
  let start = 0, stop = text.length;
  while (left && start < stop && characters.includes(text[start])) start++;
  while (start < stop && characters.includes(text[stop - 1])) stop--;
  return text.slice(start, stop);
}
