/* How do texts stand in an address? As Python's urllib writes and reads them, of which links of the page are made. */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A text for a path: bytes of UTF-8 but letters, digits and `_.-~/` as `%XX`; half a pair of surrogates is three, as a
 * name of a file has it that is no UTF-8.
 * @param {string} text
 */
export function quote(text) {
  return text.replace(/[^\w.~/-]/gu, character => escaped(surrogate(character) ?? ENCODER.encode(character)));
}

/** @param {string} character */
function surrogate(character) {
  const code = character.charCodeAt(0);
  return character.length === 1 && code >= 0xd800 && code < 0xe000 ? [0xe0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63] : null;
}

/** @param {Iterable<number>} bytes */
const escaped = bytes => Array.from(bytes, byte => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

/** @param {string} text */
const quotePlus = text => quote(text.replace(/[\ud800-\udfff]/gu, "?")).replace(/\//g, "%2F").replace(/%20/g, "+");

/**
 * Names and values as a query string; half a pair of surrogates becomes a question mark.
 * @param {readonly (readonly [string, string])[]} fields
 */
export const urlencode = fields => fields.map(([name, value]) => `${quotePlus(name)}=${quotePlus(value)}`).join("&");

/**
 * The names and values of a query string; those without a value are left out, as are all where they are more than
 * `most`.
 * @param {string} query
 * @param {number} [most]
 * @returns {[string, string][]}
 */
export function parseQsl(query, most = Infinity) {
  const pairs = query.split("&");
  if (pairs.length > most) return [];
  return pairs.map(pair => {
    const [, name, value] = /^([^=]*)=?(.*)$/s.exec(pair) ?? ["", "", ""];
    return /** @type {[string, string]} */ ([unquote(name), unquote(value)]);
  }).filter(([, value]) => value);
}

/** @param {string} text */
const unquote = text => text.replace(/\+/g, " ").replace(/(?:%[0-9A-Fa-f]{2})+/g, run =>
  DECODER.decode(Uint8Array.from(run.slice(1).split("%"), pair => parseInt(pair, 16))));
