/* What can be read of a stored post, and of the places where words stand in it? Twin of postdex_index/document.py.

   Types, nearly: `stored_documents.js` has what they describe, snippets read it. */

/** @typedef {{level: number, heading: string, headings: string[], anchor: string, line: number, start: number, body: number, stop: number}} StoredSection */
/** @typedef {{levels: ArrayLike<number>, bounds: ArrayLike<number>, stops: ArrayLike<number>}} Outline */
/** @typedef {number[] | Uint16Array | Uint32Array} Positions ascending */
/** @typedef {{leaf: number, positions: Positions, single: boolean}} LeafPositions */
/** @typedef {{start: number, stop: number, leaf: number}} Mark */
/** @typedef {{start: number, length: number}} Span */
/** @typedef {{text: string, offset: number, line: number, marks: Mark[], cut_start: boolean, cut_stop: boolean}} Passage */

/**
 * A stored post with its fields by name.
 * @typedef {{
 *   path: string, title: string, url: string, lang: string, tags: string[], description: string,
 *   outline: Outline, section: (number: number) => StoredSection, text: (section: number) => string,
 *   passage: (section: number, near: number, wordsFound: LeafPositions[]) => Passage,
 *   headingMarks: (number: number, wordsFound: LeafPositions[]) => Mark[],
 *   [field: string]: any,
 * }} Outlined
 */

/** @typedef {{path: string, title: string, url: string, lang: string}} Titled what of a post is known without its file */

/**
 * A text without marks, as of a description.
 * @param {string} text
 * @param {number} line
 * @returns {Passage}
 */
export const unmarked = (text, line) => ({ text, offset: 0, line, marks: [], cut_start: false, cut_stop: false });
