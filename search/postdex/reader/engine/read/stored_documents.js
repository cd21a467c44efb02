/* What does a post of the index look like when it is shown: metadata, sections, text around a match? Twin of
   postdex_index/engine/embedded/read/stored_documents.py.

   A post is a file of its own, its fragment; titles of many posts stand in one file besides. Offsets count code points. */

import { textOf } from "../../files.js";
import { constantsOf } from "../../parameters.js";
import { bisectLeft, bisectRight, cut, points, split } from "../../python.js";
import { attribute, schema } from "../../schema.js";
import { ByteReader, fromDeltas } from "../static/encoding.js";
import { PassageWords, placeOf, Widths } from "./passage_words.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {import("../../document.js").StoredSection} StoredSection */
/** @typedef {import("../../document.js").LeafPositions} LeafPositions */
/** @typedef {import("../../document.js").Mark} Mark */
/** @typedef {import("../../document.js").Outline} Outline */
/** @typedef {import("../../document.js").Passage} Passage */
/** @typedef {{path: string, title: string, url: string, lang: string, tags: string[], date_seconds: number | null}} Titled */

/**
 * A fragment as it is stored; lists of ascending numbers are given by what each is more than the one before it.
 * @typedef {{
 *   fields: any[], outline: any[], positions: number[], offsets: number[], lines: number[],
 *   check_positions: number[], check_offsets: number[], code: number[], text: string,
 * }} Fragment
 */

/**
 * A post, read; `code` says of each checkpoint whether it lies in code.
 * @typedef {{
 *   fields: Record<string, any>, texts: string[], anchors: string[], outline: Outline, offsets: number[],
 *   lines: number[], checkPositions: number[], checkOffsets: number[], code: boolean[], text: string | string[],
 *   sections: Map<number, StoredSection>, passages: Map<string, ShownPassage>,
 * }} Post
 */

/**
 * A passage that was shown. The passage is what stands behind `before`, 0 nearly always; `offset` is where its text
 * begins in the post's text, `last` the last checkpoint in it.
 * @typedef {{text: string | string[], before: number, cut: boolean, offset: number, line: number, last: number, words: PassageWords}} ShownPassage
 */

const C = constantsOf("engine.embedded.read.stored_documents");
const MODEL = constantsOf("model");

export class Documents {
  /**
   * @param {IndexFiles} files
   * @param {any} analyzer
   */
  constructor(files, analyzer) {
    this._files = files;
    this.analyzer = analyzer;
    /** In prose, and in code.
     * @type {[Widths, Widths]} */
    this.widths = [new Widths(false), new Widths(true)];
  }

  /**
   * The file that has the name of a post's file, and the number of the post there; of a small site the titles have it.
   * @param {number} doc
   * @returns {[string, number]}
   */
  _named(doc) {
    return this._files.ofPost(this._hasTitles ? "titles" : "posts", doc);
  }

  get _hasTitles() {
    return this._files.entry.files.titles.files !== "";
  }

  /**
   * The file with a post. Throws Missing where its name is not here.
   * @param {number} doc
   */
  file(doc) {
    const [name, index] = this._named(doc);
    return `post-${new ByteReader(this._files.bytes(name), 4 * index).check()}`;
  }

  /**
   * Nothing, if all these posts are here. Throws Missing.
   * @param {Iterable<number>} docs
   */
  need(docs) {
    const wanted = [...docs];
    this._files.need(wanted.map(doc => this._named(doc)[0]));
    this._files.need(wanted.map(doc => this.file(doc)));
  }

  /**
   * What a list of hits shows of posts before they are here; of a large site that is nothing. Throws Missing.
   * @param {Iterable<number>} docs
   * @returns {Titled[]}
   */
  titled(docs) {
    const wanted = [...docs];
    if (!this._hasTitles) {
      this.need(wanted);
      return wanted.map(doc => /** @type {any} */ (this.post(doc).fields));
    }
    return wanted.map(doc => {
      const [name, index] = this._named(doc);
      const columns = this._files.parsed(name, bytes => JSON.parse(textOf(bytes.subarray(4 * this._files.entry.posts))));
      return /** @type {any} */ (Object.fromEntries(Object.entries(columns).map(([field, values]) => [field, values[index]])));
    });
  }

  /**
   * A post. Throws Missing.
   * @param {number} doc
   * @returns {Post}
   */
  post(doc) {
    return this._files.parsed(this.file(doc), postOf);
  }
}

/** One stored post: has its fields by their names. Throws Missing where it is not here. */
export class StoredDocument {
  /**
   * @param {Documents} documents
   * @param {number} doc
   */
  constructor(documents, doc) {
    /** @type {string} */
    this.path = "";
    /** @type {string} */
    this.title = "";
    /** @type {string} */
    this.url = "";
    /** @type {string} */
    this.lang = "";
    /** @type {string[]} */
    this.tags = [];
    this._store = documents;
    this._post = documents.post(doc);
    const { description, ...fields } = this._post.fields;
    Object.assign(this, fields);
    this._description = description;
  }

  /** The post's own description, or the beginning of its text. */
  get description() {
    if (this._description) return this._description;
    const beginning = cut(this._post.text, 0, 2 * C.EXCERPT).replaceAll(MODEL.INCLUDED_BREAK, "\n");
    const first = beginning.replace(/^[\n\v]+/, "").replace(/[\n\v]+$/, "").split("\n", 1)[0];
    return cut(points(words(first)), 0, C.EXCERPT);
  }

  /** Levels and positions of the sections, in file order. */
  get outline() {
    return this._post.outline;
  }

  /** The sections in file order, each with the headings above it. */
  get sections() {
    return Array.from(this.outline.levels, (_, number) => this.section(number));
  }

  /**
   * One section, with the headings above it.
   * @param {number} number
   * @returns {StoredSection}
   */
  section(number) {
    const { sections, texts, anchors, lines, outline: { levels, bounds, stops } } = this._post;
    let section = sections.get(number);
    if (!section) {
      section = {
        level: levels[number], heading: texts[number], headings: this._above(number), anchor: anchors[number],
        line: lines[number], start: bounds[2 * number], body: bounds[2 * number + 1], stop: stops[number],
      };
      sections.set(number, section);
    }
    return section;
  }

  /**
   * The headings above a section, and its own: going up, each that is of a higher level than all below it.
   * @param {number} number
   */
  _above(number) {
    const { texts, outline: { levels } } = this._post;
    const path = [texts[number]];
    let level = levels[number];
    while (number && level > 0) {
      number--;
      if (levels[number] < level) {
        level = levels[number];
        path.push(texts[number]);
      }
    }
    return path.reverse().filter(Boolean);
  }

  /**
   * The whole text of a section.
   * @param {number} section
   */
  text(section) {
    const { offsets, text } = this._post;
    if (!(section >= 0 && section < offsets.length)) {
      throw new RangeError(`${this.path} has ${offsets.length} sections, numbered from 0`);
    }
    return cut(text, offsets[section], offsets[section + 1] ?? Infinity);
  }

  /**
   * A section's text around position `near`; its marks are the words that were found in it.
   * @param {number} section
   * @param {number} near
   * @param {LeafPositions[]} wordsFound
   * @returns {Passage}
   */
  passage(section, near, wordsFound) {
    const { offsets, lines, checkPositions, checkOffsets, passages } = this._post;
    const offset = offsets[section], end = offsets[section + 1] ?? Infinity;
    const begin = bisectLeft(checkOffsets, offset);
    if (begin === checkOffsets.length || end === offset) {
      return { text: "", offset: 0, line: lines[section], marks: [], cut_start: false, cut_stop: false };
    }
    const check = Math.max(begin, bisectRight(checkPositions, near) - 1);
    const earlier = Math.max(begin, bisectRight(checkOffsets, checkOffsets[check] - C.BEFORE, begin, check) - 1);
    let shown = passages.get(`${section} ${earlier} 0`) ?? this._shown(section, earlier, 0, end);
    // No blank for so long that `near` may lie beyond it.
    if (shown.cut && check >= shown.last) {
      shown = passages.get(`${section} ${check} ${near}`) ?? this._shown(section, check, near, end);
    }
    const start = shown.offset + shown.before - offset;
    const marks = wordsFound.length ? shown.words.marks(wordsFound, shown.before, this._store.widths) : [];
    return {
      text: cut(shown.text, shown.before, Infinity), offset: start, line: shown.line, marks,
      cut_start: start > 0, cut_stop: shown.cut,
    };
  }

  /**
   * The words that were found in a section's heading.
   * @param {number} number
   * @param {LeafPositions[]} wordsFound
   * @returns {Mark[]}
   */
  headingMarks(number, wordsFound) {
    const { widths, analyzer } = this._store, section = this.section(number);
    const heading = analyzer.simplified(section.heading);
    const found = new PassageWords(heading, false, [0], [section.start], [false], section.body);
    return found.marks(wordsFound, 0, widths);
  }

  /**
   * The passage that begins at a checkpoint, or as many characters as usual before position `near` behind that.
   * @param {number} section
   * @param {number} check
   * @param {number} near
   * @param {number} end
   * @returns {ShownPassage}
   */
  _shown(section, check, near, end) {
    const { text: all, offsets, lines, checkPositions, checkOffsets, code, passages } = this._post;
    const { analyzer, widths } = this._store;
    const start = offsets[section], offset = checkOffsets[check], last = checkOffsets.length;
    let before = 0;
    if (near) {
      const stop = check + 1 < last ? checkOffsets[check + 1] : Infinity;
      const piece = cut(all, offset, Math.min(stop, end));
      const place = placeOf(analyzer.simplified(piece), near, checkPositions[check], widths[Number(code[check])]);
      before = Math.max(0, place - C.BEFORE);
    }
    const most = offset + before + C.LENGTH;
    const whole = points(cut(all, start, Math.min(most + 1, end)));
    const goesOn = whole.length > most - start;
    const text = points(cut(whole, offset - start, most - start));
    const passed = cut(whole, 0, offset - start + before);
    const line = lines[section] + (passed.match(/[\n\v]/g)?.length ?? 0);
    const beyond = bisectLeft(checkOffsets, offset + text.length, check + 1, last);
    const found = new PassageWords(
      analyzer.simplified(cut(text, 0, Infinity)), goesOn, checkOffsets.slice(check, beyond).map(place => place - offset),
      checkPositions.slice(check, beyond), code.slice(check, beyond), beyond < last ? checkPositions[beyond] : Infinity,
    );
    const shown = { text, before, cut: goesOn, offset, line, last: beyond - 1, words: found };
    passages.set(`${section} ${check} ${near}`, shown);
    return shown;
  }
}

/**
 * A text with one blank between its words.
 * @param {string} text
 */
const words = text => split(text).join(" ");

/**
 * A post as its fragment has it.
 * @param {Uint8Array} bytes
 * @returns {Post}
 */
function postOf(bytes) {
  /** @type {Fragment} */
  const fragment = JSON.parse(textOf(bytes));
  const { outline } = fragment, every = (/** @type {number} */ place) => outline.filter((_, index) => index % 3 === place);
  const positions = fromDeltas(fragment.positions), bounds = positions.slice(0, -1);
  const stops = [...bounds.filter((_, index) => index && index % 2 === 0), positions[bounds.length]];
  const code = fragment.check_positions.map(() => false);
  for (const check of fromDeltas(fragment.code)) code[check] = true;
  return {
    fields: fieldsOf(fragment.fields), texts: every(1), anchors: every(2), outline: { levels: every(0), bounds, stops },
    offsets: fromDeltas(fragment.offsets), lines: fromDeltas(fragment.lines), code, text: points(fragment.text),
    checkPositions: fromDeltas(fragment.check_positions), checkOffsets: fromDeltas(fragment.check_offsets),
    sections: new Map(), passages: new Map(),
  };
}

/**
 * The stored fields of a post by their names.
 * @param {any[]} values
 * @returns {Record<string, any>}
 */
function fieldsOf(values) {
  return Object.fromEntries(schema().stored.map((field, index) => {
    const value = values[index];
    return [attribute(field), field.type === "fields" ? value.map((/** @type {[string, string[]]} */ [name, own]) => ({ name, values: own })) : value];
  }));
}
