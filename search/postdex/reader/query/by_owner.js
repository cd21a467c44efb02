/* Which posts come first for a query, and how much does age count, as the owner of the site or a request has it? Twin of
   postdex/query/by_owner.py. */

import { QueryError } from "../errors.js";
import { length, secondsOf } from "../formats/periods.js";
import { constantsOf } from "../parameters.js";
import { repr } from "../python.js";

/** @typedef {import("../text/analyzer.js").Analyzer} Analyzer */
/** Posts by their paths that come first for any of these queries.
    @typedef {{queries: string[], posts: string[]}} Pin */

const C = constantsOf("query.by_owner");

/** @type {WeakMap<Pin[], Map<string, string[]>>} */
const byKey = new WeakMap();

/**
 * The posts, by path, that the settings put first for a query with this key, in their order.
 * @param {string} key
 * @param {Pin[]} pins
 * @param {Analyzer} analyzer
 */
export function pinned(key, pins, analyzer) {
  if (!byKey.has(pins)) byKey.set(pins, _byKey(pins, analyzer));
  return byKey.get(pins)?.get(key) ?? [];
}

/**
 * @param {Pin[]} pins
 * @param {Analyzer} analyzer
 */
function _byKey(pins, analyzer) {
  /** @type {Map<string, string[]>} */
  const posts = new Map();
  for (const pin of pins) {
    for (const query of pin.queries) {
      const key = analyzer.key(query);
      posts.set(key, [...new Set([...posts.get(key) ?? [], ...pin.posts])]);
    }
  }
  return posts;
}

/**
 * How age counts by a half-life; null if it does not. Throws QueryError.
 * @param {string} text
 * @param {import("../formats/periods.js").Today} today
 */
export function recency(text, today) {
  if (!text || text === C.OFF) return null;
  const halfLife = length(text);
  if (halfLife === null) {
    const hint = `give a length of time such as 1y, 6m or 90d, or ${C.OFF}`;
    throw new QueryError(`recency is ${repr(text, 60)}, which is no length of time`, hint, { code: "bad_recency" });
  }
  return { half_life: halfLife, now: secondsOf(today()) };
}
