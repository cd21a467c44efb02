/* Which fields of the site's own do the arguments of a search name: as filters, as its order, to be counted? Twin of
   postdex/query/named_fields.py. */

import { closest } from "../close_matches.js";
import { QueryError } from "../errors.js";
import { constantsOf } from "../parameters.js";
import { BLANK, WORD, cut, repr, strip } from "../python.js";
import { leaves } from "../query.js";
import { parse } from "./parse.js";

/** @typedef {import("../request.js").SearchRequest} SearchRequest */
/** @typedef {import("./own_fields.js").OwnFields} OwnFields */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("../formats/periods.js").Today} Today */

const C = constantsOf("query.named_fields");
const R = constantsOf("request");
const S = constantsOf("schema");
const _EQUALS = new RegExp(`^([+-]?[${WORD}][${WORD}.\\-]*)=(.*)$`, "su");
const _NAME = new RegExp(`^[+-]?([^:${BLANK}]*)`, "u");

/**
 * The request with the names of its facets and its order as the index has them. Throws QueryError for one that it has
 * not.
 * @param {SearchRequest} request
 * @param {OwnFields} own
 * @returns {SearchRequest}
 */
export function checked(request, own) {
  const named = () => [...own.all().values()].filter(field => field.named).map(field => field.name);
  const others = request.facets.filter(name => name !== R.NAMED_FIELDS);
  const facets = others.length < request.facets.length ? [...others, ...named()] : others;
  const counted = facets.map(name => R.FACETS.includes(name) ? name : _known("facet", name, own, R.FACETS));
  let { sort } = request;
  if (!R.SORTS.includes(sort)) {
    const sign = sort.startsWith("-") ? "-" : "";
    sort = sign + _known("sort", sort.slice(sign.length), own, R.SORTS);
  }
  // Forms send empty ones.
  const where = request.where.filter(text => strip(text));
  return { ...request, where, facets: [...new Set(counted)], sort };
}

/**
 * The filters of the argument `where`, each read as a query that has no words. Throws QueryError.
 * @param {SearchRequest} request
 * @param {Analyzer} analyzer
 * @param {Today | null} today
 * @param {OwnFields} own
 */
export const filters = (request, analyzer, today, own) => request.where.map(text => _filter(text, analyzer, today, own));

/**
 * @param {string} text
 * @param {Analyzer} analyzer
 * @param {Today | null} today
 * @param {OwnFields} own
 */
function _filter(text, analyzer, today, own) {
  const equals = _EQUALS.exec(strip(text));
  const typed = equals ? `${equals[1]}:${equals[2]}` : text;
  const read = parse(typed, analyzer, { today, own });
  if (!read.empty && !read.warnings.length && !leaves(read.tree).length) return read.tree;
  const [, name] = /** @type {RegExpExecArray} */ (_NAME.exec(strip(typed)));
  const [warning] = read.warnings.filter(said => !said.includes(" is not a field"));
  if (!warning && !own.find(name)) _known("where", name, own, [...Object.keys(S.FILTERS), "after", "before"]);
  const why = warning?.replace(/; it was searched as text$/, "") ?? "write it as status:published, rating:>=4, due:2024.., -status:draft";
  throw new QueryError(`where is ${repr(text, 80)}, which is no filter`, why, { code: "bad_where" });
}

/**
 * The field of a name, as the index has it. Throws QueryError, which says what there is.
 * @param {string} argument
 * @param {string} name
 * @param {OwnFields} own
 * @param {string[]} others
 */
function _known(argument, name, own, others) {
  const field = own.find(name);
  if (field) return field.name;
  const names = [...others, ...own.all().keys()];
  if (argument === "sort" && others.includes(name)) {
    throw new QueryError(`there is no order -${name}`, "only fields of the site's own are sorted the other way, too", { code: "bad_sort" });
  }
  const near = closest(name.toLowerCase(), names, 0.6);
  const some = names.slice(0, others.length + C._NAMED).join(", ");
  const hint = near ? `did you mean ${near}?` : `use one of ${some}${own.all().size > C._NAMED ? ", …" : ""}`;
  throw new QueryError(`${argument} ${repr(cut(name, 0, 80))} is not known`, hint, { code: `bad_${argument}` });
}
