/* What is a key of front matter called in queries? Twin of postdex_index/formats/field_names.py. */

import { WORD, stripped } from "../python.js";

const OTHERS = new RegExp(`[^${WORD}.]+`, "gu");

/**
 * A key of front matter as queries name it: in lower case, with `-` for what is no letter, digit, `_` or dot.
 * @param {string} key
 */
export const nameOf = key => stripped(key.normalize("NFKC").toLowerCase().replace(OTHERS, "-"), "-.");
