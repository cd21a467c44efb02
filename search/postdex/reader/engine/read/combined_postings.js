/* What are the postings of a leaf that are not one stored list? Twin of engine/embedded/read/combined_postings.py.

   What becomes of them is a row of one byte a post (`matcher.js`), so impacts are put into rows as they are, and those of
   a phrase are reckoned when somebody asks for them: of most phrases it counts only where they stand. */

import { docsOf } from "./candidates.js";

/**
 * The postings of a leaf: `docs` ascending, `impacts` parallel to them; a list is named by its stem.
 * @typedef {object} Postings
 * @property {Uint32Array} docs
 * @property {ArrayLike<number>} impacts
 * @property {(doc: number) => ArrayLike<number>} positions ascending positions in a post
 * @property {() => Iterable<string>} wholeLists the stored lists that are contained as a whole, for title coverage
 * @property {() => Map<string, Set<number>>} partialLists by stored list of which it has some word forms only: the posts
 *   with one of these in their title
 */

/** Postings computed from positions: of a phrase, or of a term limited to a field or to some word forms. */
export class ComputedPostings {
  /**
   * @param {Uint8Array | (() => Uint8Array)} impacts
   * @param {Map<number, number[]>} positions by post, ascending
   * @param {{width?: number, titleDocs?: () => Map<string, Set<number>>}} [options] each position stands for `width` words;
   *   `titleDocs` makes what `partialLists` gives
   */
  constructor(impacts, positions, { width = 1, titleDocs = () => new Map() } = {}) {
    this.docs = Uint32Array.from(positions.keys());
    this._impacts = impacts;
    this._positions = positions;
    this._width = width;
    this._titleDocs = titleDocs;
    /** @type {Map<string, Set<number>> | null} */
    this._partial = null;
  }

  get impacts() {
    if (typeof this._impacts === "function") this._impacts = this._impacts();
    return this._impacts;
  }

  /** @param {number} doc */
  positions(doc) {
    const positions = this._positions.get(doc) ?? [];
    if (this._width === 1) return positions;
    const steps = Array.from({ length: this._width }, (_, step) => step);
    return ascending(positions.flatMap(position => steps.map(step => position + step)));
  }

  /** @returns {string[]} */
  wholeLists() {
    return [];
  }

  partialLists() {
    return this._partial ??= this._titleDocs();
  }
}

/** The union of several postings: the greatest impact in each post, and all positions. */
export class UnionPostings {
  /** @param {Postings[]} members */
  constructor(members) {
    this._members = members;
    /** @type {Uint32Array | null} */
    this._docs = null;
    /** @type {Uint8Array | null} */
    this._impacts = null;
  }

  get docs() {
    if (!this._docs) {
      const lanes = new Uint8Array(this._members.reduce((most, { docs }) => Math.max(most, docs[docs.length - 1] + 1), 0));
      markRow(lanes, this);
      this._docs = docsOf(lanes);
    }
    return this._docs;
  }

  get impacts() {
    if (!this._impacts) {
      const row = new Uint8Array(this.docs.length ? this.docs[this.docs.length - 1] + 1 : 0);
      raiseRow(row, this);
      this._impacts = Uint8Array.from(this.docs, doc => row[doc]);
    }
    return this._impacts;
  }

  /** @param {number} doc */
  positions(doc) {
    /** @type {number[]} */
    const all = [];
    for (const member of this._members) {
      const positions = member.positions(doc);
      for (let index = 0; index < positions.length; index++) all.push(positions[index]);
    }
    return ascending(all);
  }

  wholeLists() {
    return this._members.flatMap(member => [...member.wholeLists()]);
  }

  partialLists() {
    return partialLists(this._members);
  }

  /** @returns {Postings[]} */
  get members() {
    return this._members;
  }
}

/**
 * Put the impacts of postings into a row, a byte a post, wherever they are greater than what stands there.
 * @param {Uint8Array} row
 * @param {Postings} postings
 */
export function raiseRow(row, postings) {
  if (postings instanceof UnionPostings) {
    for (const member of postings.members) raiseRow(row, member);
    return;
  }
  const { docs, impacts } = postings;
  for (let index = 0; index < docs.length; index++) {
    if (impacts[index] > row[docs[index]]) row[docs[index]] = impacts[index];
  }
}

/**
 * Put 255 into a row, a byte a post, wherever postings are.
 * @param {Uint8Array} row
 * @param {Postings} postings
 */
export function markRow(row, postings) {
  if (postings instanceof UnionPostings) {
    for (const member of postings.members) markRow(row, member);
    return;
  }
  const { docs } = postings;
  for (let index = 0; index < docs.length; index++) row[docs[index]] = 255;
}

/**
 * The partial lists of several postings together: posts by list.
 * @param {Iterable<Postings>} members
 */
export function partialLists(members) {
  /** @type {Map<string, Set<number>>} */
  const titleDocsOf = new Map();
  for (const member of members) {
    for (const [list, titleDocs] of member.partialLists()) {
      titleDocsOf.set(list, new Set([...titleDocsOf.get(list) ?? [], ...titleDocs]));
    }
  }
  return titleDocsOf;
}

/**
 * The union of postings; null of none.
 * @param {Postings[]} members
 * @returns {Postings | null}
 */
export const union = members => members.length > 1 ? new UnionPostings(members) : members[0] ?? null;

/**
 * Numbers ascending, each once; none is below 0.
 * @param {Iterable<number>} numbers
 */
export function ascending(numbers) {
  const sorted = Uint32Array.from(numbers).sort();
  let count = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (!count || sorted[index] !== sorted[count - 1]) sorted[count++] = sorted[index];
  }
  return Array.from(sorted.subarray(0, count));
}
