// Reads queries as the reader does, for tests/test_reader_query_language.py: what a reader of an index would say of
// words, filters and fields comes with each query.
import { read as readPeriod } from "../../search/postdex/reader/formats/periods.js";
import { queries } from "../../search/postdex/reader/query/argument_filters.js";
import { pinned, recency } from "../../search/postdex/reader/query/by_owner.js";
import { checked, filters } from "../../search/postdex/reader/query/named_fields.js";
import { OwnFields } from "../../search/postdex/reader/query/own_fields.js";
import { parse } from "../../search/postdex/reader/query/parse.js";
import { show } from "../../search/postdex/reader/query.js";
import { CountedSynonyms, SynonymTable } from "../../search/postdex/reader/query/synonyms.js";
import { searchRequest } from "../../search/postdex/reader/request.js";
import { Analyzer } from "../../search/postdex/reader/text/analyzer.js";

/** What a small index says: the numbers of posts of terms, the beginnings of values that no post has, its fields. */
class SmallReader {
  constructor({ counts = {}, unfit = [], fields = [], facets = {} }) {
    Object.assign(this, { counts, unfit, facets });
    this.fields = () => fields;
  }

  totals(queries) {
    return queries.map(query => {
      if (query.kind === "Keyword") return this.unfit.some(start => query.value.startsWith(start)) ? 0 : 1;
      return query.kind === "Term" ? this.counts[query.text] ?? 0 : 1;
    });
  }

  search({ facets }) {
    return { facets: new Map(facets.map(name => [name, new Map(Object.entries(this.facets[name] ?? {}))])) };
  }
}

/** The analyzer of the index. */
const analyzerOf = ({ languages }) => new Analyzer(true, languages);

/** What a function gives, or the error of one who asked for what is not to be had. */
function told(work) {
  try {
    return work();
  } catch (error) {
    if (!error.code && !(error instanceof TypeError)) throw error;
    return { code: error.code ?? "TypeError", message: error.message, hint: error.hint ?? "" };
  }
}

/** What `postdex.query.parse` makes of a query; refused ones give their error. */
export function parsed(query, index, options = {}) {
  const analyzer = analyzerOf(index);
  const reader = new SmallReader(index);
  const today = () => index.today;
  const known = index.synonyms && new SynonymTable(index.synonyms, analyzer);
  return told(() => {
    const read = parse(query, analyzer, {
      today,
      postCounts: terms => terms.map(term => index.counts[term] ?? 0),
      fits: asked => reader.totals([asked])[0] > 0,
      own: index.fields ? new OwnFields(reader, today) : null,
      synonyms: known && CountedSynonyms(known, asked => asked.map(leaf => show(leaf).includes("nowhere") ? 0 : 1)),
      ...options,
    });
    return { ...read, shown: show(read.tree) };
  });
}

/** A request, and with an index the filters that its arguments make. */
export function requested(query, given, index = null) {
  return told(() => {
    const request = searchRequest(query, given);
    if (!index) return request;
    const analyzer = analyzerOf(index);
    const today = () => index.today;
    const own = new OwnFields(new SmallReader(index), today);
    const named = checked(request, own);
    return { request: named, filters: [...queries(named, analyzer, today), ...filters(named, analyzer, today, own)] };
  });
}

/** What the owner of a site, or a request, says of the order. */
export const ranked = (key, pins, halfLife, index) => told(() => ({
  pinned: pinned(key, pins, analyzerOf(index)),
  recency: recency(halfLife, () => index.today),
}));

/** The days that a text names on some day. */
export const periodsAt = (text, today) => readPeriod(text, () => today);
