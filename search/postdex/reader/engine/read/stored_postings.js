/* What are the postings of a stored list? Twin of postdex_index/engine/embedded/read/stored_postings.py.

   A list has three parts: posts with impacts and shares of titles; positions; and which word form stands at each. Each
   lies in the chunk of its stem, or, if it is long, in files of its own, which are read when they are asked for. */

import { ByteReader } from "../static/encoding.js";
import { bisectLeft } from "../../python.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {{posting: number, postings: number, file: string, bytes: Uint8Array | null}} Block the first posting, how many, and where they lie */
/** @typedef {{docs: Uint32Array, impacts: Uint8Array, titles: {docs: Uint32Array, shares: Uint8Array}}} ListColumns */
/** @typedef {{offsets: Uint32Array, positions: Uint32Array}} Occurrences where the positions of each posting begin, and one more */
/** @typedef {{length: number, file: string, bytes: Uint8Array | null}} Part */

/** A stored list, named by its stem. */
export class StoredList {
  /**
   * @param {IndexFiles} files
   * @param {string} stem
   * @param {ByteReader} reader where the list begins; it is read to the list's end
   */
  constructor(files, stem, reader) {
    this._files = files;
    this.stem = stem;
    /** The number of its posts. */
    this.posts = reader.varint();
    this._columns = partOf("list", reader);
    this.blocks = blocksOf(this.posts, reader);
    this._forms = partOf("forms", reader);
    /** @type {Map<number, Occurrences>} */
    this._occurrences = new Map();
    /** @type {ListColumns | null} */
    this._decoded = null;
  }

  /** The files that its posts and impacts need. */
  get wanted() {
    return this._columns.file ? [this._columns.file] : [];
  }

  /**
   * The files that the positions in some posts need, or in all.
   * @param {Iterable<number> | ArrayLike<number> | null} [docs]
   * @returns {string[]}
   */
  positionFiles(docs = null) {
    if (!this.blocks[0].file) return [];
    if (!docs) return this.blocks.map(block => block.file);
    const own = this.columns().docs;
    const numbers = new Set(Array.from(docs, doc => this._blockOf(bisectLeft(own, doc))));
    return [...numbers].filter(number => number < this.blocks.length).map(number => this.blocks[number].file);
  }

  /** Whether it has several word forms. */
  get isMultiForm() {
    return this._forms.length > 0;
  }

  /** The files that its word forms need. */
  get formFiles() {
    return this._forms.file ? [this._forms.file] : [];
  }

  /**
   * Posts, impacts, and the shares of titles.
   * @returns {ListColumns}
   */
  columns() {
    if (!this._decoded) {
      const reader = new ByteReader(this._columns.bytes ?? this._files.bytes(this._columns.file));
      const docs = reader.ascending(new Uint32Array(this.posts)), impacts = reader.take(this.posts);
      const count = reader.varint();
      const titles = { docs: new Uint32Array(count), shares: new Uint8Array(count) };
      for (let index = 0, doc = 0; index < count; index++) {
        titles.docs[index] = doc += reader.varint();
        titles.shares[index] = reader.varint();
      }
      this._decoded = { docs, impacts, titles };
    }
    return this._decoded;
  }

  /** The number of the form at each occurrence; none if all are one. */
  forms() {
    const { file, bytes, length } = this._forms;
    return bytes ?? this._files.bytes(file).subarray(0, length);
  }

  /**
   * The positions of a posting.
   * @param {number} posting
   * @returns {Uint32Array}
   */
  positions(posting) {
    const number = this._blockOf(posting);
    const { offsets, positions } = this._block(number);
    const index = posting - this.blocks[number].posting;
    return positions.subarray(offsets[index], offsets[index + 1]);
  }

  /**
   * The positions in a post; none where the word does not stand.
   * @param {number} doc
   * @returns {Uint32Array | number[]}
   */
  positionsIn(doc) {
    const { docs } = this.columns();
    const posting = bisectLeft(docs, doc);
    return docs[posting] === doc ? this.positions(posting) : [];
  }

  /** @param {number} posting */
  _blockOf(posting) {
    let number = 0;
    while (number < this.blocks.length && posting >= this.blocks[number].posting + this.blocks[number].postings) number++;
    return number;
  }

  /**
   * @param {number} number
   * @returns {Occurrences}
   */
  _block(number) {
    let occurrences = this._occurrences.get(number);
    if (!occurrences) {
      const { postings, file, bytes } = this.blocks[number];
      const reader = new ByteReader(bytes ?? this._files.bytes(file));
      const offsets = new Uint32Array(postings + 1);
      for (let index = 0; index < postings; index++) offsets[index + 1] = offsets[index] + reader.varint();
      const positions = new Uint32Array(offsets[postings]);
      for (let index = 0; index < postings; index++) reader.ascending(positions, offsets[index], offsets[index + 1]);
      this._occurrences.set(number, occurrences = { offsets, positions });
    }
    return occurrences;
  }
}

/**
 * A part of a list, in the chunk or in a file.
 * @param {string} kind
 * @param {ByteReader} reader
 * @returns {Part}
 */
function partOf(kind, reader) {
  const number = reader.varint(), length = Math.floor(number / 2);
  return number % 2
    ? { length, file: `${kind}-${reader.check()}`, bytes: null }
    : { length, file: "", bytes: reader.take(length) };
}

/**
 * @param {number} postings
 * @param {ByteReader} reader
 * @returns {Block[]}
 */
function blocksOf(postings, reader) {
  const count = reader.varint();
  if (!count) return [{ posting: 0, postings, file: "", bytes: reader.sized() }];
  let posting = 0;
  return Array.from({ length: count }, () => {
    const block = { posting, postings: reader.varint(), file: `positions-${reader.check()}`, bytes: null };
    posting += block.postings;
    return block;
  });
}

/**
 * The postings of one stored list; implements `Postings`.
 */
export class StoredPostings {
  /** @param {StoredList} list */
  constructor(list) {
    this._list = list;
    const { docs, impacts } = list.columns();
    this.docs = docs;
    this.impacts = impacts;
  }

  /**
   * Ascending positions in a post.
   * @param {number} doc
   */
  positions(doc) {
    return this._list.positionsIn(doc);
  }

  /** Its own list, by its stem. */
  wholeLists() {
    return [this._list.stem];
  }

  /** @returns {Map<string, Set<number>>} */
  partialLists() {
    return new Map();
  }
}
