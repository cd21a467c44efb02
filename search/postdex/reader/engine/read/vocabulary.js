/* What of a leaf is decided before it is looked up? Twin of engine/embedded/read/vocabulary.py.

   Which stems its words have, and which words a pattern means where it covers too many. */

import { constantsOf } from "../../parameters.js";
import { compare } from "../../python.js";
import { Prefix, keyOf } from "../../query.js";

const C = constantsOf("engine.read.vocabulary");

/** @typedef {import("../../query.js").Leaf} Leaf */
/** @typedef {import("../../query.js").PrefixLeaf | import("../../query.js").WildcardLeaf | import("../../query.js").RegexLeaf | import("../../query.js").FuzzyLeaf} Pattern */

/**
 * A leaf as it is looked up: whatever it weighs, with the languages whose stems its words have, and with the words that
 * are meant where its patterns cover too many: null where they do not, undefined where nobody has counted them yet.
 * @typedef {{leaf: Leaf, languages: string[], words: Set<string> | null | undefined}} Sought
 */

export class Vocabulary {
  /**
   * @param {string[]} languages
   * @param {import("./postings.js").PostingLists} lists
   */
  constructor(languages, lists) {
    this._languages = languages;
    this._lists = lists;
    /** @type {Map<string, Sought>} */
    this._sought = new Map();
  }

  /**
   * A leaf as it is looked up, before the words of its patterns are counted.
   * @param {Leaf} leaf
   * @returns {Sought}
   */
  unread(leaf) {
    return { leaf: leaf.weight === 1 ? leaf : { ...leaf, weight: 1 }, languages: this._languages, words: undefined };
  }

  /**
   * A leaf as it is looked up.
   * @param {Leaf} leaf
   * @returns {Sought}
   */
  sought(leaf) {
    const unread = this.unread(leaf), covered = patterns(leaf);
    if (!covered.length) return { ...unread, words: null };
    const key = keyOf(unread.leaf);
    let sought = this._sought.get(key);
    if (!sought) {
      if (this._sought.size >= C._MAX_KEPT) this._sought.clear();
      this._sought.set(key, sought = { ...unread, words: this._only(covered) });
    }
    return sought;
  }

  /**
   * The most frequent words that patterns cover; null if these are not too many.
   * @param {Pattern[]} searched
   */
  _only(searched) {
    const covered = searched.map(pattern => this._lists.keysOfPattern(pattern));
    if (covered.reduce((sum, keys) => sum + keys.length, 0) <= C.MAX_WORDS) return null;
    /** @type {Map<string, number>} */
    const posts = new Map();
    for (const keys of covered) {
      for (const [word, count] of this._lists.frequencies(keys)) posts.set(word, (posts.get(word) ?? 0) + count);
    }
    if (posts.size <= C.MAX_WORDS) return null;
    const frequentFirst = [...posts].sort((a, b) => b[1] - a[1] || compare(b[0], a[0]));
    return new Set(frequentFirst.slice(0, C.MAX_WORDS).map(([word]) => word));
  }
}

/**
 * The patterns in a leaf, whatever field they are limited to.
 * @param {Leaf} leaf
 * @returns {Pattern[]}
 */
export function patterns(leaf) {
  switch (leaf.kind) {
    case "Prefix": case "Wildcard": case "Regex": case "Fuzzy": return [{ ...leaf, field: "", weight: 1 }];
    case "Phrase": return leaf.prefix ? [Prefix(leaf.terms[leaf.terms.length - 1])] : [];
    case "Synonyms": return leaf.spellings.flatMap(patterns);
    default: return [];
  }
}
