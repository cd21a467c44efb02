/* What does a typed filter let through? `tag:linux`, `path:2022/*.md`, `after:30d` as filters of the query tree. Twin of
   postdex/query/filters.py. */

import { read as readPeriod } from "../formats/periods.js";
import { constantsOf } from "../parameters.js";
import { strip, stripped } from "../python.js";
import { DateRange, Keyword, OWN_FIELD } from "../query.js";
import { isFilter } from "./lexer.js";
import { Clause } from "./parser.js";
import { TermReading, readWord } from "./terms.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../query.js").DateRangeFilter} DateRangeFilter */
/** @typedef {import("../formats/periods.js").Today} Today */
/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** @typedef {import("./own_fields.js").OwnFields} OwnFields */
/** @typedef {import("./parser.js").GroupNode} GroupNode */
/** @typedef {import("./parser.js").Node} Node */
/** Whether any post that may be found has what a filter asks for.
    @typedef {(asked: Query) => boolean} Fits */

const C = constantsOf("query.filters");
const S = constantsOf("schema");
const L = constantsOf("query.lexer");
const _ENDS = /^(.*?)\.\.+(.*)$/;

/** The name of a filter without what marks a field of the site's own.
    @param {string} field */
const nameOf = field => field.startsWith(OWN_FIELD) ? field.slice(OWN_FIELD.length) : field;

/**
 * The filter for a value as typed, or null if nothing is left of it.
 * @param {string} field
 * @param {string} value
 * @param {Analyzer} analyzer
 */
export function keyword(field, value, analyzer) {
  let folded;
  if (L.LINKS.includes(field)) folded = strip(value);
  else if (field === "path" || (Object.hasOwn(S.FILTERS, field) && S.FILTERS[field].type === "paths")) folded = analyzer.foldPath(value);
  else folded = analyzer.foldValue(value);
  if (field === "tag") folded = stripped(folded.replace(/^[# ]+/, ""), "/ ", false);
  else if (field === "lang") folded = folded.replaceAll("_", "-");
  return folded ? Keyword(field, folded) : null;
}

/**
 * A filter, or what was typed for one as text; nothing where it has no value.
 * @param {string} field
 * @param {string} text
 * @param {import("./terms.js").WordContext} reading
 * @param {{today: Today | null, own: OwnFields | null, say: import("./terms.js").Say}} how
 */
export function read(field, text, reading, { today, own, say }) {
  const name = nameOf(field);
  /** @type {Query | null} */
  let asked;
  let warning = "";
  if (L.DATES.includes(field)) {
    [asked, warning] = dateRange(field, text, today);
    if (!asked) warning = `${field}:${text} is no date (like ${C.DATE_EXAMPLES}) and was searched as text`;
  } else if (own && name !== field) {
    ({ query: asked, warning } = own.filter(name, text, reading.analyzer));
    if (warning && !asked) warning += "; it was searched as text";
  } else {
    asked = keyword(field, text, reading.analyzer);
  }
  if (!asked && !warning) {
    say(`${name}: was left out: it has no value`);
    return [];
  }
  if (warning) say(warning);
  return asked ? [TermReading(asked)] : readWord(`${name}:${text}`, -1, reading, say);
}

/**
 * The groups of a query with filters that fit no post as text, and a warning for each of these. Only what stands beside
 * words is so read, without sign or operator.
 * @param {GroupNode} root
 * @param {Fits} fits
 * @param {Analyzer} analyzer
 * @param {OwnFields | null} [own]
 * @returns {[GroupNode, string[]]}
 */
export function typedText(root, fits, analyzer, own = null) {
  /** @type {string[]} */
  const warnings = [];
  /** @param {GroupNode} group
      @returns {GroupNode} */
  const ofGroup = group => ({ ...group, parts: group.parts.map(part => ofPart(part, group.kind === "beside")) });
  /** @param {Node} part
      @param {boolean} beside
      @returns {Node} */
  const ofPart = (part, beside) => {
    if (part.parts) return part.sign === "-" || isFilter(part.field) ? part : ofGroup(part);
    const { token } = part;
    if (part.sign || !beside || !isFilter(token.field) || L.DATES.includes(token.field)) return part;
    const name = nameOf(token.field);
    const asked = own && name !== token.field ? own.filter(name, token.text, analyzer).query : keyword(token.field, token.text, analyzer);
    if (!asked || fits(asked)) return part;
    const typed = `${name}:${token.text}`;
    warnings.push(`no post has ${typed}; it was searched as text`);
    return Clause({ ...token, kind: "word", text: typed, field: "" });
  };
  return _hasWords(root, analyzer) ? [ofGroup(root), warnings] : [root, warnings];
}

/**
 * Whether anything is looked for besides what filters ask.
 * @param {Node} part
 * @param {Analyzer} analyzer
 * @returns {boolean}
 */
function _hasWords(part, analyzer) {
  if (part.sign === "-") return false;
  if (part.parts) return !isFilter(part.field) && part.parts.some(inner => _hasWords(inner, analyzer));
  return !isFilter(part.token.field) && analyzer.words(part.token.text).length > 0;
}

/**
 * The range for `date:`, `after:` or `before:`, and what had to be repaired; null if it is no date.
 * @param {string} field
 * @param {string} value
 * @param {Today | null} [today]
 * @returns {[DateRangeFilter | null, string]}
 */
export function dateRange(field, value, today = null) {
  if (field === "date") return _between(strip(value), today);
  const period = readPeriod(value, today);
  return [period && (field === "after" ? DateRange(period.start) : DateRange(null, period.start)), ""];
}

/**
 * Both ends belong to a range; `30d` alone is what happened since.
 * @param {string} value
 * @param {Today | null} today
 * @returns {[DateRangeFilter | null, string]}
 */
function _between(value, today) {
  const ends = _ENDS.exec(value);
  if (!ends) {
    const period = readPeriod(value, today);
    return [period && DateRange(period.start, period.goes_on ? null : period.stop), ""];
  }
  const typed = ends.slice(1).map(strip);
  const [first, last] = typed.map(end => end ? readPeriod(end, today) : null);
  if (!(typed[0] || typed[1]) || (typed[0] && !first) || (typed[1] && !last)) return [null, ""];
  if (first && last && last.start < first.start) {
    return [DateRange(last.start, first.stop), `date:${value} runs backwards and was turned round`];
  }
  return [DateRange(first && first.start, last && last.stop), ""];
}
