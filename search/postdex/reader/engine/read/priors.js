/* What is a post worth beside its words, by its boost and its age? Twin of engine/embedded/read/priors.py. */

import { countLanes, leastOf } from "./candidates.js";
import { constantsOf } from "../../parameters.js";
import { recency } from "../../scoring.js";

const C = constantsOf("engine.read.priors");
const S = constantsOf("scoring");
const F = constantsOf("engine.embedded.format.columns");

/** @typedef {{half_life: number, now: number}} Recency */
/** @typedef {import("./candidates.js").Scored} Scored */
/** @typedef {import("./matcher.js").ImpactRow} ImpactRow */

/**
 * What is worth each post beside its words, a factor of their score. Those `raised` are few, mostly; no factor of the
 * others is above `most`.
 */
export class Priors {
  /**
   * @param {Map<number, number>} boosts
   * @param {ArrayLike<number>} dates of each post; NO_DATE is none
   * @param {Recency | null} asked
   */
  constructor(boosts, dates, asked) {
    this.factors = Float64Array.from(dates, date => byAge(date, asked));
    for (const [doc, boost] of boosts) this.factors[doc] *= boost;
    this.raised = new Set([...boosts].filter(([, boost]) => boost > 1).map(([doc]) => doc));
    this.most = asked ? 1 + S.RECENCY : 1;
  }

  /**
   * As `Matcher.candidates`, with base scores that are multiplied by the posts' factors: more are asked for until no post
   * that was left out can be among the best.
   * @param {import("./matcher.js").Matcher} matcher
   * @param {Uint8Array} lanes
   * @param {[ImpactRow, number][]} rows
   * @param {Uint8Array | null} coverage
   * @param {number} count
   * @param {Set<number>} given
   * @returns {Scored[]}
   */
  candidates(matcher, lanes, rows, coverage, count, given) {
    const always = new Set([...given, ...this.raised]), matching = countLanes(lanes);
    for (let fewest = count; ; fewest *= C._FURTHER) {
      const byWords = matcher.candidates(lanes, rows, coverage, fewest, always);
      /** @type {Scored[]} */
      const weighed = byWords.map(([base, share, doc]) => [base * this.factors[doc], share, doc]);
      if (byWords.length >= matching) return weighed;
      const leftOut = this.most * lastOf(fewest, byWords);
      if (leftOut <= Math.min(lastOf(count, weighed), weighed.reduce((most, [base]) => Math.max(most, base), 0))) return weighed;
    }
  }
}

/**
 * What a post of this date is worth for its age.
 * @param {number} date
 * @param {Recency | null} asked
 */
const byAge = (date, asked) => !asked || date === F.NO_DATE ? 1 : recency(asked.now - date, asked.half_life);

/**
 * What so many posts score at least.
 * @param {number} count
 * @param {Scored[]} scored
 */
const lastOf = (count, scored) => leastOf(scored.map(([base, share]) => base * (1 + S.COVERAGE * share)), count);
