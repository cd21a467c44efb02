/* Where in a passage do the words stand that were found, and what of it is marked?
   Twin of postdex_index/engine/embedded/read/passage_words.py.

   An index has the positions of words, and of a few places in a text the position there: its checkpoints. From one to
   the next the text is cut into tokens again, as the build cut it. Places are code points. */

import { constantsOf } from "../../parameters.js";
import { bisectLeft, bisectRight, cut, points } from "../../python.js";
import { isSpaceless, rawSpans, runLetters } from "../../text/characters.js";
import { widthOf } from "../../text/tokenizer.js";

const C = constantsOf("engine.read.passage_words");
const T = constantsOf("text.tokenizer");

/** @typedef {import("../../document.js").LeafPositions} LeafPositions */
/** @typedef {import("../../document.js").Mark} Mark */

/** Raw token -> the number of positions it takes; emptied when it gets large. */
export class Widths {
  /** @param {boolean} code */
  constructor(code) {
    this.code = code;
    /** @type {Map<string, number>} */
    this.known = new Map();
  }

  /** @param {string} raw */
  of(raw) {
    let width = this.known.get(raw);
    if (width === undefined) {
      if (this.known.size >= C.MAX_WIDTHS) this.known.clear();
      this.known.set(raw, width = widthOf(raw, this.code));
    }
    return width;
  }
}

/** @typedef {[prose: Widths, code: Widths]} BothWidths */
/** @typedef {[start: number, own: number, stop: number]} Place */

/**
 * The words of a passage, a text that was simplified if need be. Of its checkpoints it has the places in the text
 * (`starts`), the positions there (`firsts`) and whether they are in `code`; `end` is the position behind the last word.
 * `goesOn`: what reaches the end of the text may be half a word. A heading is one, too.
 */
export class PassageWords {
  /**
   * @param {string} text
   * @param {boolean} goesOn
   * @param {ArrayLike<number>} starts
   * @param {ArrayLike<number>} firsts
   * @param {ArrayLike<boolean>} code
   * @param {number} end
   */
  constructor(text, goesOn, starts, firsts, code, end) {
    this.text = points(text);
    this.goesOn = goesOn;
    this.starts = starts;
    this.firsts = firsts;
    this.code = code;
    this.end = end;
    /**
     * By position, where the words stand that were looked for: start, end of the letter at this position, stop.
     * @type {Map<number, Place>}
     */
    this.spans = new Map();
    /**
     * By checkpoint, the raw tokens from there to the next one, and their positions, and that of what comes after.
     * @type {Map<number, {tokens: [raw: string, start: number, stop: number][], positions: number[]}>}
     */
    this.tokens = new Map();
  }

  /**
   * The words that were found, each for the first of the leaves that it belongs to; parts of one word are one mark.
   * Places count from `before`, and what begins before it is left out.
   * @param {LeafPositions[]} wordsFound
   * @param {number} before
   * @param {BothWidths} widths
   */
  marks(wordsFound, before, widths) {
    /** @type {Map<number, number>} */
    const owners = new Map();
    wordsFound.forEach(({ positions }, number) => {
      for (let at = bisectLeft(positions, this.firsts[0]); at < positions.length && positions[at] < this.end; at++)
        if (!owners.has(positions[at])) owners.set(positions[at], number);
    });
    const positions = [...owners.keys()].sort((a, b) => a - b);
    const unknown = positions.filter(position => !this.spans.has(position));
    if (unknown.length) this.lookFor(unknown, widths);
    /** @type {Mark[]} */
    const marks = [];
    let begun = -1, owner = -1;
    for (const position of positions) {
      let [start, own, stop] = /** @type {Place} */ (this.spans.get(position));
      if (!stop) continue;
      const number = /** @type {number} */ (owners.get(position));
      if (wordsFound[number].single) stop = own;
      const last = marks[marks.length - 1];
      if (start !== begun) {
        marks.push({ start, stop, leaf: wordsFound[number].leaf });
        begun = start;
        owner = number;
      } else if (number < owner || stop > last.stop) {
        owner = Math.min(number, owner);
        last.stop = Math.max(stop, last.stop);
        last.leaf = wordsFound[owner].leaf;
      }
    }
    if (!before) return marks;
    const inside = marks.filter(({ start }) => start >= before);
    return inside.map(({ start, stop, leaf }) => ({ start: start - before, stop: stop - before, leaf }));
  }

  /**
   * Where the words at these positions stand, each from the checkpoint before it on.
   * @param {number[]} targets
   * @param {BothWidths} widths
   */
  lookFor(targets, widths) {
    const { firsts, starts } = this;
    for (let done = 0, upto = 0; done < targets.length; done = upto) {
      const check = bisectRight(firsts, targets[done]) - 1, isLast = check + 1 === firsts.length;
      upto = isLast ? targets.length : bisectLeft(targets, firsts[check + 1], done);
      const stop = isLast ? this.text.length : starts[check + 1];
      this.lookIn(check, starts[check], stop, targets.slice(done, upto), widths[this.code[check] ? 1 : 0]);
    }
  }

  /**
   * The same between a checkpoint and the next one, the characters [begin, end).
   * @param {number} check
   * @param {number} begin
   * @param {number} end
   * @param {number[]} targets
   * @param {Widths} widths
   */
  lookIn(check, begin, end, targets, widths) {
    let known = this.tokens.get(check);
    if (!known) {
      const tokens = rawSpans(cut(this.text, begin, end)), positions = [this.firsts[check]];
      for (const [raw] of tokens) positions.push(positions[positions.length - 1] + widths.of(raw));
      this.tokens.set(check, known = { tokens, positions });
    }
    // What reaches the end of a text that was cut may go on behind it: half a word is no mark.
    const most = end - begin - (this.goesOn && end === this.text.length ? 1 : 0);
    for (const position of targets) {
      this.spans.set(position, [0, 0, 0]);
      const number = bisectRight(known.positions, position) - 1;
      // There is none for a word that ends beyond the passage.
      if (number >= known.tokens.length) continue;
      let [raw, start, stop] = known.tokens[number], own = stop;
      if (isSpaceless(raw)) {
        // A position is a character with the next.
        const letters = runLetters(raw), at = position - known.positions[number];
        if (letters.length) {
          own = start + letters[at][1];
          stop = start + letters[Math.min(at + 1, letters.length - 1)][1];
          start += letters[at][0];
        } else {
          start += at;
          own = start + 1;
          stop = Math.min(stop, start + 2);
        }
      }
      if (stop <= most || stop - start > T.LONGEST_TERM) this.spans.set(position, [begin + start, begin + own, begin + stop]);
    }
  }
}

/**
 * Where the word or the character at position `near` begins in a text whose words begin at position `first`.
 * @param {string} text
 * @param {number} near
 * @param {number} first
 * @param {Widths} widths
 */
export function placeOf(text, near, first, widths) {
  let place = 0;
  for (const [raw, start] of rawSpans(text)) {
    place = start;
    const after = first + widths.of(raw);
    if (after > near) {
      if (!isSpaceless(raw)) return start;
      const letters = runLetters(raw);
      return start + (letters.length ? letters[near - first][0] : near - first);
    }
    first = after;
  }
  return place;
}
