/* What is a match worth? Twin of postdex_index/scoring.py: the same operations in the same order, so the same to the bit. */

import { exp2, log, plainSum } from "./elementary.js";
import { constantsOf } from "./parameters.js";
import { schema } from "./schema.js";

const C = constantsOf("scoring");

/**
 * Inverse document frequency of a term in so many of the posts.
 * @param {number} posts
 * @param {number} docFreq
 */
export const idf = (posts, docFreq) => docFreq <= posts ? log(1 + (posts - docFreq + 0.5) / (docFreq + 0.5)) : 0;

/**
 * Length norm of a field.
 * @param {number} code
 * @param {number} length
 * @param {number} average
 */
export function norm(code, length, average) {
  const b = schema().scored[code].b;
  return average ? C.K1 * (1 - b + b * length / average) : C.K1;
}

/**
 * From 0 towards 1 as a word is repeated.
 * @param {number} count
 * @param {number} norm
 */
export const saturation = (count, norm) => count / (count + norm);

/**
 * BM25F score of one field.
 * @param {number} code
 * @param {number} count
 * @param {number} length
 * @param {number} average
 */
export const fieldScore = (code, count, length, average) =>
  schema().scored[code].weight * saturation(count, norm(code, length, average));

/**
 * Second saturation over the summed field scores.
 * @param {number} fieldScores
 */
export const saturate = fieldScores => fieldScores / (1 + fieldScores / C.FIELD_SATURATION);

/**
 * The impact of a word in a post, from (field code, occurrences), lengths and averages by field code.
 * @param {Iterable<[number, number]>} counts
 * @param {ArrayLike<number>} lengths
 * @param {ArrayLike<number>} averages
 */
export const impact = (counts, lengths, averages) =>
  saturate(plainSum(Array.from(counts, ([code, n]) => fieldScore(code, n, lengths[code], averages[code]))));

/**
 * Impact as a byte, 1 to 255.
 * @param {number} impact
 */
export const quantize = impact => Math.min(255, Math.trunc(C.SCALE * impact + 0.5) || 1);

/**
 * What the score of a post of this age is multiplied with.
 * @param {number} age
 * @param {number} halfLife
 */
export const recency = (age, halfLife) => 1 + C.RECENCY * (2 * exp2(-Math.max(age, 0) / halfLife) - 1);

/**
 * A post's score from its base, the share of its title's words that were asked for, and what is added to it.
 * @param {number} base
 * @param {number} coverage
 * @param {boolean} title
 * @param {boolean} heading
 * @param {number} whole
 * @param {number} top
 */
export const final = (base, coverage, title, heading, whole, top) =>
  base * (1 + C.COVERAGE * coverage) + top * (C.TITLE_IS_QUERY * Number(title) + C.HEADING_IS_QUERY * Number(heading) + whole);
