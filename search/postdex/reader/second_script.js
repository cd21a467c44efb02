/* Where is what few queries need: dates, fields of the site's own, near words, synonyms, patterns?

   The joiner (postdex/export/joined.py) puts it into a script of its own, which comes when it is first asked for. What
   stands for it until then calls `second`. */

import { Unreachable, IndexFault } from "./errors.js";
import { Missing } from "./missing.js";

/** Its name beside the first one, and as one of the files that are `Missing`. */
export const SECOND = "second.js";

/** @type {Record<string, any> | null} */
let found = null;
let tries = 0;

/**
 * A function of the second script; throws Missing before that is there.
 * @param {string} name
 * @returns {any}
 */
export function second(name) {
  if (!found) throw new Missing([SECOND]);
  return found[name];
}

/**
 * Fetch it from below an address. Throws Unreachable, and IndexFault if it is of another version than the first one.
 * @param {string} address
 */
export async function fetchSecond(address) {
  if (found) return;
  let made;
  try {
    const { shared } = await import(import.meta.url);
    // A browser remembers of an address that it could not be imported.
    const again = tries++ ? `?${tries}` : "";
    made = (await import(new URL(`${SECOND}${again}`, address).href)).second(shared);
  } catch (error) {
    throw new Unreachable(`${SECOND} cannot be had: ${error}`);
  }
  if (!made) throw new IndexFault("the index was published anew by another version", "load the page again", { code: "replaced" });
  found = made;
}
