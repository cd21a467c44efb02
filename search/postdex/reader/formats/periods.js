/* Which days does somebody mean who types `2022-08`, `30d`, `yesterday` or `last week` for a date? Twin of
   postdex_index/formats/periods.py.

   A day is a number here: so many days since 1970-01-01. */

import { constantsOf } from "../parameters.js";
import { split, strip } from "../python.js";

/** The day it is, asked only where a date counts from it.
    @typedef {() => number} Today */
/** Days on end, as seconds since 1970; `goes_on`: the first was named as the beginning of all since.
    @typedef {{start: number, stop: number, goes_on: boolean}} Period */

const C = constantsOf("formats.periods");

const _CALENDAR = /^([0-9]{4})(?:([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?$/;
const _SPOKEN = new RegExp("^(?:(today|yesterday)|(this|last)[ _-](week|month|year)"
  + "|((?:last|past)[ _-])?([0-9]{1,4})[ _-]?([dwmy]|(?:day|week|month|year)s?)([ _-]ago)?)$", "i");
const _LENGTH = /^([0-9]{1,4}(?:\.[0-9]{1,3})?)[ _-]?([dwmy]|(?:day|week|month|year)s?)$/i;

/**
 * The days that a text names; null if it is no date.
 * @param {string} text
 * @param {Today | null} [today]
 * @returns {Period | null}
 */
export function read(text, today = null) {
  text = split(text).join(" ");
  const calendar = _CALENDAR.exec(text);
  if (calendar) {
    const [year, month, day] = [calendar[1], calendar[3], calendar[4]].map(part => part === undefined ? null : Number(part));
    return _calendar(Number(year), month, day);
  }
  const spoken = _SPOKEN.exec(text);
  if (!spoken || (spoken[4] && spoken[7])) return null;
  const [, named, which, period, , count, unit, ago] = spoken.map(part => part?.toLowerCase());
  const day = today ? today() : dayIn("");
  if (count) {
    const start = _back(Number(count), unit[0], day);
    return _days(start, start + 1, !ago);
  }
  if (!named) return _thisOrLast(period, which === "last" ? 1 : 0, day);
  const start = named === "yesterday" ? day - 1 : day;
  return _days(start, start + 1);
}

/**
 * The seconds of a length of time, `1y`, `6 months` or `90d`; null if the text is none, or of no length.
 * @param {string} text
 * @returns {number | null}
 */
export function length(text) {
  const match = _LENGTH.exec(strip(text));
  return match && (Number(match[1]) * C._DAYS[match[2][0].toLowerCase()] * C._DAY || null);
}

/**
 * Where a day begins, in seconds since 1970.
 * @param {number} day
 * @returns {number}
 */
export const secondsOf = day => day * C._DAY;

/**
 * The day it is in the time zone of this name; by the clock of this machine if it is "", in UTC if there is none.
 * @param {string} zone
 */
export function dayIn(zone, now = new Date()) {
  if (!zone) return dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
  const offset = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  let minutes = offset ? Number(offset[2]) * 60 + Number(offset[3] ?? 0) : 0;
  if (minutes > 14 * 60) minutes = 0;
  if (!offset) {
    try {
      const there = new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" });
      const [month, day, year] = there.format(now).split("/").map(Number);
      return dayOf(year, month, day);
    } catch {
      minutes = 0;
    }
  }
  return Math.floor((now.getTime() / 1000 + (offset?.[1] === "-" ? -minutes : minutes) * 60) / C._DAY);
}

/**
 * A day of the calendar; NaN if there is no such one.
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
export function dayOf(year, month, day) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isThere = year > 0 && year < 10_000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isThere ? date.getTime() / 1000 / C._DAY : NaN;
}

/**
 * A year, a month or a day of the calendar; null if there is no such one.
 * @param {number} year
 * @param {number | null} [month]
 * @param {number | null} [day]
 */
function _calendar(year, month = null, day = null) {
  const start = dayOf(year, month ?? 1, day ?? 1);
  if (Number.isNaN(start)) return null;
  return _days(start, start + (day ? 1 : month ? _daysIn(year, month) : 337 + _daysIn(year, 2)));
}

/**
 * The week, month or year of today, or the one before it.
 * @param {string} period
 * @param {number} last
 * @param {number} today
 */
function _thisOrLast(period, last, today) {
  if (period === "week") {
    const monday = today - ((today + 3) % 7 + 7) % 7 - 7 * last;
    return _days(monday, monday + 7);
  }
  const [year, month] = _parts(today);
  if (period === "year") return _calendar(year - last);
  const months = year * 12 + month - 1 - last;
  return _calendar(Math.floor(months / 12), months % 12 + 1);
}

/**
 * The day so long before today; the month's last day where it is shorter, that of year 1 at the earliest.
 * @param {number} count
 * @param {string} unit
 * @param {number} today
 */
function _back(count, unit, today) {
  const first = 1 - C._EPOCH;
  if (unit === "d" || unit === "w") return Math.max(first, today - count * (unit === "w" ? 7 : 1));
  const [thisYear, thisMonth, day] = _parts(today);
  const months = thisYear * 12 + thisMonth - 1 - count * (unit === "y" ? 12 : 1);
  if (months < 12) return first;
  const year = Math.floor(months / 12), month = months % 12 + 1;
  return dayOf(year, month, Math.min(day, _daysIn(year, month)));
}

/** @param {number} day */
function _parts(day) {
  const date = new Date(day * C._DAY * 1000);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

/**
 * @param {number} year
 * @param {number} month
 */
function _daysIn(year, month) {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** @returns {Period} */
const _days = (/** @type {number} */ start, /** @type {number} */ stop, goes_on = false) =>
  ({ start: start * C._DAY, stop: stop * C._DAY, goes_on });
