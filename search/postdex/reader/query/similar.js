/* Which word is being typed? Twin of postdex/query/similar.py; posts like another are not looked for here. */

import { points } from "../python.js";
import { isSpaceless, rawSpans } from "../text/characters.js";
import { compound, termsAt } from "../text/tokenizer.js";

/**
 * The words that the last word of a text may become, the most frequent first, as people write them.
 * @param {any} reader
 * @param {string} text
 * @param {number} [limit]
 * @returns {import("./corrections.js").IndexedWord[]}
 */
export function complete(reader, text, limit = 10) {
  const prefix = prefixTyped(text, reader.analyzer);
  return prefix ? reader.words({ prefix, limit }) : [];
}

/** The beginning of a term that the text ends with, "" if it ends with none.
 * @param {string} text
 * @param {any} analyzer
 * @returns {string}
 */
function prefixTyped(text, analyzer) {
  const spans = rawSpans(analyzer.simplified(text));
  if (!spans.length) return "";
  const [raw, , stop] = spans[spans.length - 1];
  if (/[^_.\-'’]/.test([...points(text).slice(stop)].join(""))) return "";
  if (!isSpaceless(raw)) return compound(raw).in_one;
  const terms = termsAt(raw);
  return terms.length === 1 ? terms[0][0] : "";
}
