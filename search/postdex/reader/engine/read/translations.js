/* Which posts are one in several languages, and which one of them is shown? Twin of engine/embedded/read/translations.py. */

import { log, plainSum } from "../../elementary.js";
import { readAll } from "../../missing.js";
import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";

const C = constantsOf("engine.read.translations");
const F = constantsOf("engine.embedded.format.columns");

/** @typedef {import("./doc_values.js").Columns} Columns */
/** @typedef {{silent: boolean, translated: boolean, language: string, doc: number}} Member a post of a group */
/** @typedef {{docs: number[], groups: number[]}} Order posts with the numbers of their groups; of each group the first to be shown comes last */

/** The groups of the posts, of which there is at least one. */
export class Translations {
  /**
   * @param {Member[][]} groups the members of each, the first to be shown first
   * @param {number} posts
   */
  constructor(groups, posts) {
    this._groups = groups;
    /** @type {Map<number, number>} */
    this._number = new Map(groups.flatMap((group, number) => group.map(member => [member.doc, number])));
    this._silent = new Set(groups.flat().filter(member => member.silent).map(member => member.doc));
    this._alone = new Uint8Array(posts).fill(255);
    for (const doc of this._number.keys()) this._alone[doc] = 0;
    this._compared = compared(groups);
    /** @type {Map<string, Order>} */
    this._orders = new Map();
  }

  /**
   * The posts of which a post is a translation, up to so many, by their languages' codes.
   * @param {number} doc
   * @param {number} most
   */
  others(doc, most) {
    const number = this._number.get(doc);
    if (number === undefined) return [];
    const members = [...this._groups[number]].sort((a, b) => compare(a.language, b.language));
    return members.map(member => member.doc).filter(other => other !== doc).slice(0, most);
  }

  /**
   * Of the posts that match 255 in those that stand in no group and in the one of each group that is shown, for a query in
   * this language.
   * @param {Uint8Array} matching
   * @param {string} language
   * @param {Iterable<number>[]} named the posts that the query names, by a heading and by their title, and those pinned to
   *   it: those of the last set that has any of a group go before its others
   */
  shown(matching, language, named) {
    const order = this._order(language);
    /** @type {Map<number, number>} */
    const shownFirst = new Map();
    order.docs.forEach((doc, index) => {
      if (matching[doc]) shownFirst.set(order.groups[index], doc);
    });
    for (const docs of named) {
      const eligible = new Set([...docs].filter(doc => this._number.has(doc) && matching[doc] && !this._silent.has(doc)));
      if (eligible.size) {
        order.docs.forEach((doc, index) => {
          if (eligible.has(doc)) shownFirst.set(order.groups[index], doc);
        });
      }
    }
    const shown = this._alone.slice();
    for (const doc of shownFirst.values()) shown[doc] = 255;
    return shown;
  }

  /**
   * The posts that match, of each group that has several.
   * @param {Uint8Array} matching
   */
  together(matching) {
    return this._groups.map(group => group.map(member => member.doc).filter(doc => matching[doc])).filter(docs => docs.length > 1);
  }

  /**
   * The language of words, given as the lanes of the posts that have each and its weight; "" if it is none but the site's.
   * @param {[present: Uint8Array, weight: number][]} words
   */
  language(words) {
    let best = "", most = log(C.LEAST_RATIO);
    for (const { language, posts, originals } of this._compared) {
      const summed = plainSum(words.map(([present, weight]) =>
        evidence(weight, posts.filter(doc => present[doc]).length, originals.filter(doc => present[doc]).length)));
      if (summed > most) [best, most] = [language, summed];
    }
    return best;
  }

  /**
   * @param {string} language
   * @returns {Order}
   */
  _order(language) {
    let order = this._orders.get(language);
    if (!order) {
      const members = this._groups.flatMap((group, number) => group.map(member => ({ member, number })));
      const rank = (/** @type {Member} */ member) => 2 * Number(member.silent) + Number(member.language !== language);
      members.sort((a, b) => rank(a.member) - rank(b.member)).reverse();
      order = { docs: members.map(pair => pair.member.doc), groups: members.map(pair => pair.number) };
      this._orders.set(language, order);
    }
    return order;
  }
}

/**
 * How much a word speaks for a language, of whose posts so many have it, and so many of those that they are translations of.
 * @param {number} weight
 * @param {number} posts
 * @param {number} originals
 */
const evidence = (weight, posts, originals) => posts !== originals ? weight * log((posts + 0.5) / (originals + 0.5)) : 0;

/**
 * The groups of the posts; null if there is none, as in most indexes.
 * @param {Columns} columns
 */
export function translationsOf(columns) {
  readAll(["translation", "lang", F.ORIGINAL].map(column => () => columns.rows(column)));
  /** @type {Map<string, number[]>} */
  const byKey = new Map();
  for (const { folded, docs } of columns.rows("translation")) {
    byKey.set(folded, [...byKey.get(folded) ?? [], ...docs]);
  }
  const several = [...byKey.values()].filter(docs => docs.length > 1);
  if (!several.length) return null;
  const member = memberOf(columns);
  const groups = several.map(docs => docs.map(member).sort(compareMembers))
    .filter(group => new Set(group.map(one => one.language)).size === group.length);
  return groups.length ? new Translations(groups, columns.posts) : null;
}

/**
 * What makes a member of a post.
 * @param {Columns} columns
 */
function memberOf(columns) {
  /** @type {Map<number, string>} */
  const languages = new Map();
  // Ascending: zh before zh-cn.
  for (const { folded, docs } of columns.rows("lang")) for (const doc of docs) languages.set(doc, folded);
  const originals = new Set(columns.rows(F.ORIGINAL).flatMap(row => row.docs));
  return (/** @type {number} */ doc) =>
    ({ silent: !columns.hasText(doc), translated: !originals.has(doc), language: languages.get(doc) ?? "", doc });
}

/**
 * By which of two members of a group is shown.
 * @param {Member} a
 * @param {Member} b
 */
const compareMembers = (a, b) => Number(a.silent) - Number(b.silent) || Number(a.translated) - Number(b.translated)
  || compare(a.language, b.language) || a.doc - b.doc;

/**
 * The languages that queries may be in, those with most posts first: the posts in each, and those that they are
 * translations of.
 * @param {Member[][]} groups
 */
function compared(groups) {
  /** @type {Map<string, {language: string, posts: number[], originals: number[]}>} */
  const byLanguage = new Map();
  for (const [original, ...others] of groups) {
    for (const { silent, language, doc } of others) {
      // It would seem to lack all words.
      if (silent) break;
      const pair = byLanguage.get(language) ?? { language, posts: [], originals: [] };
      byLanguage.set(language, pair);
      pair.posts.push(doc);
      pair.originals.push(original.doc);
    }
  }
  return [...byLanguage.values()]
    .sort((a, b) => b.posts.length - a.posts.length || compare(a.language, b.language)).slice(0, C.MAX_LANGUAGES);
}
