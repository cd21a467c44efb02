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
