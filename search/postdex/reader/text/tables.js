/* What tables of characters and words does the index have for scripts without blanks?

   They are written by postdex_index/engine/static/text_tables.py, and fetched where a text needs one. */

/** @type {(name: string) => any} */
let source = name => {
  throw new Error(`no table ${name}`);
};

/**
 * Say where tables come from; the function may throw `Missing`.
 * @param {(name: string) => any} read
 */
export function setTables(read) {
  source = read;
}

/**
 * A table as the index has it.
 * @param {string} name
 */
export const table = name => source(name);

/**
 * A column of numbers, each written as a character.
 * @param {string} text
 */
export const numbers = text => Array.from(text, character => /** @type {number} */ (character.codePointAt(0)) - 35);
