/* How is a query answered from one published index? Twin of postdex/answering.py.

   One straight line, as there: read the query (`parse`), leave out what is not possible here (`limits`), join what is
   misspelt (`typos`), then let the engine match and score (`search`). */

import { NotFoundError } from "./errors.js";
import { possibleRequest, possibleTree } from "./limits.js";
import { Missing } from "./missing.js";
import { constantsOf } from "./parameters.js";
import { Term } from "./query.js";
import { queries } from "./query/argument_filters.js";
import { pinned, recency } from "./query/by_owner.js";
import { checked, filters } from "./query/named_fields.js";
import { OwnFields } from "./query/own_fields.js";
import { parse } from "./query/parse.js";
import { CountedSynonyms } from "./query/synonyms.js";
import { asItIs, correctTypos, Correction, suggestCorrections } from "./query/typos.js";
import { allOf, answer as pageOf, nothing } from "./results/search.js";
import { table } from "./site_synonyms.js";

/** @typedef {import("./query.js").Query} Query */
/** @typedef {() => number} Today the day by the site's clock, counted from 1970 */

const REQUEST = constantsOf("request");
const LEXER = constantsOf("query.lexer");

/**
 * The results of a request by the settings in force; `started` is the `performance.now()` from which they took their
 * time. With `titles` hits say no more than titles and addresses.
 * @param {any} asked
 * @param {any} reader
 * @param {any} state
 * @param {any} settings
 * @param {Today} today
 * @param {number} started
 * @param {boolean} [titles]
 */
export function answer(asked, reader, state, settings, today, started, titles = false) {
  const possible = possibleRequest(asked);
  let [request, narrowing] = narrowed(possible.request, reader, today);
  const allWords = request.sort !== "score";
  const parsed = parsedBy(request, reader, settings, today, allWords);
  const [typed, ...filtered] = [parsed.tree, ...narrowing].map(possibleTree);
  const warnings = [possible, parsed, typed, ...filtered].flatMap(part => part.warnings);
  if (parsed.empty || !typed.tree) return nothing(request, warnings, state, started);
  const reading = { ...parsed, tree: typed.tree, warnings };
  const meant = request.typo ? correctTypos(reading, reader) : asItIs(reading);
  if (parsed.listing && !allWords) request = { ...request, sort: "date" };
  meant.tree = allOf(meant.tree, ...filtered.flatMap(part => part.tree || []));
  const question = rankedByOwner(parsedQuery(request.query, reading, meant), settings, reader, today, request.recency);
  const results = pageOf(question, request, reader, state, started, titles);
  return results.hits.length ? results : withSuggestions(results, reading, reader);
}

/**
 * The stored post of a path. Raises NotFoundError.
 * @param {any} reader
 * @param {string} path
 */
export function post(reader, path) {
  const [document] = reader.documents([path]);
  if (!document) throw new NotFoundError("no post of the index has this path", "paths are relative to the folder", { path });
  return document;
}

/** A request whose orders and facets are those of the index, and the filters among its arguments.
 * @param {any} request
 * @param {any} reader
 * @param {Today} today
 * @returns {[any, Query[]]}
 */
function narrowed(request, reader, today) {
  const filtered = ["tags", "categories", "sites", "after", "before", "lang", "path"].some(name => request[name]?.length);
  const narrowing = filtered ? queries(request, reader.analyzer, today) : [];
  const known = REQUEST.SORTS.includes(request.sort)
    && request.facets.every((/** @type {string} */ name) => REQUEST.FACETS.includes(name));
  if (!request.where.length && known) return [request, narrowing];
  const own = new OwnFields(reader, today);
  request = checked(request, own);
  return [request, [...narrowing, ...filters(request, reader.analyzer, today, own)]];
}

/** A query as the index reads it. Where that asks for files that are not there, it goes on as if no post had the
 * words and some what filters ask for, so that the files of all its parts and words are asked for at once.
 * @param {any} request
 * @param {any} reader
 * @param {any} settings
 * @param {Today} today
 * @param {boolean} allWords
 */
function parsedBy({ query, prefix_last }, reader, settings, today, allWords) {
  /** @type {Set<string>} */
  const missing = new Set();
  /** @type {<T>(work: () => T, otherwise: T) => T} */
  const noted = (work, otherwise) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      for (const name of error.files) missing.add(name);
      return otherwise;
    }
  };
  const totals = (/** @type {Query[]} */ asked, otherwise = 0) =>
    noted(() => /** @type {number[]} */ (reader.totals(asked)), asked.map(() => otherwise));
  const parsed = parse(query, reader.analyzer, {
    today,
    allWords,
    prefixLast: prefix_last,
    postCounts: words => totals(words.map(word => Term(word))),
    fits: asked => (asked.kind === "Keyword" && LEXER.LINKS.includes(asked.field)) || totals([asked], 1)[0] > 0,
    own: query.includes(":") ? new OwnFields(reader, today) : null,
    synonyms: settings.synonyms?.length ? CountedSynonyms(table(settings, reader), totals) : null,
  });
  const { tree } = possibleTree(parsed.tree);
  if (tree) noted(() => reader.expect(tree, allWords ? "" : parsed.title_key), null);
  if (missing.size) throw new Missing([...missing]);
  return parsed;
}

/** @param {string} query
 * @param {any} parsed
 * @param {import("./query/typos.js").CorrectedQuery} meant
 */
function parsedQuery(query, parsed, { tree, title_key, corrections, stand_ins }) {
  const { leaves, certain, name } = parsed.whole;
  const synonyms = [...parsed.synonyms].map(([word, others]) => Correction(word, [...others], { synonym: true }));
  return {
    text: query, tree, as_typed: { key: title_key, leaves, certain }, name, corrections: [...synonyms, ...corrections],
    warnings: parsed.warnings, stand_ins, pins: /** @type {string[]} */ ([]),
    recency: /** @type {{half_life: number, now: number} | null} */ (null),
  };
}

/** A query with the posts that the settings put first for it, and with what age is worth by them or by a request.
 * @param {ReturnType<typeof parsedQuery>} asked
 * @param {any} settings
 * @param {any} reader
 * @param {Today} today
 * @param {string | null} wanted
 */
function rankedByOwner(asked, settings, reader, today, wanted) {
  const pins = settings.pins?.length ? pinned(asked.as_typed.key, settings.pins, reader.analyzer) : [];
  const halfLife = wanted ?? settings.recency;
  return { ...asked, pins, recency: halfLife ? recency(halfLife, today) : null };
}

/** Nothing was found: say which known words are near to those that were not to be corrected.
 * @param {any} results
 * @param {any} parsed
 * @param {any} reader
 */
function withSuggestions(results, parsed, reader) {
  const suggested = suggestCorrections(parsed, reader)
    .map(({ word, known }) => `no post has ${word}; did you mean ${known.join(" or ")}?`);
  return { ...results, warnings: [...results.warnings, ...suggested] };
}
