/* What does a typed query ask for? Its text -> a tree for the engine, and what had to be repaired. Twin of
   postdex/query/parse.py. */

import { constantsOf } from "../parameters.js";
import { strip } from "../python.js";
import { Clauses, Everything, leaves } from "../query.js";
import { whole } from "./as_typed.js";
import { typedText } from "./filters.js";
import { clean, isFilter, lex } from "./lexer.js";
import { group } from "./parser.js";
import { beginning, telling } from "./pasted.js";
import { read } from "./planner.js";
import { WordContext } from "./terms.js";

const PASTED = constantsOf("query.pasted");

/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** A query, read; `words` and the rest are said at the Python class.
    @typedef {{tree: import("../query.js").Query, warnings: string[], words: import("./planner.js").TypedWord[], listing: boolean, empty: boolean, title_key: string, whole: import("./as_typed.js").Whole, stand_ins: import("./planner.js").StandIns, synonyms: Map<string, string[]>}} QueryReading */
/** @typedef {{today?: import("../formats/periods.js").Today | null, allWords?: boolean, prefixLast?: boolean, postCounts?: import("./terms.js").PostCounts | null, fits?: import("./filters.js").Fits | null, own?: import("./own_fields.js").OwnFields | null, synonyms?: import("./synonyms.js").CountedSynonyms | null}} ParseOptions */

/**
 * Read a query by the analyzer of the index that answers. Throws only `QueryError`, for a query over one of `parser`'s
 * limits.
 * @param {string} typed
 * @param {Analyzer} analyzer
 * @param {ParseOptions} [options]
 * @returns {QueryReading}
 */
export function parse(typed, analyzer, { today = null, allWords = false, prefixLast = false, postCounts = null, fits = null, own = null, synonyms = null } = {}) {
  // What few queries need comes in the second script.
  const [start, cut] = typed.length > PASTED.MAX_CHARACTERS ? beginning(typed) : [typed, ""];
  const text = clean(start);
  const lexed = lex(text, own);
  const grouped = group(lexed.tokens);
  /** @type {[import("./parser.js").GroupNode, string[]]} */
  let [asTyped, unfit] = [grouped.root, []];
  if (fits && text.includes(":") && lexed.tokens.some(token => isFilter(token.field))) {
    [asTyped, unfit] = typedText(asTyped, fits, analyzer, own);
  }
  const many = text.length > PASTED.MAX_WORDS && (lexed.tokens.length > PASTED.MAX_WORDS || /[^\0-\u0e00]/.test(text));
  const [root, thinned] = many ? telling(asTyped, postCounts, analyzer) : [asTyped, ""];
  const reading = WordContext(analyzer, { stop_words: analyzer.stop_words, post_counts: postCounts });
  const growing = prefixLast && !cut;
  const planned = read(root, { reading, today, own, all_words: allWords, prefix_last: growing, synonyms });
  const warnings = [cut, thinned, ...lexed.warnings, ...grouped.warnings, ...unfit, ...planned.warnings].filter(Boolean);
  let { tree } = planned;
  const empty = !tree && strip(text) !== "";
  if (empty) warnings.push("there is no word to search for");
  tree ??= empty ? Clauses({ excluded: [Everything()] }) : Everything();
  return {
    tree,
    warnings: [...new Set(warnings)],
    words: planned.terms,
    listing: !empty && !leaves(tree).length,
    empty,
    title_key: analyzer.key(planned.text),
    whole: whole(asTyped, reading, growing),
    stand_ins: planned.stand_ins,
    synonyms: planned.synonyms,
  };
}
