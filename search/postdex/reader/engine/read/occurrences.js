/* At which positions of a post does a stored word stand? Twin of postdex_index/engine/embedded/read/occurrences.py. */

import { docsOf } from "./candidates.js";
import { ascending } from "./combined_postings.js";
import { bisectLeft } from "../../python.js";

/** @typedef {import("./stored_postings.js").StoredList} StoredList */

/**
 * A stored list; `forms` are the numbers of those of its word forms that are meant, null if all are.
 * @typedef {{list: StoredList, forms: Set<number> | null}} ListPart
 */

/**
 * The posts of several lists, ascending.
 * @param {ListPart[]} parts
 * @returns {Uint32Array}
 */
export function postsOf(parts) {
  const posts = parts.map(({ list }) => list.columns().docs);
  if (posts.length === 1) return posts[0];
  const present = new Uint8Array(Math.max(...posts.map(docs => docs[docs.length - 1])) + 1);
  for (const docs of posts) for (let index = 0; index < docs.length; index++) present[docs[index]] = 1;
  return docsOf(present);
}

/**
 * The positions of several lists in each of these posts, ascending; of more than one list each once.
 * @param {ListPart[]} parts
 * @param {ArrayLike<number>} docs
 * @returns {(Uint32Array | number[])[]}
 */
export function positionsIn(parts, docs) {
  if (parts.length === 1) return inPosts(parts[0], docs);
  /** @type {number[][]} */
  const found = Array.from(docs, () => []);
  for (const { list, forms } of parts) {
    const byDoc = forms && list.forms().length ? positionsOfForms(list, forms) : null;
    const own = byDoc ? Uint32Array.from(byDoc.keys()) : list.columns().docs;
    for (let at = 0, index = 0; at < own.length && index < docs.length; at++) {
      index = bisectLeft(docs, own[at], index);
      if (docs[index] !== own[at]) continue;
      const here = byDoc ? byDoc.get(own[at]) ?? [] : list.positions(at);
      for (let place = 0; place < here.length; place++) found[index].push(here[place]);
    }
  }
  return found.map(ascending);
}

/**
 * The positions of a list, or of some of its word forms, in each of these posts.
 * @param {ListPart} part
 * @param {ArrayLike<number>} docs
 * @returns {(Uint32Array | number[])[]}
 */
function inPosts({ list, forms }, docs) {
  if (!forms || !list.forms().length) return Array.from(docs, doc => list.positionsIn(doc));
  const byDoc = positionsOfForms(list, forms);
  return Array.from(docs, doc => byDoc.get(doc) ?? []);
}

/**
 * The positions of some word forms of a list, by post: of each post that has any.
 * @param {StoredList} list
 * @param {Set<number>} forms
 * @returns {Map<number, number[]>}
 */
export function positionsOfForms(list, forms) {
  const standing = list.forms(), { docs } = list.columns();
  /** @type {Map<number, number[]>} */
  const positionsOf = new Map();
  let occurrence = 0;
  docs.forEach((doc, posting) => {
    /** @type {number[]} */
    const here = [];
    for (const position of list.positions(posting)) if (forms.has(standing[occurrence++])) here.push(position);
    if (here.length) positionsOf.set(doc, here);
  });
  return positionsOf;
}
