/* In which fields of a post do positions lie, in which of its links, and what impact do they make?

   Twin of the last part of postdex_index/engine/embedded/read/postings.py. Files have this for some hundred posts each;
   few searches need any: those for phrases, and for words in a field. */

import { bisectRight } from "../../python.js";
import { bodyCode, codeCode } from "../../schema.js";
import { impact, quantize } from "../../scoring.js";
import { ByteReader } from "../static/encoding.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {import("../../files.js").Entry} Entry */
/** @typedef {ArrayLike<number>} Positions ascending */

/**
 * Of a post the average lengths that it is measured against, the lengths of its fields, and its field spans.
 * @typedef {{averages: number[], lengths: Uint32Array, starts: Uint32Array, codes: Uint8Array}} Place
 */

export class Places {
  /** @param {IndexFiles} files */
  constructor(files) {
    this._files = files;
  }

  /**
   * The files of these posts.
   * @param {Iterable<number> | ArrayLike<number>} docs
   */
  files(docs) {
    return new Set(Array.from(docs, doc => this._files.ofPost("places", doc)[0]));
  }

  /**
   * Nothing, if the files of these posts are here. Throws Missing.
   * @param {Iterable<number>} docs
   */
  need(docs) {
    this._files.need(this.files(docs));
  }

  /**
   * The same of their links.
   * @param {Iterable<number>} docs
   */
  needLinks(docs) {
    this._files.need(Array.from(docs, doc => this._files.ofPost("links", doc)[0]));
  }

  /**
   * The impact of a word that stands at these positions of a post, as the build computes it.
   * @param {number} doc
   * @param {Positions} positions
   */
  impact(doc, positions) {
    const { lengths, averages } = this._of(doc);
    return quantize(impact(this.countsByField(doc, positions), lengths, averages));
  }

  /**
   * Occurrences by field code, from positions of a post; code counts as body, as in the score.
   * @param {number} doc
   * @param {Positions} positions
   */
  countsByField(doc, positions) {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const code of this.codes(doc, positions)) {
      const counted = code === codeCode() ? bodyCode() : code;
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * The field code of each of these positions of a post.
   * @param {number} doc
   * @param {Positions} positions
   * @returns {number[]}
   */
  codes(doc, positions) {
    const { starts, codes } = this._of(doc);
    return Array.from(positions, position => codes[bisectRight(starts, position) - 1]);
  }

  /**
   * Those of the positions that lie in fields with these codes.
   * @param {number} doc
   * @param {Positions} positions
   * @param {number[]} codes
   * @returns {number[]}
   */
  inFields(doc, positions, codes) {
    const of = this.codes(doc, positions);
    return Array.from(positions).filter((_, index) => codes.includes(of[index]));
  }

  /**
   * Those of the positions from which `width` words lie in fields with these codes.
   * @param {number} doc
   * @param {Positions} positions
   * @param {number} width
   * @param {number[]} codes
   */
  fromInFields(doc, positions, width, codes) {
    let left = Array.from(positions);
    for (let step = 0; step < width; step++) {
      left = this.inFields(doc, left.map(position => position + step), codes).map(position => position - step);
    }
    return left;
  }

  /**
   * Those of the positions from which `width` words are not all the text of one link.
   * @param {number} doc
   * @param {Positions} positions
   * @param {number} width
   * @returns {number[]}
   */
  outsideLinks(doc, positions, width) {
    const [name, index] = this._files.ofPost("links", doc);
    const edges = this._files.parsed(name, bytes => edgesOf(bytes, this._inFile("links", doc)))[index];
    return Array.from(positions).filter(position => {
      const next = bisectRight(edges, position);
      return !(next % 2 && position + width <= edges[next]);
    });
  }

  /**
   * @param {number} doc
   * @returns {Place}
   */
  _of(doc) {
    const [name, index] = this._files.ofPost("places", doc);
    return this._files.parsed(name, bytes => placesOf(bytes, this._inFile("places", doc), this._files.entry))[index];
  }

  /**
   * How many posts the file has that has this one.
   * @param {"places" | "links"} kind
   * @param {number} doc
   */
  _inFile(kind, doc) {
    const { posts, files: { [kind]: { posts: most } } } = this._files.entry;
    return Math.min(most, posts - doc + doc % most);
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {number} posts
 * @param {Entry} entry
 * @returns {Place[]}
 */
function placesOf(bytes, posts, entry) {
  const reader = new ByteReader(bytes);
  return Array.from({ length: posts }, () => {
    const averages = entry.averages[reader.varint()];
    const lengths = Uint32Array.from({ length: entry.fields }, () => reader.varint());
    const spans = reader.varint();
    return { averages, lengths, starts: reader.ascending(new Uint32Array(spans)), codes: reader.take(spans) };
  });
}

/**
 * @param {Uint8Array} bytes
 * @param {number} posts
 * @returns {Uint32Array[]}
 */
function edgesOf(bytes, posts) {
  const reader = new ByteReader(bytes);
  return Array.from({ length: posts }, () => reader.ascending(new Uint32Array(reader.varint())));
}
