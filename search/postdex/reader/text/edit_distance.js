/* How many slips of the keyboard lie between two words? Twin of postdex_index/text/edit_distance.py. */

import { compare, points } from "../python.js";

/**
 * The number of slips, or `most` + 1 as soon as it is known to be more; O(length x most).
 * @param {string} word
 * @param {string} other
 * @param {number} most
 */
export function editDistance(word, other, most) {
  if (word === other) return 0;
  let a = points(word), b = points(other);
  if (Math.abs(a.length - b.length) > most) return most + 1;
  // What is equal at both ends needs no table.
  let start = 0, stop = 0;
  const shortest = Math.min(a.length, b.length);
  while (start < shortest && a[start] === b[start]) start++;
  while (stop < shortest - start && a[a.length - 1 - stop] === b[b.length - 1 - stop]) stop++;
  a = a.slice(start, a.length - stop);
  b = b.slice(start, b.length - stop);
  /** @type {number[]} */
  let before = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      let cost = Math.min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] === b[j] ? 0 : 1));
      if (i && j && a[i] === b[j - 1] && a[i - 1] === b[j]) cost = Math.min(cost, before[j - 1] + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most && Math.min(...above) > most) return most + 1;
    before = above;
    above = row;
  }
  return Math.min(above[b.length], most + 1);
}

/**
 * Those of some words that are within `most` slips of one, in the order of Python, with the number of slips. All begin
 * with the same character as the one.
 * @param {string} word
 * @param {readonly string[]} words
 * @param {number} most
 * @returns {[string, number][]}
 */
export function wordsNear(word, words, most) {
  const letters = [...new Set(word)], size = points(word).length;
  /** @type {[string, number][]} */
  const near = [];
  for (const key of words) {
    // Each slip brings in one letter at most, and loses one: cheaper to see than the slips themselves.
    if (Math.abs(points(key).length - size) > most || letters.filter(letter => !key.includes(letter)).length > most) continue;
    const distance = editDistance(word, key, most);
    if (distance <= most) near.push([key, distance]);
  }
  return near.sort((one, other) => compare(one[0], other[0]));
}
