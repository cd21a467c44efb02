/* When is that: dates as people write them -> seconds. Twin of postdex_index/formats/dates.py, as far as values of fields
   are compared with what is typed: by the wall clock, in UTC. */

import { constantsOf } from "../parameters.js";
import { points } from "../python.js";
import { dayOf } from "./periods.js";

const C = constantsOf("formats.dates");

const _ZONE = "(?:\\s*(?<zone>Z|UTC|GMT|[A-Z]{2,5}(?=\\n?$)|[+-]\\d{2}:?\\d{2}|[+-]\\d{1,2}(?=\\n?$)))?";
const _TIME = "(?:(?:\\s*[Tt]\\s*|\\s+|,\\s*)(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,]\\d+)?)?"
  + `(?:\\s*(?<half>[AaPp])\\.?[Mm]\\.?)?${_ZONE})?\\s*$`;
const _NUMERIC = ascii("^\\s*(?<year>\\d{4})(?:(?<sep>[-/.])(?<month>\\d{1,2})\\k<sep>(?<day>\\d{1,2})"
  + `|年\\s*(?<month2>\\d{1,2})\\s*月\\s*(?<day2>\\d{1,2})\\s*日|(?<month3>\\d{2})(?<day3>\\d{2}))${_TIME}`);
const _NAMED = ascii("^\\s*(?:[A-Za-z]{3,9}\\.?,?\\s+)??(?:(?<name>[A-Za-z]{3,9})\\.?\\s+(?<day>\\d{1,2})|"
  + `(?<day2>\\d{1,2})\\s+(?<name2>[A-Za-z]{3,9})\\.?)(?:st|nd|rd|th)?,?\\s+(?<year>\\d{4})${_TIME}`);
const _UNIX = ascii("^\\s*(\\d{9,10})(\\d{3})?\\s*$");
const _OFFSET = /^([+-])(\d{1,2}):?(\d{2})?$/;

/** A pattern whose blanks are those of ASCII.
    @param {string} pattern */
function ascii(pattern) {
  return new RegExp(pattern.replaceAll("\\s", "[ \\t-\\r]"));
}

/**
 * The seconds since 1970 that a text names, in UTC where it has no zone of its own; null if it names none.
 * @param {string} text
 * @returns {number | null}
 */
export function wallSeconds(text) {
  if (points(text).length > 100) return null;
  text = text.normalize("NFKC");
  const unix = _UNIX.exec(text);
  if (unix) return Number(unix[1]);
  const groups = (_NUMERIC.exec(text) ?? _NAMED.exec(text))?.groups;
  const seconds = groups ? _build(groups) : NaN;
  return seconds >= dayOf(1, 1, 1) * 86_400 && seconds < (dayOf(9999, 12, 31) + 1) * 86_400 ? seconds : null;
}

/**
 * @param {Record<string, string | undefined>} groups
 * @returns {number} NaN where there is no such day, hour, zone or year
 */
function _build(groups) {
  const name = groups.name ?? groups.name2;
  const month = name ? C._MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1 : Number(groups.month ?? groups.month2 ?? groups.month3);
  const day = dayOf(Number(groups.year), month, Number(groups.day ?? groups.day2 ?? groups.day3));
  let [hour, minute, second] = [groups.hour, groups.minute, groups.second].map(part => Number(part ?? 0));
  if (groups.half) {
    if (hour < 1 || hour > 12) return NaN;
    hour = hour % 12 + ("pP".includes(groups.half) ? 12 : 0);
  }
  if (second === 60) second = 59;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  return day * 86_400 + hour * 3600 + minute * 60 + second - _offset(groups.zone);
}

/**
 * How far a zone is before UTC, in seconds; NaN for none that is known.
 * @param {string | undefined} zone
 */
function _offset(zone) {
  if (!zone || zone === "CST") return 0;
  if (Object.hasOwn(C._NAMED_ZONES, zone)) return C._NAMED_ZONES[zone] * 3600;
  const match = _OFFSET.exec(zone);
  const minutes = match ? Number(match[2]) * 60 + Number(match[3] ?? 0) : NaN;
  return minutes <= 14 * 60 ? (match?.[1] === "-" ? -minutes : minutes) * 60 : NaN;
}
