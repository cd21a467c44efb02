/* In which posts do several words stand together: side by side in order, or within a few words of each other?
   Twin of engine/embedded/read/phrases.py.

   A word is a list of parts of posting lists (`occurrences.js`). */

import { ascending } from "./combined_postings.js";
import { positionsIn, postsOf } from "./occurrences.js";
import { constantsOf } from "../../parameters.js";
import { bisectLeft } from "../../python.js";

const C = constantsOf("engine.read.phrases");

/** @typedef {import("./occurrences.js").ListPart} ListPart */

/**
 * Start positions of a phrase by post, ascending, each once: where each word follows the one before.
 * @param {ListPart[][]} words
 * @param {ArrayLike<number> | null} among where known, the posts that may hold all words
 * @returns {Map<number, number[]>}
 */
export function sideBySide(words, among) {
  const posts = words.map(postsOf);
  const [first, ...rest] = words.map((_, step) => step).sort((a, b) => posts[a].length - posts[b].length);
  /** @type {Map<number, number[]>} */
  const startsIn = new Map();
  const docs = among ?? common(posts);
  positionsIn(words[first], docs).forEach((here, index) => {
    if (here.length) startsIn.set(docs[index], Array.from(here, position => position - first));
  });
  for (const step of rest) {
    const left = [...startsIn.keys()];
    positionsIn(words[step], left).forEach((here, index) => {
      const starts = /** @type {number[]} */ (startsIn.get(left[index]));
      const followed = starts.filter(start => holds(here, start + step));
      if (followed.length) startsIn.set(left[index], followed);
      else startsIn.delete(left[index]);
    });
  }
  for (const [doc, starts] of startsIn) if (starts.length > 1) startsIn.set(doc, ascending(starts));
  return startsIn;
}

/**
 * Whether ascending numbers have this one.
 * @param {ArrayLike<number>} numbers
 * @param {number} number
 */
const holds = (numbers, number) => numbers[bisectLeft(numbers, number)] === number;

/**
 * Positions by post, ascending, of the words of windows that hold every word, in any order, and at most `slop` others;
 * only of the positions of a post that are `inside`.
 * @param {ListPart[][]} words
 * @param {number} slop
 * @param {((doc: number, positions: ArrayLike<number>) => number[]) | null} [inside]
 * @returns {Map<number, number[]>}
 */
export function within(words, slop, inside = null) {
  const docs = common(words.map(postsOf));
  const columns = words.map(word => positionsIn(word, docs).map((at, index) => {
    const positions = ascending(Array.from(at));
    return inside ? inside(docs[index], positions) : positions;
  }));
  /** @type {Map<number, number[]>} */
  const nearIn = new Map();
  for (let index = 0; index < docs.length; index++) {
    const near = nearPositions(columns.map(column => column[index]), slop);
    if (near.length) nearIn.set(docs[index], near);
  }
  return nearIn;
}

/**
 * The intersection of the posts of several words, ascending.
 * @param {ArrayLike<number>[]} posts
 * @returns {ArrayLike<number>}
 */
export function common(posts) {
  const [shortest, ...rest] = [...posts].sort((a, b) => a.length - b.length);
  let docs = shortest;
  for (const longer of rest) {
    /** @type {number[]} */
    const both = [];
    const looksUp = docs.length * C.LOOKUP_RATIO <= longer.length;
    for (let index = 0, at = 0; index < docs.length; index++) {
      const doc = docs[index];
      if (looksUp) at = bisectLeft(longer, doc, at);
      else while (longer[at] < doc) at++;
      if (longer[at] === doc) both.push(doc);
    }
    docs = both;
  }
  return docs;
}

/**
 * How lists of numbers compare.
 * @param {number[]} a
 * @param {number[]} b
 */
function compareNumbers(a, b) {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? a.length - b.length : at < b.length ? a[at] - b[at] : 1;
}

/**
 * The positions of all words in windows that hold every word (one asked for twice, twice); ascending.
 * @param {number[][]} positions
 * @param {number} slop
 */
function nearPositions(positions, slop) {
  const words = [...new Map(positions.map(at => [at.join(), at])).values()].sort(compareNumbers);
  const needed = words.map(word => positions.filter(at => !compareNumbers(at, word)).length);
  const events = words.flatMap((at, word) => at.map(position => [position, word]));
  events.sort((a, b) => a[0] - b[0]);
  const inWindow = needed.map(() => 0);
  const near = new Set();
  let missing = positions.length, first = 0;
  events.forEach(([position, word], last) => {
    if (++inWindow[word] <= needed[word]) missing--;
    for (;;) {
      const [left, leftWord] = events[first];
      if (position - left < positions.length + slop && inWindow[leftWord] <= needed[leftWord]) break;
      if (inWindow[leftWord] <= needed[leftWord]) missing++;
      inWindow[leftWord]--;
      first++;
    }
    if (!missing) for (let index = first; index <= last; index++) near.add(events[index][0]);
  });
  return ascending(near);
}
