/* Which fields does a post have, and what becomes of each? Twin of postdex_index/schema.py.

   The rows come from the entry file, so all that follows from them is made when it is first asked for. */

import { constantsOf } from "./parameters.js";

const C = constantsOf("schema");

/** @typedef {{name: string, type: string, weight: number, b: number, searched: boolean, stored: boolean, filter: string, facet: string, sort: boolean, wire: string}} Field */

/** Filter and facet of the site that a post is of, where several are searched as one. */
export const SITES = "sites";

/**
 * Under what posts, stored posts and hits have a field: its name, with the unit of a date.
 * @param {Field} field
 */
export const attribute = field => field.type === "date" ? `${field.name}_seconds` : field.name;

/** @type {Field[]} what the rest was made of */
let madeOf = [];
/** @type {{scored: Field[], stored: Field[], codes: Record<string, number[]>, filters: Map<string, Field>, facets: Map<string, Field>, sorts: Map<string, Field>, hit: Field[], document: Field[]}} */
let made;

/** All that follows from the rows: `codes` by name of a field, filters, facets and sorts by their names, in order. */
export function schema() {
  /** @type {Field[]} */
  const fields = C.FIELDS;
  if (fields !== madeOf) {
    const scored = fields.filter(field => field.weight);
    /** @type {Record<string, number[]>} */
    const codes = Object.fromEntries(scored.map((field, code) => [field.name, [code]]));
    codes.body = [...codes.body, scored.length];
    codes.code = [scored.length];
    const last = (/** @type {string} */ type) => [...fields.filter(field => field.type !== type), ...fields.filter(field => field.type === type)];
    made = {
      scored,
      codes,
      stored: fields.filter(field => field.stored),
      filters: new Map(fields.filter(field => field.filter).map(field => [field.filter, field])),
      facets: new Map(last("date").filter(field => field.facet).map(field => [field.facet, field])),
      sorts: new Map(last("text").filter(field => field.sort).map(field => [field.name, field])),
      hit: fields.filter(field => field.wire === "hit"),
      document: fields.filter(field => field.wire),
    };
    madeOf = fields;
  }
  return made;
}

/** The code of the body, which that of code counts as; code itself has the one after the last. */
export const bodyCode = () => schema().codes.body[0];
/** @returns {number} */
export const codeCode = () => schema().scored.length;
/** @returns {number} */
export const titleCode = () => schema().codes.title[0];
