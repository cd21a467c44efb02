/* Which of several texts is nearest to one? What `difflib.get_close_matches` of Python gives, if one is asked for. */

import { points } from "./python.js";

/**
 * The possibility that is most like a word, if it is like it enough (0 to 1); "" if none is.
 * @param {string} word
 * @param {Iterable<string>} possibilities
 * @param {number} enough
 */
export function closest(word, possibilities, enough) {
  const places = placesOf([...word]);
  let [best, most] = ["", 0];
  for (const possibility of possibilities) {
    const ratio = likeness([...possibility], [...word], places);
    if (ratio >= enough && (ratio > most || (ratio === most && isAfter(possibility, best)))) [best, most] = [possibility, ratio];
  }
  return best;
}

/** Whether a text comes after another in the order of Python, that of code points.
 * @param {string} text
 * @param {string} other
 */
function isAfter(text, other) {
  const [left, right] = [[...points(text)], [...points(other)]];
  const at = left.findIndex((character, place) => character !== right[place]);
  return at >= 0 && (at >= right.length || Number(left[at].codePointAt(0)) > Number(right[at].codePointAt(0)));
}

/** Where each character of a word stands, without those of which a long word is full.
 * @param {string[]} word
 */
function placesOf(word) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  word.forEach((character, at) => places.set(character, [...(places.get(character) || []), at]));
  const often = word.length >= 200 ? Math.floor(word.length / 100) + 1 : word.length;
  for (const [character, at] of places) if (at.length > often) places.delete(character);
  return places;
}

/** Twice the characters in blocks that both have, of all characters of both (`SequenceMatcher.ratio`).
 * @param {string[]} text
 * @param {string[]} word
 * @param {Map<string, number[]>} places
 */
function likeness(text, word, places) {
  const waiting = [[0, text.length, 0, word.length]];
  let same = 0;
  for (let range; (range = waiting.pop());) {
    const [low, high, wordLow, wordHigh] = range;
    let [at, wordAt, size] = [low, wordLow, 0];
    /** @type {Map<number, number>} */
    let lengths = new Map();
    for (let i = low; i < high; i++) {
      const next = new Map();
      for (const j of places.get(text[i]) || []) {
        if (j < wordLow) continue;
        if (j >= wordHigh) break;
        const length = (lengths.get(j - 1) || 0) + 1;
        next.set(j, length);
        if (length > size) [at, wordAt, size] = [i - length + 1, j - length + 1, length];
      }
      lengths = next;
    }
    for (; at > low && wordAt > wordLow && text[at - 1] === word[wordAt - 1]; size++) at--, wordAt--;
    while (at + size < high && wordAt + size < wordHigh && text[at + size] === word[wordAt + size]) size++;
    if (!size) continue;
    same += size;
    waiting.push([low, at, wordLow, wordAt], [at + size, high, wordAt + size, wordHigh]);
  }
  return text.length + word.length ? 2 * same / (text.length + word.length) : 1;
}
