/* Which words of a section show best why it was found? Twin of postdex/results/snippets.py.

   A passage is cut into sentences; each, or each window of a long one, is scored by the words it holds; the best is
   chosen, and a second only if it brings a word of the query that the first has not; they are cut or grown to the room
   there is and joined to one text with spans.

   All is counted in characters: a text with characters beyond U+FFFF is worked on with one unit in place of each. */

import { log } from "../elementary.js";
import { constantsOf } from "../parameters.js";
import { BLANK, bisectLeft, bisectRight, isPrintable, points } from "../python.js";
import { termPlaces } from "../text/analyzer.js";
import { printable } from "../text_safety.js";
import { heaviest } from "./mark_groups.js";

const C = constantsOf("results.snippets");

/** @typedef {import("../document.js").Mark} Mark */
/** @typedef {import("../document.js").Passage} Passage */
/** @typedef {import("../document.js").Span} Span */
/** @typedef {import("./mark_groups.js").Range} Range */
/** @typedef {{score: number, start: number, stop: number, marks: Mark[]}} Fragment marks that could be shown together, and their sentence */
/** @typedef {{text: string, spans: Span[], line: number}} Snippet */
/** @typedef {{text: string, passage: Passage, bounds: number[], marks: Mark[], weights: number[], plain: (text: string) => string, worked: (text: string) => string}} Work a passage that is worked on */

/* "e.g. this" goes on, "end. This" ends; a newline always ends, a soft break is a blank like any other. */
const SENTENCE_END = new RegExp(
  `[.!?…]+["')\\]”’]*[${BLANK}]+(?![a-z${BLANK}])|[…。！？；][。…！？；]*[」』”’）]*[${BLANK}]*|[\\n\\u2028][${BLANK}]*`, "g");
const BREAK = new RegExp(`[${BLANK}]+|[，、；：。！？」』）】]+`, "g");
const NOISE = new RegExp(`[${BLANK}|]*`, "y");
const IS_BLANK = new RegExp(`^[${BLANK}]`);

/**
 * The best one or more fragments of a passage in about `width` characters, the query's words as spans. Without marks: the
 * beginning of the passage. With `around` it is known what has to be shown, and the line is that of its beginning.
 * @param {Passage} passage
 * @param {number[]} weights each leaf's weight x idf
 * @returns {Snippet}
 */
export function snippet(passage, weights, { width = 160, fragments = 2, around = /** @type {Range | null} */ (null) } = {}) {
  const { text, plain, worked } = flattened(passage.text);
  let marks = [...passage.marks].sort(byPlace);
  if (marks.length > C._MAX_MARKS)
    marks = marks.sort((a, b) => weights[b.leaf] - weights[a.leaf]).slice(0, C._MAX_MARKS).sort(byPlace);
  // A passage cut out of a section may begin inside a word: it is left out, but no mark.
  const begun = passage.cut_start ? firstBreak(text, 0, Math.min(marks.length ? marks[0].start : 0, C._SNAP)) : 0;
  const bounds = sentences(text, Math.max(begun, 0));
  const work = { text, passage, bounds, marks, weights, plain, worked };
  if (!marks.length) return joined(work, [fitted(work, [bounds[0], bounds[1]], [0, 0], width)]);
  if (around) {
    const room = Math.max(width, Math.min(around[1] - around[0], Math.trunc(width * C._GROWN)));
    return joined(work, [aroundPlace(work, around, room)], around[0]);
  }
  const candidates = candidatesOf(work, width);
  let shown = [placeOf(work, bestOf(candidates, it => it.score), width)];
  if (fragments > 1 && candidates.length > 1) {
    const leavesShown = leavesIn(shown, marks);
    if (new Set(marks.map(mark => mark.leaf)).size > leavesShown.size) {
      candidates.sort((a, b) => b.score - a.score);
      const chosen = chosenOf(candidates, leavesShown, fragments);
      if (chosen.length > 1) {
        const several = placesOf(work, chosen, width);
        if (leavesIn(several, marks).size > leavesShown.size) shown = several;
      }
    }
  }
  return joined(work, shown);
}

/**
 * The stretches of a title that hold a wanted term; touching ones are one.
 * @param {string} title
 * @param {(term: string) => boolean} isWanted
 * @param {import("../text/analyzer.js").Analyzer} analyzer
 */
export function titleSpans(title, isWanted, analyzer) {
  const places = termPlaces(analyzer.simplified(title), false, 0).filter(([term]) => isWanted(term));
  return merged(places.map(([, , start, stop]) => ({ start, stop })).sort((a, b) => a.start - b.start || a.stop - b.stop));
}

const byPlace = (/** @type {Mark} */ a, /** @type {Mark} */ b) => a.start - b.start || a.stop - b.stop || a.leaf - b.leaf;

/**
 * The first of those that are worth most.
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => number} worth
 */
const bestOf = (items, worth) => items.reduce((best, item) => worth(item) > worth(best) ? item : best);

/**
 * A text with one unit for each character, what makes of a part of it what it was (`plain`), and of that again a part of
 * it (`worked`). A text without characters beyond U+FFFF is itself.
 * @param {string} text
 */
function flattened(text) {
  const letters = points(text), same = (/** @type {string} */ part) => part;
  if (typeof letters === "string") return { text, plain: same, worked: same };
  /** @type {Map<string, string>} */
  const units = new Map();
  /** @type {Map<string, string>} */
  const originals = new Map();
  const unitOf = (/** @type {string} */ letter) => {
    if (!/^[\ud800-\udfff]/.test(letter)) return letter;
    let unit = units.get(letter);
    if (!unit) {
      // There are units enough for a passage of nothing but different ones.
      unit = String.fromCharCode(0xd800 + Math.min(units.size, 0x7ff));
      units.set(letter, unit);
      originals.set(unit, letter);
    }
    return unit;
  };
  return {
    text: letters.map(unitOf).join(""),
    plain: (/** @type {string} */ part) => part.replace(/[\ud800-\udfff]/g, unit => originals.get(unit) ?? unit),
    worked: (/** @type {string} */ part) => [...part].map(unitOf).join(""),
  };
}

/**
 * Where the sentences of a text begin, the first at `start`, and its end: at least two numbers.
 * @param {string} text
 * @param {number} start
 */
function sentences(text, start) {
  const bounds = [start];
  SENTENCE_END.lastIndex = start;
  while (SENTENCE_END.test(text)) bounds.push(SENTENCE_END.lastIndex);
  if (bounds[bounds.length - 1] < text.length || bounds.length < 2) bounds.push(text.length);
  return bounds;
}

/**
 * Where the first break in text[start:stop] ends; -1 without one.
 * @param {string} text
 * @param {number} start
 * @param {number} stop
 */
function firstBreak(text, start, stop) {
  BREAK.lastIndex = start;
  return BREAK.test(text.slice(0, Math.max(stop, 0))) ? BREAK.lastIndex : -1;
}

/**
 * Each sentence with marks, scored; of one with marks too far apart, each fullest window.
 * @param {Work} work
 * @param {number} width
 */
function candidatesOf({ passage, bounds, marks, weights }, width) {
  /** @type {Fragment[]} */
  const candidates = [];
  const reach = Math.trunc(width * C._REACH), last = bounds.length - 1;
  for (let first = 0, after = 0; first < marks.length; first = after) {
    const sentence = bisectRight(bounds, marks[first].start);
    const start = bounds[sentence - 1], stop = bounds[Math.min(sentence, last)];
    for (after = first + 1; after < marks.length && marks[after].start < stop;) after++;
    const early = 1 + 1 / log(C._AVERAGE + passage.offset + start);
    for (const window of windows(marks.slice(first, after), reach))
      candidates.push({ score: scoreOf(window, stop - start, weights) * early, start, stop, marks: window });
  }
  return candidates;
}

/**
 * The runs of marks that fit into `reach` characters and could take in no further mark.
 * @param {Mark[]} marks
 * @param {number} reach
 */
function windows(marks, reach) {
  if (marks[marks.length - 1].stop - marks[0].start <= reach) return [marks];
  const found = [];
  let stop = 0;
  for (const [start, mark] of marks.entries()) {
    const before = stop;
    while (stop < marks.length && (stop <= start || marks[stop].stop - mark.start <= reach)) stop++;
    if (stop > before) found.push(marks.slice(start, stop));
  }
  return found;
}

/**
 * BM25 of the marks in a sentence of `length` characters, raised by different words and by neighbours.
 * @param {Mark[]} marks
 * @param {number} length
 * @param {number[]} weights
 */
function scoreOf(marks, length, weights) {
  const norm = C._K1 * (1 - C._B + C._B * Math.min(Math.max(length, 20), 400) / C._AVERAGE);
  if (marks.length === 1) return weights[marks[0].leaf] / (1 + norm);
  /** @type {Map<number, number>} */
  const counts = new Map();
  let adjacent = 0, before = marks[0], score = 0;
  for (const mark of marks) {
    counts.set(mark.leaf, (counts.get(mark.leaf) ?? 0) + 1);
    if (mark.leaf !== before.leaf && mark.start - before.stop <= 1) adjacent++;
    before = mark;
  }
  for (const [leaf, count] of counts) score += weights[leaf] * count / (count + norm);
  return score * (1 + C._GROUP * (counts.size - 1)) * (1 + C._ADJACENT * Math.min(adjacent, C._MAX_ADJACENT));
}

/**
 * The best candidate, which shows the words `leavesShown`, and those of the next that bring another.
 * @param {Fragment[]} candidates
 * @param {Set<number>} leavesShown
 * @param {number} fragments
 */
function chosenOf(candidates, leavesShown, fragments) {
  const chosen = [candidates[0]], leaves = new Set(leavesShown);
  for (const candidate of candidates.slice(1)) {
    if (chosen.length === fragments) break;
    if (candidate.marks.every(mark => leaves.has(mark.leaf))) continue;
    chosen.push(candidate);
    for (const mark of candidate.marks) leaves.add(mark.leaf);
  }
  return chosen;
}

/**
 * @param {Range[]} places
 * @param {Mark[]} marks
 */
const leavesIn = (places, marks) => new Set(
  marks.filter(mark => places.some(([start, stop]) => start <= mark.start && mark.stop <= stop)).map(mark => mark.leaf));

/**
 * Where each chosen candidate is shown, in the order of the text; those that meet become one. Every fragment has an equal
 * share of the width, and what the others do not need.
 * @param {Work} work
 * @param {Fragment[]} chosen
 * @param {number} width
 */
function placesOf(work, chosen, width) {
  let room = width - C._GAP.length * (chosen.length - 1);
  const places = chosen.map((candidate, number) => {
    const needed = chosen.slice(number + 1).reduce((sum, other) => sum + other.stop - other.start, 0);
    const place = placeOf(work, candidate, Math.max(Math.floor(room / (chosen.length - number)), room - needed));
    room -= place[1] - place[0];
    return place;
  }).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const apart = [places[0]];
  for (const [start, stop] of places.slice(1)) {
    const last = apart[apart.length - 1];
    if (start <= last[1]) last[1] = Math.max(stop, last[1]);
    else apart.push([start, stop]);
  }
  return apart;
}

/**
 * Where a candidate is shown in `room` characters; if its marks are further apart, the best of them.
 * @param {Work} work
 * @param {Fragment} candidate
 * @param {number} room
 */
function placeOf(work, { start, stop, marks }, room) {
  if (stop - start > room && marks.length > 1)
    marks = bestOf(windows(marks, Math.trunc(room * C._REACH)), window => scoreOf(window, stop - start, work.weights));
  const first = marks[0].start;
  return fitted(work, [start, stop], [first, Math.min(Math.max(...marks.map(mark => mark.stop)), first + room)], room);
}

/**
 * Where a stretch is shown that may run over the ends of sentences.
 * @param {Work} work
 * @param {Range} marked
 * @param {number} room
 */
function aroundPlace(work, [first, last], room) {
  const { bounds } = work;
  const start = bounds[Math.max(0, bisectRight(bounds, first) - 1)];
  const stop = bounds[Math.min(bisectLeft(bounds, last), bounds.length - 1)];
  return fitted(work, [start, stop], [first, Math.min(last, first + room)], room);
}

/**
 * The stretch of the text to show: the sentence with its neighbours, or its part around the marks.
 * @param {Work} work
 * @param {Range} sentence
 * @param {Range} marked
 * @param {number} room
 * @returns {Range}
 */
function fitted({ text, bounds }, [start, stop], marked, room) {
  if (stop - start > room) return cutOut(text, [start, stop], marked, room);
  const end = bounds.length - 1;
  let here = bisectRight(bounds, start, 0, end) - 1, after = here + 1;
  while (after < end && bounds[after + 1] - start <= room) after++;
  stop = bounds[after];
  if (after < end && stop - start < Math.floor(room / 2)) return [start, cutAfter(text, stop, start + room)];
  while (here && stop - bounds[here - 1] <= room) here--;
  return [bounds[here], stop];
}

/**
 * The part of a long sentence around its marks, a quarter of the room before them, cut between words.
 * @param {string} text
 * @param {Range} sentence
 * @param {Range} marked
 * @param {number} room
 * @returns {Range}
 */
function cutOut(text, [begin, end], [first, last], room) {
  const earliest = Math.max(begin, last - room);
  let start = Math.max(earliest, Math.min(first - Math.floor(room / 4), end - room));
  const near = Math.max(earliest, start - Math.floor(C._SNAP / 3));
  if (near === begin) start = near;
  else {
    const after = firstBreak(text, near, Math.min(start + C._SNAP, first));
    if (after >= 0) start = after;
  }
  return [start, start + room >= end ? end : cutAfter(text, last, start + room)];
}

/**
 * The last place between words in [least, most], near `most`; without one, whatever cuts off less of a word.
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function cutAfter(text, least, most) {
  const nearest = Math.max(least, most - C._SNAP), upto = text.slice(0, most + 1);
  let stop = nearest === least ? nearest : most;
  BREAK.lastIndex = nearest;
  for (let found; (found = BREAK.exec(upto));)
    stop = Math.min(IS_BLANK.test(found[0]) ? found.index : found.index + found[0].length, most);
  return stop;
}

/**
 * The places as one clean text with the spans of their marks, and the file's line of what stands at `first`, otherwise of
 * the heaviest.
 * @param {Work} work
 * @param {Range[]} places
 * @returns {Snippet}
 */
function joined(work, places, first = -1) {
  const { text, passage, bounds, marks } = work;
  let shown = "", begin = places[0][0];
  /** @type {Mark[]} */
  const shownMarks = [];
  /** @type {Span[]} */
  const spans = [];
  for (const [start, stop] of places) {
    let inside = marks.filter(mark => start <= mark.start && mark.stop <= stop);
    // Else it is a word longer than the room.
    if (!inside.length) inside = marks.filter(mark => start <= mark.start && mark.start < stop).map(mark => ({ ...mark, stop }));
    shownMarks.push(...inside);
    NOISE.lastIndex = start;
    begin = start + (NOISE.exec(text.slice(0, stop))?.[0].length ?? 0);
    const isBegun = bounds.includes(start) && !(passage.cut_start && start === bounds[0]);
    shown += shown ? C._GAP : isBegun ? "" : C._ELLIPSIS;
    const [cleaned, marked] = cleanedPart(work, begin, stop, merged(inside), shown.length);
    spans.push(...marked);
    shown += cleaned;
  }
  if (first < 0) {
    first = spans.length ? shownMarks[0].start : begin;
    if (spans.length && lines(text, first, shownMarks[shownMarks.length - 1].start))
      first = heaviest(points(passage.text), shownMarks, work.weights);
  }
  const end = places[places.length - 1][1];
  const goesOn = end === text.length ? passage.cut_stop : !bounds.includes(end);
  if (goesOn && !C._ENDS.includes(shown.slice(-1))) shown += C._ELLIPSIS;
  return { text: work.plain(shown), spans, line: passage.line + lines(text, 0, first) };
}

/**
 * The lines of the file that end in text[start:stop].
 * @param {string} text
 * @param {number} start
 * @param {number} stop
 */
const lines = (text, start, stop) => text.slice(start, Math.max(start, stop)).split(/[\n\v]/).length - 1;

/**
 * text[start:stop] without control characters, every run of blanks one blank, and where its marks are if it is shown
 * `offset` characters into a text.
 * @param {Work} work
 * @param {number} start
 * @param {number} stop
 * @param {Span[]} inside
 * @param {number} offset
 * @returns {[shown: string, spans: Span[]]}
 */
function cleanedPart({ text, plain, worked }, start, stop, inside, offset) {
  const part = text.slice(start, stop).replace(/[\v\n\u2028]/g, " ");
  const clean = isPrintable(plain(part));
  let shown = "", done = 0;
  /** @type {Span[]} */
  const spans = [];
  for (const { start: begin, length } of [...inside, { start: stop, length: 0 }]) {
    const at = begin - start;
    let [between, marked] = [part.slice(done, at), part.slice(at, at + length)]
      .map(it => (clean ? it : worked(printable(plain(it)))).replace(/ {2,}/g, " "));
    done = at + length;
    if (!shown || shown.endsWith(" ")) between = between.trimStart();
    shown += between;
    const last = spans[spans.length - 1];
    // What stood between is not shown.
    if (marked && last && last.start + last.length === offset + shown.length) last.length += marked.length;
    else if (marked) spans.push({ start: offset + shown.length, length: marked.length });
    shown += marked;
  }
  return [shown.trimEnd(), spans];
}

/**
 * Ranges, sorted by start, as spans; those that overlap or touch are one.
 * @param {{start: number, stop: number}[]} ranges
 */
export function merged(ranges) {
  /** @type {Span[]} */
  const spans = [];
  for (const { start, stop } of ranges) {
    const last = spans[spans.length - 1];
    if (last && start <= last.start + last.length) last.length = Math.max(last.length, stop - last.start);
    else spans.push({ start, length: stop - start });
  }
  return spans;
}
