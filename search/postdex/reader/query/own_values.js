/* What does a value that was typed mean as that of a field of the site's own: `>=4`, `2024..`, `draft`? Twin of
   postdex/query/own_values.py. */

import { read as readPeriod } from "../formats/periods.js";
import { date, fitting, number, truth } from "../formats/typed_values.js";
import { constantsOf } from "../parameters.js";
import { BLANK, cut, strip } from "../python.js";
import { FieldRange } from "../query.js";

/** @typedef {import("./own_fields.js").FieldStats} FieldStats */
/** @typedef {import("../formats/periods.js").Today} Today */
/** The filter that a value makes, null if it makes none, and what is to be said of that.
    @typedef {{query: import("../query.js").Query | null, warning: string}} Compared */
/** Where a number or a date begins and ends, that being no part of it; null for no end.
    @typedef {{start: number, stop: number | null}} Interval */

const C = constantsOf("query.own_values");
const _COMPARED = new RegExp(`^(>=|<=|>|<)[${BLANK}]*(.*)$`, "su");
const _ENDS = /^(.*?)\.\.+(.*)$/s;

/**
 * A value, comparison or range of numbers, dates or truths; null for what is none, a text for instance.
 * @param {FieldStats} field
 * @param {string} text
 * @param {Today | null} today
 * @returns {Compared | null}
 */
export function read({ kind, name }, text, today) {
  const range = (/** @type {number | null} */ start, /** @type {number | null} */ stop, warning = "") =>
    ({ query: FieldRange(name, kind, start, stop), warning });
  const truthful = kind === "boolean" ? truth(text) : null;
  if (truthful !== null) return range(truthful, truthful + 1);
  if (kind !== "number" && kind !== "date") return null;
  const compared = _COMPARED.exec(text);
  const ends = _ENDS.exec(text);
  if (compared) {
    const span = _interval(kind, compared[2], today);
    const [, sign] = compared;
    if (span) {
      const start = sign === ">=" ? span.start : sign === ">" ? span.stop : null;
      return range(start, sign === "<" ? span.start : sign === "<=" ? span.stop : null);
    }
  } else if (ends) {
    const typed = ends.slice(1).map(strip);
    const [first, last] = typed.map(end => _interval(kind, end, today));
    if ((first || !typed[0]) && (last || !typed[1]) && (first || last)) {
      if (first && last && last.start < first.start) {
        return range(last.start, first.stop, `${name}:${text} runs backwards and was turned round`);
      }
      return range(first && first.start, last && last.stop);
    }
  } else {
    const span = _interval(kind, text, today, true);
    return span && range(span.start, span.stop);
  }
  return { query: null, warning: `${name}:${text} is no ${kind} (like ${C._EXAMPLES[kind]})` };
}

/**
 * The interval of a number or a date; null for what is none. Only what `goesOn` has no end where it was named as the
 * beginning of all since (`30d`).
 * @param {string} kind
 * @param {string} text
 * @param {Today | null} today
 * @returns {Interval | null}
 */
function _interval(kind, text, today, goesOn = false) {
  if (kind === "number") {
    const value = number(text);
    return value === null ? null : { start: value, stop: _nextAfter(value) };
  }
  const period = readPeriod(text, today);
  if (period) return { start: period.start, stop: goesOn && period.goes_on ? null : period.stop };
  const moment = date(text);
  return moment === null ? null : { start: moment, stop: moment + 1 };
}

/**
 * The next greater number, as `math.nextafter` has it.
 * @param {number} value finite
 */
function _nextAfter(value) {
  if (value === 0) return Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const number = new Float64Array(bits.buffer);
  number[0] = value;
  bits[0] += value > 0 ? 1n : -1n;
  return number[0];
}

/**
 * Whether a value compares numbers or dates, though those of the field are others.
 * @param {FieldStats} field
 * @param {string} text
 */
export const compares = ({ kind }, text) => (kind === "text" || kind === "boolean") && _COMPARED.test(text);

/**
 * What is to be said of such a comparison; of the field's values the first that is neither number nor date is named.
 * @param {string} name
 * @param {string} text
 * @param {string[]} values
 */
export function notCompared(name, text, values) {
  const other = values.find(value => !fitting([value]).length) ?? "";
  const such = other ? `, such as ${cut(other, 0, C._SHOWN)}` : "";
  return `${name}:${text} compares numbers or dates, and ${name} has others${such}`;
}
