// Calls functions of reader/results/ and their neighbours for tests/test_reader_results.py, with what JSON has no form for.
import { Missing } from "../../search/postdex/reader/missing.js";
import { constantsOf } from "../../search/postdex/reader/parameters.js";
import { Analyzer } from "../../search/postdex/reader/text/analyzer.js";
import { PassageWords, Widths } from "../../search/postdex/reader/engine/read/passage_words.js";
import { leaves } from "../../search/postdex/reader/query.js";
import { spelledFirst } from "../../search/postdex/reader/results/exact_spelling.js";
import { hitContext, needDocuments, ofPost, titlesOf, wanted } from "../../search/postdex/reader/results/hits.js";
import { stretch } from "../../search/postdex/reader/results/mark_groups.js";
import * as rerank from "../../search/postdex/reader/results/rerank.js";
import { snippet, titleSpans } from "../../search/postdex/reader/results/snippets.js";
import { stands, wholesOf } from "../../search/postdex/reader/results/whole_matches.js";

const analyzer = new Analyzer(true, ["en"]);
const { LOOKED_AT } = constantsOf("results.rerank");

export const snippetOf = (passage, weights, width, fragments, around) => snippet(passage, weights, { width, fragments, around });

export const stretchOf = (passage, leaf, typed) => stretch(passage, leaf, typed, analyzer);

export const densest = (positionsOf, weights, otherwise) => rerank.densest(new Map(positionsOf), weights, otherwise);

export const scoredSections = (levels, bounds, stops, positions, weights, limit, wholes) =>
  rerank.scoredSections(levels, bounds, stops, positions, weights, limit, new Map(wholes));

export const standing = (queryLeaves, text, positions) => wholesOf(queryLeaves, text).map(typed =>
  [typed.steps, [...typed.leaves].sort((a, b) => a - b), stands(typed, new Map(positions))]);

/** The marks of each of these, in one passage. */
export function marks(words, asked) {
  const passage = new PassageWords(...words), widths = [new Widths(false), new Widths(true)];
  return asked.map(([found, before]) => passage.marks(found, before, widths));
}

export const titleMarked = (title, terms) => titleSpans(title, term => terms.includes(term), analyzer);

export const wantedTerms = (queryLeaves, terms) => terms.filter(wanted(queryLeaves, analyzer));

/** Candidates that hold what is written down. */
const candidateOf = written => ({
  ...written,
  holds: leaf => written.places[leaf].length > 0,
  positions: leaf => written.places[leaf],
  translations: () => [],
});

/** The order by closeness, as numbers of the candidates with their scores. */
export const reranked = (written, pairs, count) => rerank.rerankByProximity(written.map(candidateOf), pairs, count)
  .map(({ candidate, score, plain }) => [candidate.number, score, plain]);

/** A page of hits as `search.answer` makes it; each document knows only what the library asked of it. */
export function page({ query, as_typed, text, name, request, stats, candidates }) {
  const needed = [], fetched = new Set();
  const found = candidates.map(written => {
    const answered = new Map(written.asked.map(([asked, answer]) => [JSON.stringify(asked), answer]));
    const ask = (...asked) => {
      const answer = answered.get(JSON.stringify(asked));
      if (answer === undefined) throw new Error(`${written.document.path} was never asked ${JSON.stringify(asked)}`);
      return answer;
    };
    const document = {
      ...written.document,
      section: number => written.sections[number],
      text: number => ask("text", number),
      passage: (section, near, words) => ask("passage", section, near, words),
      headingMarks: (number, words) => ask("heading", number, words),
    };
    return {
      ...candidateOf(written),
      titled: { title: document.title },
      get document() {
        if (!fetched.has(document.path)) throw new Missing([document.path]);
        return document;
      },
    };
  });
  const treeLeaves = leaves(query);
  const all = stats.map((idf, at) => ({ idf, leaf: treeLeaves[at] ?? as_typed.leaves[at - treeLeaves.length] }));
  const context = hitContext({ query, as_typed }, { candidates: found, leaves: all }, analyzer, request, text);
  const pairs = name ? [] : rerank.neighbours(treeLeaves);
  const shown = () => {
    const first = rerank.pinnedFirst(found, pairs), rest = found.slice(first.length);
    const count = Math.max(0, request.limit - first.length), reach = Math.max(0, LOOKED_AT - first.length);
    const ranked = [
      ...first,
      ...name ? spelledFirst(rest, name, treeLeaves.length, count, reach) : rerank.rerankByProximity(rest, pairs, count, reach),
    ].slice(0, request.limit);
    const titled = titlesOf(ranked, context).map(hit => hit.title_spans);
    needDocuments(ranked, context);
    return [ranked.map(post => ofPost(post, context)), needed, titled];
  };
  for (;;) {
    try {
      return shown();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      needed.push(error.files);
      for (const file of error.files) fetched.add(file);
    }
  }
}
