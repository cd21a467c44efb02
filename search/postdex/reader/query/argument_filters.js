/* Which filters do the arguments of a search make? Twin of postdex/query/argument_filters.py; days are texts here. */

import { QueryError } from "../errors.js";
import { constantsOf } from "../parameters.js";
import { repr } from "../python.js";
import { Clauses } from "../query.js";
import { dateRange, keyword } from "./filters.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../request.js").SearchRequest} SearchRequest */

const C = constantsOf("query.argument_filters");
const F = constantsOf("query.filters");

/**
 * The filters that were given as arguments, read as the index was. Throws QueryError.
 * @param {SearchRequest} request
 * @param {import("../text/analyzer.js").Analyzer} analyzer
 * @param {import("../formats/periods.js").Today | null} [today]
 */
export function queries(request, analyzer, today = null) {
  /** @type {Query[]} */
  const found = [];
  const add = (/** @type {string} */ field, /** @type {(string | null)[]} */ values) => {
    const filters = values.map(value => value === null ? null : keyword(field, value, analyzer)).filter(filter => filter !== null);
    if (field === C.SITE && filters.length > 1) found.push(Clauses({ optional: filters, minimum: 1 }));
    else found.push(...filters);
  };
  add("tag", request.tags);
  add("category", request.categories);
  add("lang", [request.lang]);
  add("path", [request.path]);
  add(C.SITE, request.sites);
  if (request.after !== null) found.push(_sinceOrUntil("after", request.after, today));
  if (request.before !== null) found.push(_sinceOrUntil("before", request.before, today));
  return found;
}

/**
 * @param {string} field
 * @param {string} value
 * @param {import("../formats/periods.js").Today | null} today
 */
function _sinceOrUntil(field, value, today) {
  const [span] = dateRange(field, value, today);
  if (span) return span;
  throw new QueryError(`${field} is ${repr(value)}, which is no date`, `write ${F.DATE_EXAMPLES}`, { code: "bad_date" });
}
