/* Which of the posts that match are among the best by their words? Twin of engine/embedded/read/candidates.py.

   Lanes are a byte a post: 255 where it matches, 0 where not. The library bounds scores first, to reckon few of them; here
   all of the posts that match are scored, in typed arrays, which takes as long as the bounds. */

import { constantsOf } from "../../parameters.js";

const C = constantsOf("scoring");

/** @typedef {[base: number, share: number, doc: number]} Scored base score, share of the title's words, post */

/**
 * The matching posts that are among the best `count`, ascending by post: all that score as much as the last of these, and
 * the one with the best base score.
 * @param {Uint8Array} lanes of the matching posts
 * @param {[impacts: Uint8Array, factor: number][]} rows the impact rows of the leaves with the factors of their bytes
 * @param {Uint8Array | null} coverage the title coverage by post in 1/255; null where no title has a word of the query
 * @param {number} count
 * @param {Set<number>} always posts to give in any case, if they match
 * @returns {Scored[]}
 */
export function bestCandidates(lanes, rows, coverage, count, always) {
  const docs = docsOf(lanes), bases = new Float64Array(docs.length), scores = new Float64Array(docs.length);
  for (const [impacts, factor] of rows) {
    for (let index = 0; index < docs.length; index++) bases[index] += factor * impacts[docs[index]];
  }
  let top = 0;
  for (let index = 0; index < docs.length; index++) {
    scores[index] = bases[index] * (1 + C.COVERAGE * (coverage ? coverage[docs[index]] / 255 : 0));
    if (bases[index] > top) top = bases[index];
  }
  const floor = docs.length > count ? leastOf(scores, count) : -Infinity;
  /** @type {Scored[]} */
  const best = [];
  for (let index = 0; index < docs.length; index++) {
    const doc = docs[index];
    if (scores[index] >= floor || bases[index] === top || always.has(doc)) {
      best.push([bases[index], coverage ? coverage[doc] / 255 : 0, doc]);
    }
  }
  return best;
}

/**
 * What so many of the scores reach at least, or all, if they are fewer: by a heap of the greatest, the least of them first.
 * @param {ArrayLike<number>} scores at least one
 * @param {number} count
 */
export function leastOf(scores, count) {
  const size = Math.min(count, scores.length), heap = new Float64Array(size).fill(-Infinity);
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index];
    if (!(score > heap[0])) continue;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= score) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = score;
  }
  return heap[0];
}

/**
 * The number of posts whose lane is not 0.
 * @param {Uint8Array} lanes
 */
export function countLanes(lanes) {
  let count = 0;
  for (let doc = 0; doc < lanes.length; doc++) if (lanes[doc]) count++;
  return count;
}

/**
 * The posts whose lane is not 0, ascending.
 * @param {Uint8Array} lanes
 */
export function docsOf(lanes) {
  const docs = new Uint32Array(countLanes(lanes));
  for (let doc = 0, count = 0; doc < lanes.length; doc++) if (lanes[doc]) docs[count++] = doc;
  return docs;
}

/**
 * Lanes of these among so many posts.
 * @param {Iterable<number>} docs
 * @param {number} posts
 */
export function lanesOf(docs, posts) {
  const lanes = new Uint8Array(posts);
  for (const doc of docs) lanes[doc] = 255;
  return lanes;
}
