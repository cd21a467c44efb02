/* What are the logarithm and the power of two of a number, and the sum of several, the same to the last bit everywhere?
   Twin of postdex_index/elementary.py.

   `Math.log` and `**` differ from engine to engine in the last bit; these are made of + - * / and exact scaling alone. */

const LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;
const LN2 = 0.6931471805599453, SQRT_HALF = 0.7071067811865476;

// A number and the two halves of its bits, the high one second (all machines that browsers run on are little-endian).
const number = new Float64Array(1), bits = new Uint32Array(number.buffer);

/**
 * A sum from left to right.
 * @param {number[]} values
 */
export const plainSum = values => values.reduce((sum, value) => sum + value, 0);

/**
 * Natural logarithm of a positive number.
 * @param {number} value
 */
export function log(value) {
  number[0] = value;
  let exponent = (bits[1] >>> 20) - 1022;
  bits[1] = bits[1] & 0xfffff | 0x3fe00000;
  let mantissa = number[0];
  if (mantissa < SQRT_HALF) {
    mantissa *= 2;
    exponent--;
  }
  const f = mantissa - 1, s = f / (2 + f), z = s * s, w = z * z;
  const odd = z * (6.666666666666735130e-01
    + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const halfSquare = 0.5 * f * f;
  return s * (halfSquare + (even + odd)) + exponent * LN2_LOW - halfSquare + f + exponent * LN2_HIGH;
}

/**
 * 2 to the power of a number that is at most 1,000; 0 for what is below -1,000.
 * @param {number} value
 */
export function exp2(value) {
  if (value < -1000) return 0;
  const whole = Math.floor(value + 0.5);
  const r = (value - whole) * LN2, t = r * r;
  const c = r - t * (1.66666666666666019037e-01
    + t * (-2.77777777770155933842e-03
      + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  // The power of two whose exponent is `whole`.
  bits[0] = 0;
  bits[1] = whole + 1023 << 20;
  return (1 - (r * c / (c - 2) - r)) * number[0];
}
