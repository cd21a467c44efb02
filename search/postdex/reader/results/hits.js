/* How does a candidate become a hit that people can open: its best sections, a snippet, links and lines?
   Twin of postdex/results/hits.py; posts are the hits, and nothing is explained. */

import { unmarked } from "../document.js";
import { readAll } from "../missing.js";
import { constantsOf } from "../parameters.js";
import { points } from "../python.js";
import { Prefix, Term } from "../query.js";
import { editDistance } from "../text/edit_distance.js";
import { wildcard } from "../text/globs.js";
import { bestSnippet, headingsSpans, marking } from "./marking.js";
import { bestSections, holding } from "./rerank.js";
import { snippet, titleSpans } from "./snippets.js";

const C = constantsOf("results.hits");

/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../document.js").Outlined} Outlined */
/** @typedef {import("../document.js").Positions} Positions */
/** @typedef {import("../document.js").Span} Span */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("./marking.js").Marking} Marking */
/** @typedef {import("./rerank.js").Candidate} Candidate */
/** @typedef {import("./rerank.js").Ranked} Ranked */
/** @typedef {import("./rerank.js").ScoredSection} ScoredSection */
/** @typedef {import("./snippets.js").Snippet} Snippet */
/** @typedef {{query: Query, as_typed: {key: string, leaves: Leaf[], certain: boolean}}} Search */
/** @typedef {{snippets: boolean, section_snippets: boolean}} Request */
/** @typedef {{search: Search, request: Request, leaves: Leaf[], leaf_weights: number[], is_wanted: (term: string) => boolean, analyzer: Analyzer, marking: Marking, pinned: boolean}} HitContext */
/** @typedef {{ranked: Ranked, document: Outlined, positions: Positions[]}} PostMatch */
/** @typedef {{heading: string, headings: string[], anchor: string, url: string, line: number, match_line: number, score: number, snippet: Snippet | null, headings_spans: Span[][]}} SectionHit */
/** @typedef {Record<string, any> & {path: string, title: string, title_spans: Span[], url: string, score: number, snippet: Snippet, sections: SectionHit[]}} Hit */

/**
 * The leaves of a query, typed as `text`, together with what the engine said of them.
 * @param {Search} search
 * @param {{candidates: Candidate[], leaves: {leaf: Leaf, idf: number}[]}} answer
 * @param {Analyzer} analyzer
 * @param {Request} request
 * @param {string} text
 * @returns {HitContext}
 */
export function hitContext(search, answer, analyzer, request, text = "") {
  const stats = answer.leaves.slice(0, answer.leaves.length - search.as_typed.leaves.length);
  const leaves = stats.map(({ leaf }) => leaf), leaf_weights = stats.map(({ idf, leaf }) => idf * leaf.weight);
  return {
    search, request, leaves, leaf_weights, is_wanted: wanted(leaves, analyzer), analyzer,
    marking: marking(search.query, leaves, leaf_weights, search.as_typed.key, text, analyzer),
    pinned: answer.candidates.length > 0 && answer.candidates[0].pinned,
  };
}

/**
 * Nothing, if all is here that the hits of these posts read. Throws Missing with all that is not.
 * @param {Ranked[]} ranked
 * @param {HitContext} context
 */
export const needDocuments = (ranked, { leaves }) => readAll(ranked.flatMap(({ candidate }) => [
  () => candidate.document, () => candidate.translations(C.TRANSLATIONS), ...leaves.map((_, leaf) => () => candidate.positions(leaf)),
]));

/**
 * What a list of titles shows of posts, for which none of their texts is needed.
 * @param {Ranked[]} ranked
 * @param {HitContext} context
 * @returns {Hit[]}
 */
export function titlesOf(ranked, context) {
  readAll(ranked.map(({ candidate }) => () => candidate.titled));
  return ranked.map(({ candidate: { titled }, score }) => ({
    ...titled, title_spans: spansOf(titled.title, context), score, snippet: { text: "", spans: [], line: 1 }, sections: [],
  }));
}

/**
 * The hit of a post: its three best sections, those first that hold what was typed as a whole; the best one's snippet.
 * @param {Ranked} ranked
 * @param {HitContext} context
 * @returns {Hit}
 */
export function ofPost(ranked, context) {
  const { candidate } = ranked, { document } = candidate, { request, leaves, search: { as_typed } } = context;
  const positions = leaves.map((_, leaf) => candidate.positions(leaf));
  const wholes = as_typed.leaves.map((_, at) => candidate.positions(leaves.length + at));
  const levels = holding(document.outline, wholes, wholes.length && ranked.spelled || []);
  const scored = bestSections(document.outline, positions, context.leaf_weights, ranked, C.SECTIONS, levels);
  const post = { ranked, document, positions };
  const found = scored.slice(0, request.section_snippets ? undefined : Number(request.snippets))
    .map(section => snippetOf(post, section, context));
  const sections = scored.map((section, at) => sectionOf(post, section, found[at] ?? null, context));
  const best = sections[0] ?? { anchor: "", headings: [], headings_spans: [], url: document.url, line: 1, match_line: 1 };
  let shown = found[0] ?? null;
  if (request.snippets && !(leaves.length && shown?.text)) {
    // Where no word was asked for, or none stands in the text, the post says best itself what it is about.
    const described = snippet(unmarked(document.description, best.line), [], { width: C._DESCRIPTION });
    if (described.text || !shown) shown = described;
  }
  const { url, anchor, headings, headings_spans } = best, { path, title } = document;
  return {
    path, title, url, anchor, headings, headings_spans, sections,
    line: best.match_line,
    title_spans: spansOf(title, context),
    score: ranked.score,
    snippet: shown ?? { text: "", spans: [], line: best.line },
    explain: null,
    translations: candidate.translations(C.TRANSLATIONS).map(({ lang, path, url }) => ({ lang, path, url })),
    site: "",
    pinned: context.pinned && candidate.pinned,
    ...Object.fromEntries(C._FIELDS.map((/** @type {string} */ name) => [name, document[name]])),
  };
}

/**
 * What is marked in a title.
 * @param {string} title
 * @param {HitContext} context
 */
const spansOf = (title, { leaves, is_wanted, analyzer }) => leaves.length ? titleSpans(title, is_wanted, analyzer) : [];

/**
 * The snippet of a section.
 * @param {PostMatch} post
 * @param {ScoredSection} scored
 * @param {HitContext} context
 */
const snippetOf = ({ ranked, document, positions }, scored, { marking }) => bestSnippet(
  document, scored, positions, document.section(scored.index).body, marking, ranked.spelled?.has(scored.index) ?? false);

/**
 * A section as it is shown: on the line of its snippet, which it has itself only where each has one.
 * @param {PostMatch} post
 * @param {ScoredSection} scored
 * @param {Snippet | null} shown
 * @param {HitContext} context
 * @returns {SectionHit}
 */
function sectionOf({ document, positions }, scored, shown, { request, marking }) {
  const { heading, headings, anchor, line } = document.section(scored.index);
  return {
    heading, headings, anchor,
    url: document.url && anchor ? `${document.url}#${anchor}` : document.url,
    line,
    match_line: shown && (shown.spans.length || !heading) ? shown.line : line,
    score: scored.score,
    snippet: request.section_snippets ? shown : null,
    headings_spans: scored.in_headings.length ? headingsSpans(document, scored, positions, headings, marking) : [],
  };
}

/**
 * Whether a term of a title is a word of the query, or of the same stem as one of its words.
 * @param {Leaf[]} queryLeaves
 * @param {Analyzer} analyzer
 * @returns {(term: string) => boolean}
 */
export function wanted(queryLeaves, analyzer) {
  /** @type {Set<string>} */
  const names = new Set();
  /** @type {Set<string>} */
  const stems = new Set();
  /** @type {((term: string) => boolean)[]} */
  const tests = [];
  const waiting = queryLeaves.flatMap(leaf => leaf.kind === "Synonyms" ? leaf.spellings : [leaf])
    .filter(({ field }) => !field || field === "title");
  for (const spelling of waiting) {
    switch (spelling.kind) {
      case "Term":
        names.add(spelling.text);
        if (!spelling.exact) for (const stem of analyzer.stems(spelling.text)) stems.add(stem);
        break;
      case "Phrase": {
        const { terms, exact, prefix } = spelling, whole = prefix ? terms.slice(0, -1) : terms;
        waiting.push(...whole.map(text => Term(text, { exact })), ...prefix ? [Prefix(terms[terms.length - 1])] : []);
        break;
      }
      case "Prefix": tests.push(term => term.startsWith(spelling.text)); break;
      case "Wildcard": {
        const pattern = wildcard(spelling.pattern);
        tests.push(term => pattern.test(term));
        break;
      }
      case "Fuzzy": {
        const { text, slips } = spelling, first = points(text)[0];
        tests.push(term => points(term)[0] === first && editDistance(text, term, slips) <= slips);
      }
    }
  }
  return term => names.has(term) || tests.some(test => test(term)) || analyzer.stems(term).some(stem => stems.has(stem));
}
