/* At which positions of a post does a stored word stand? Twin of postdex_index/engine/embedded/read/occurrences.py. */

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
  return Uint32Array.from(new Set(posts.flatMap(docs => [...docs]))).sort();
}

/**
 * The positions of several lists in each of these posts, ascending; of more than one list each once.
 * @param {ListPart[]} parts
 * @param {ArrayLike<number>} docs
 * @returns {(Uint32Array | number[])[]}
 */
export function positionsIn(parts, docs) {
  const columns = parts.map(part => inPosts(part, docs));
  if (columns.length === 1) return columns[0];
  return Array.from(docs, (_, index) => Array.from(new Set(columns.flatMap(column => [...column[index]]))).sort((a, b) => a - b));
}

/**
 * The positions of a list, or of some of its word forms, in each of these posts.
 * @param {ListPart} part
 * @param {ArrayLike<number>} docs
 * @returns {(Uint32Array | number[])[]}
 */
function inPosts({ list, forms }, docs) {
  const meant = forms && list.forms();
  if (!forms || !meant?.length) return Array.from(docs, doc => list.positionsIn(doc));
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
