/* Does a text read as a question, and which of its words only ask? Twin of postdex_index/text/questions.py.

   What a language asks with comes with its stemmer. */

import { length, points, split, strip } from "../python.js";
import { isSpaceless, rawTokens, simplified } from "./characters.js";
import { questionText, stopWords } from "./stemming.js";
import { table } from "./tables.js";
import { wholeTerm } from "./tokenizer.js";

/** A place of a frame: what may stand there, and whether it may be missing.
    @typedef {[words: string[], optional: boolean]} Place */
/** @typedef {{frames: Place[][], idle: Set<string>}} Questions */

/** @type {Map<string, Questions>} */
const languages = new Map();
/** Words by whether they ask. @type {{words: Map<string, boolean>, longest: number} | null} */
let spaceless = null;

/**
 * Whether a text reads as a question in one of these languages or in a script without blanks.
 * @param {string} text
 * @param {string[]} codes
 */
export function asks(text, codes) {
  if (/[?？؟]$/.test(strip(text))) return true;
  const words = rawTokens(text).map(wholeTerm).filter(Boolean);
  return words.some(word => isSpaceless(word) && askingCharacters(word).includes(true))
    || codes.some(code => _framed(words, code).size);
}

/**
 * For each word of a text, each in its normal form, whether it only asks. None does in what is no question.
 * @param {string[]} words
 * @param {string[]} codes
 */
export function askingWords(words, codes) {
  let asking = words.map(() => false);
  for (const code of codes) {
    const framed = _framed(words, code), { idle } = _questions(code);
    if (framed.size) asking = words.map((word, at) => asking[at] || framed.has(at) || idle.has(word));
  }
  return asking;
}

/**
 * For each character of a run in its normal form, whether it belongs to a word that only asks.
 * @param {string} run
 * @returns {boolean[]}
 */
export function askingCharacters(run) {
  if (!spaceless) {
    const words = /** @type {string[]} */ (table("spaceless").questions);
    spaceless = {
      words: new Map(words.map(word => [word.replace(/^!/, ""), word[0] !== "!"])),
      longest: Math.max(...words.map(length)),
    };
  }
  const { words, longest } = spaceless, characters = [...Array.from(points(simplified(run))), "$"];
  const asking = characters.slice(1).map(() => false);
  for (let start = 0, stop = 0; start < asking.length; start = Math.max(stop, start + 1)) {
    stop = start + longest;
    while (stop > start && !words.has(characters.slice(start, stop).join(""))) stop--;
    if (words.get(characters.slice(start, stop).join(""))) asking.fill(true, start, stop);
  }
  return asking;
}

/**
 * Which words of a text stand in a frame of a question.
 * @param {string[]} words
 * @param {string} code
 * @returns {Set<number>}
 */
function _framed(words, code) {
  const framed = new Set();
  for (const frame of _questions(code).frames) words.forEach((_, start) => _places(frame, words, start).forEach(framed.add, framed));
  return framed;
}

/**
 * Where the words of a frame stand that begins there; none if it does not.
 * @param {Place[]} frame
 * @param {string[]} words
 * @param {number} at
 */
function _places(frame, words, at) {
  const places = [];
  for (const [choices, optional] of frame) {
    if (choices[0] === "^" ? !at : choices.includes(words[at])) {
      if (choices[0] !== "^") places.push(at++);
    } else if (choices[0] === "_" && at < words.length) at++;
    else if (!optional) return [];
  }
  return places;
}

/** @param {string} code @returns {Questions} */
function _questions(code) {
  let known = languages.get(code);
  if (!known) {
    const [lines, idle = ""] = questionText(code).split("\n\n");
    const frames = lines.split("\n").map(line => split(line).map(place =>
      /** @type {Place} */ ([place.replace("?", "").split("|"), place.endsWith("?")])));
    languages.set(code, known = { frames, idle: new Set([...stopWords(code), ...split(idle)]) });
  }
  return known;
}
