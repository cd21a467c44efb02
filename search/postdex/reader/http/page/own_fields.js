/* How do fields of the site's own stand on the page: as filters in an address, as values below a hit? Twin of
   postdex/http/page/own_fields.py. */

import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { toHtml } from "../../text_safety.js";

const C = constantsOf("http.page.own_fields");
const R = constantsOf("request");

/**
 * The filter that a box is.
 * @param {string} field
 * @param {string} value
 */
export const filterOf = (field, value) => `${field}:${quoted(value)}`;

/** @param {string} value */
function quoted(value) {
  if (!/["()\s\x1c-\x1f\x85]/.test(value)) return value;
  return value.includes('"') ? `“${value}”` : `"${value}"`;
}

/**
 * The field of a filter.
 * @param {string} where
 */
export const fieldOf = where => where.split(":")[0].replace(/^-+/, "");

/**
 * These filters, those of one field as choices.
 * @param {readonly string[]} where
 */
export function together(where) {
  /** @type {Map<string, string[]>} */
  const byField = new Map();
  for (const typed of where) byField.set(fieldOf(typed), [...byField.get(fieldOf(typed)) ?? [], typed]);
  return [...byField.values()].map(ofField => ofField.length === 1 ? ofField[0] : `(${ofField.join(" OR ")})`);
}

/**
 * The fields among the names of facets, in the order of the settings.
 * @param {Iterable<string>} facets
 * @param {readonly string[]} settings
 */
export function names(facets, settings) {
  const order = new Map(settings.map((name, at) => [name.toLowerCase(), at]));
  const at = (/** @type {string} */ name) => order.get(name) ?? order.size;
  return [...facets].filter(name => !R.FACETS.includes(name)).sort((one, two) => at(one) - at(two) || compare(one, two));
}

/**
 * A field as a heading.
 * @param {string} field
 */
export function called(field) {
  const [first = "", ...rest] = field.replace(/[-_]/g, " ").trim();
  return first.toUpperCase() + rest.join("");
}

/** @param {string} value */
const readable = value => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value) ? `${value.slice(0, 10)} ${value.slice(11, 16)}` : value;

/**
 * The values that a hit has of these fields, as HTML.
 * @param {{fields: readonly {name: string, values: readonly string[]}[]}} hit
 * @param {readonly string[]} shown
 */
export function facts(hit, shown) {
  const values = new Map(hit.fields.map(field => [field.name, field.values]));
  return shown.map(name => {
    const ofHit = values.get(name) ?? [], rest = ofHit.length - C._SHOWN;
    const listed = ofHit.slice(0, C._SHOWN).map(readable).join(", ") + (rest > 0 ? `, +${rest}` : "");
    return ofHit.length ? `<span class="own" dir="auto"><b>${toHtml(called(name))}</b> ${toHtml(listed)}</span>` : "";
  }).join("");
}
