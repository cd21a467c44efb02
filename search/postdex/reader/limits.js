/* What is not possible in a published index, and what happens instead?

   Whoever asks for such a thing is told so, in words of one form, and has all the rest. Why: lines of files, what links
   look for, unpublished posts and whole dictionaries are not published; what every post would have to be fetched for is
   left to the library. */

import { constantsOf } from "./parameters.js";
import { show } from "./query.js";

const LEXER = constantsOf("query.lexer");

/** @typedef {import("./query.js").Query} Query */

/** What is asked for, how it is told, and what happens instead.
 * @type {Record<string, [string, string]>}
 */
const LIMITS = {
  regex: ["a regular expression", "was left out"],
  links: ["a filter by links", "was left out"],
  drafts: ["a search in unpublished posts", "only published ones were searched"],
  units: ["a list of sections", "hits are posts, each with its best sections"],
  explain: ["an explanation of scores", "hits come without"],
  meaning: ["an order by meaning", "hits come as their words have them"],
};

/**
 * The warning of a limit.
 * @param {keyof typeof LIMITS} limit
 * @param {string} [typed] what was left out
 */
export function told(limit, typed = "") {
  const [what, instead] = LIMITS[limit];
  return `${what} is not possible in a published index; ${typed}${typed && " "}${instead}`;
}

/**
 * A request without what is not possible, and the warnings of that.
 * @param {any} request
 * @returns {{request: any, warnings: string[]}}
 */
export function possibleRequest(request) {
  const none = { drafts: false, units: "posts", explain: false, meaning: null };
  const warnings = Object.entries(none).filter(([name, as]) => request[name] && request[name] !== as).map(([name]) => told(name));
  return { request: warnings.length ? { ...request, ...none } : request, warnings };
}

/**
 * A tree without the clauses that are not possible, null if nothing is left, and the warnings of them.
 * @param {Query} tree
 * @returns {{tree: Query | null, warnings: string[]}}
 */
export function possibleTree(tree) {
  /** @type {Set<string>} */
  const warnings = new Set();
  /** @type {(clause: Query) => Query[]} */
  const left = clause => {
    const limit = clause.kind === "Regex" ? "regex"
      : clause.kind === "Keyword" && LEXER.LINKS.includes(clause.field) ? "links" : "";
    if (!limit) return clause.kind === "Clauses" ? without(clause) : [clause];
    warnings.add(told(limit, clause.kind === "Keyword" ? `${clause.field}:${clause.value}` : show(clause)));
    return [];
  };
  /** @type {(group: import("./query.js").ClausesGroup) => Query[]} */
  const without = group => {
    const [required, optional, excluded, bonus] =
      [group.required, group.optional, group.excluded, group.bonus].map(clauses => clauses.flatMap(left));
    if (![required, optional, excluded, bonus].some(clauses => clauses.length)) return [];
    return [{ ...group, required, optional, excluded, bonus, minimum: Math.min(group.minimum, optional.length) }];
  };
  const [possible = null] = left(tree);
  return warnings.size ? { tree: possible, warnings: [...warnings] } : { tree, warnings: [] };
}
