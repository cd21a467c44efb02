/* Which required word or filter left nothing? Twin of postdex/results/left_nothing.py. */

import { closest } from "../close_matches.js";
import { constantsOf } from "../parameters.js";
import { cut, general, points } from "../python.js";
import { Clauses, Everything, OWN_FIELD, show } from "../query.js";
import { schema } from "../schema.js";
import { isSpaceless } from "../text/characters.js";
import { iso } from "../text_safety.js";

/** @typedef {import("../query.js").Query} Query */

const C = constantsOf("results.left_nothing");
const RERANK = constantsOf("results.rerank");
const SCHEMA = constantsOf("schema");

/**
 * Which required word or filter no post has, or that no post has all of them.
 * @param {Query} tree
 * @param {any} reader
 * @returns {string[]}
 */
export function leftNothing(tree, reader) {
  const clauses = required(tree);
  const totals = reader.totals(clauses.slice(0, C._TRIED));
  const empty = clauses.slice(0, C._TRIED).filter((_, at) => !totals[at]);
  if (empty.length) return empty.map(clause => `no post has ${short(named(clause))}${nearValue(clause, reader)}`);
  return clauses.length > 1 ? ["no post has all of " + clauses.map(clause => short(named(clause))).join(", ")] : [];
}

/** A question for the tag, category, language or site that a filter meant which no post has, behind a message.
 * @param {Query} clause
 * @param {any} reader
 */
function nearValue(clause, reader) {
  if (clause.kind !== "Keyword") return "";
  const name = ownName(clause.field);
  const facet = name !== clause.field ? name : name === SCHEMA.SITE ? SCHEMA.SITES : schema().filters.get(name)?.facet;
  if (!facet) return "";
  const counts = reader.search({ query: Everything(), facets: [facet], limit: 0 }).facets.get(facet);
  const values = new Map([...counts.keys()].map(value => [value.toLowerCase(), value]));
  const near = closest(clause.value, values.keys(), C._ALIKE);
  return near ? `; did you mean ${name}:${values.get(near)}?` : "";
}

const ownName = (/** @type {string} */ field) => field.startsWith(OWN_FIELD) ? field.slice(OWN_FIELD.length) : field;

/** The beginning of what was pasted: nobody reads it again in a warning.
 * @param {string} name
 */
function short(name) {
  const characters = points(name);
  return characters.length <= C._LONGEST_NAME ? name : cut(characters, 0, C._LONGEST_NAME) + "…";
}

/**
 * The words, phrases and filters that every post must have that matches, and groups of which it must have some.
 * @param {Query} tree
 * @returns {Query[]}
 */
export function required(tree) {
  if (tree.kind !== "Clauses") return tree.kind === "Everything" ? [] : [tree];
  const clauses = tree.required.flatMap(required);
  const group = Clauses({ optional: tree.optional, minimum: tree.minimum, typed: tree.typed });
  return tree.minimum && alternatives(group).length ? [...clauses, group] : clauses;
}

/**
 * What a post may have of a group, as people would say it.
 * @param {import("../query.js").ClausesGroup} group
 * @returns {string[]}
 */
export function alternatives(group) {
  if (group.typed) return [group.typed];
  return group.optional.filter(clause => !("weight" in clause) || clause.weight >= RERANK.PASSED_OVER).map(named);
}

/**
 * A clause as people would say it.
 * @param {Query} clause
 * @returns {string}
 */
export function named(clause) {
  switch (clause.kind) {
    case "Clauses": return alternatives(clause).join(" or ");
    case "Keyword": return `${ownName(clause.field)}:${clause.value}`;
    case "FieldRange": return namedRange(clause);
    case "DateRange": return `a date in ${dayOf(clause.start)}..${dayOf(clause.stop)}`;
    case "Synonyms": return named(clause.spellings[0]);
    case "Phrase": return show({ ...clause, terms: [typed(clause.terms)] });
    default: return show(clause);
  }
}

const dayOf = (/** @type {number | null} */ seconds) => seconds === null ? "" : iso(Math.trunc(seconds)).slice(0, 10);

/** A range of values as people would type it.
 * @param {import("../query.js").FieldRangeFilter} asked
 */
function namedRange({ field, value_kind, start, stop }) {
  if (value_kind === "boolean") return `${field}:${start ? "true" : "false"}`;
  const [first, last] = value_kind === "date"
    ? [dayOf(start), dayOf(stop && stop - 1)]
    : [start, stop].map(end => end === null ? "" : general(end, 12));
  return first === last ? `${field}:${first}` : `${field}:${first}..${last}`;
}

/** Words as they were typed: the pairs of a run of characters overlap.
 * @param {string[]} words
 */
function typed(words) {
  return words.reduce((text, word, at) => {
    const [first, ...rest] = word;
    return text + (isSpaceless(word) && first === [...words[at - 1]].pop() ? rest.join("") : " " + word);
  });
}
