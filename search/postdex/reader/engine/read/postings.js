/* In which posts does a leaf of the query occur, with what impact, and at which positions? Twin of
   postdex_index/engine/embedded/read/postings.py.

   A list is named by its stem. What is computed from positions knows its impacts late: they need the lengths of posts,
   which nobody has to fetch who only asks where a phrase stands. */

import { readAll } from "../../missing.js";
import { bisectLeft } from "../../python.js";
import { Prefix } from "../../query.js";
import { schema, titleCode } from "../../schema.js";
import { stem } from "../../text/stemming.js";
import { ComputedPostings, union } from "./combined_postings.js";
import { positionsOfForms, postsOf } from "./occurrences.js";
import { common, sideBySide, within } from "./phrases.js";
import { Places } from "./places.js";
import { StoredPostings } from "./stored_postings.js";
import { TermDictionary } from "./term_dictionary.js";

/** @typedef {import("../../files.js").IndexFiles} IndexFiles */
/** @typedef {import("../../query.js").Leaf} Leaf */
/** @typedef {import("../../query.js").PhraseLeaf} PhraseLeaf */
/** @typedef {import("../../query.js").PrefixLeaf | import("../../query.js").WildcardLeaf | import("../../query.js").RegexLeaf | import("../../query.js").FuzzyLeaf} Pattern */
/** @typedef {import("./occurrences.js").ListPart} ListPart */
/** @typedef {import("./stored_postings.js").StoredList} StoredList */
/** @typedef {import("./term_dictionary.js").IndexedForm} IndexedForm */
/** @typedef {ArrayLike<number>} Positions */

/**
 * A leaf as it is looked up, whatever it weighs: the languages whose stems its words have, and, where its patterns cover
 * too many, the words that are meant.
 * @typedef {{leaf: Leaf, languages: string[], words?: Set<string> | null}} Sought
 */

/** Patterns whose words are kept. */
const MAX_CACHED_PATTERNS = 4;

export class PostingLists {
  /** @param {IndexFiles} files */
  constructor(files) {
    this._files = files;
    this.terms = new TermDictionary(files);
    this.places = new Places(files);
    this.posts = files.entry.posts;
    /** @type {Map<string, IndexedForm[]>} */
    this._forms = new Map();
  }

  // -- leaves

  /**
   * The postings of a leaf; null if there are none. `among`, where known, are the posts that may hold all words of a
   * phrase. Throws Missing.
   * @param {Sought} sought
   * @param {ArrayLike<number> | null} [among]
   * @returns {any}
   */
  postings(sought, among = null) {
    const { leaf, languages } = sought;
    switch (leaf.kind) {
      case "Term":
        if (leaf.field) this._files.need(this._wanted(sought));
        return this._limited(leaf.exact ? this._ofForms([leaf.text]) : this._word(leaf.text, languages), leaf.field);
      case "Phrase":
        return this._phrase(leaf, sought, among);
      case "Synonyms": {
        /** @type {(import("./combined_postings.js").Postings | null)[]} */
        const spelled = [];
        readAll(leaf.spellings.map(spelling => () => spelled.push(this.postings({ ...sought, leaf: spelling }, among))));
        return union(spelled.filter(postings => postings !== null));
      }
      default: {
        const forms = this._formsSearched(leaf, sought);
        if (leaf.field) this._files.need(this._wantedForms(forms, false));
        return this._limited(this._ofForms(forms), leaf.field);
      }
    }
  }

  /**
   * The files that are needed for the postings of a leaf, as far as that can be told from those that are here: it is
   * asked again once they are. Where the words of a pattern are not known (undefined), those that tell them.
   * @param {Sought} sought
   * @returns {string[]}
   */
  _wanted(sought) {
    const { leaf, languages } = sought;
    switch (leaf.kind) {
      case "Synonyms":
        return leaf.spellings.flatMap(spelling => this._wanted({ ...sought, leaf: spelling }));
      case "Term":
        return leaf.exact ? this._wantedForms([leaf.text], !leaf.field) : this._wantedStems(leaf.text, languages, !leaf.field);
      case "Phrase":
        return leaf.terms.flatMap((text, index) => {
          if (leaf.prefix && index === leaf.terms.length - 1) return this._wanted({ ...sought, leaf: Prefix(text) });
          return leaf.exact ? this._wantedForms([text], true) : this._wantedStems(text, languages, true);
        });
      default: {
        const files = this._wordFiles(leaf);
        if (sought.words === undefined || files.some(name => this._lacks(name))) return files;
        return this._wantedForms(this._formsSearched(leaf, sought), !leaf.field);
      }
    }
  }

  /** @param {string} name */
  _lacks(name) {
    return !this._files.has(name);
  }

  /**
   * @param {Pattern} pattern
   * @returns {string[]}
   */
  _wordFiles(pattern) {
    switch (pattern.kind) {
      case "Prefix": return this.terms.wordFiles(pattern.text);
      case "Wildcard": return this.terms.wordFiles(pattern.pattern.split(/[*?]/, 1)[0]);
      case "Fuzzy": return this.terms.wordFiles(String.fromCodePoint(/** @type {number} */ (pattern.text.codePointAt(0))));
      default: return [];
    }
  }

  /**
   * @param {string} text
   * @param {string[]} languages
   * @param {boolean} rows whether posts and impacts are enough
   */
  _wantedStems(text, languages, rows) {
    return this._stems(text, languages).flatMap(stemmed => this._wantedList(stemmed, rows));
  }

  /**
   * @param {string} stemmed
   * @param {boolean} rows
   * @returns {string[]}
   */
  _wantedList(stemmed, rows) {
    const name = this.terms.file(stemmed);
    if (!name || this._lacks(name)) return name ? [name] : [];
    const list = this.terms.list(stemmed);
    if (!list) return [];
    return [...list.wanted, ...(rows ? [] : list.positionFiles())];
  }

  /**
   * @param {string[]} forms
   * @param {boolean} rows
   * @returns {string[]}
   */
  _wantedForms(forms, rows) {
    return forms.flatMap(form => {
      const name = this.terms.file(form);
      if (!name || this._lacks(name)) return name ? [name] : [];
      return (this.terms.find(form)?.leads ?? []).flatMap(lead => {
        const wanted = this._wantedList(lead.stem, rows), home = this.terms.file(lead.stem);
        const list = home && !this._lacks(home) ? this.terms.list(lead.stem) : null;
        // Of a list with several forms the occurrences are needed, to tell one from another.
        const apart = list?.isMultiForm ? [...list.positionFiles(), ...list.formFiles] : [];
        return [...wanted, ...apart];
      });
    });
  }

  /**
   * The word or any of its stem in these languages.
   * @param {string} text
   * @param {string[]} languages
   */
  _word(text, languages) {
    return union(this._lists(text, languages).map(list => new StoredPostings(list)));
  }

  /**
   * @param {string} text
   * @param {string[]} languages
   * @returns {StoredList[]}
   */
  _lists(text, languages) {
    const stems = this._stems(text, languages).sort();
    this._files.need(stems.map(stemmed => this.terms.file(stemmed)).filter(Boolean));
    return /** @type {StoredList[]} */ (stems.map(stemmed => this.terms.list(stemmed)).filter(Boolean));
  }

  /**
   * @param {string} text
   * @param {string[]} languages
   */
  _stems(text, languages) {
    const spoken = languages.length ? languages : this._files.entry.languages;
    return [...new Set(spoken.map(language => stem(text, language)))];
  }

  /**
   * The word forms that a pattern matches, in any field.
   * @param {Pattern} pattern
   * @returns {IndexedForm[]}
   */
  keysOfPattern(pattern) {
    const key = JSON.stringify({ ...pattern, field: "", weight: 1 });
    let forms = this._forms.get(key);
    if (!forms) {
      forms = this._covered(pattern);
      if (this._forms.size >= MAX_CACHED_PATTERNS) this._forms.clear();
      this._forms.set(key, forms);
    }
    return forms;
  }

  /**
   * @param {Pattern} pattern
   * @returns {IndexedForm[]}
   */
  _covered(pattern) {
    switch (pattern.kind) {
      case "Prefix": return this.terms.withPrefix(pattern.text);
      case "Wildcard": return this.terms.matching(pattern.pattern);
      case "Fuzzy": return this.terms.near(pattern.text, pattern.slips).map(([, form]) => form);
      default: throw new Error("a regular expression is taken out of a query before it is looked up");
    }
  }

  /**
   * Document frequency by word form.
   * @param {IndexedForm[]} forms
   */
  frequencies(forms) {
    return new Map(forms.map(({ term, posts }) => [term, posts]));
  }

  /**
   * The words that a pattern means.
   * @param {Pattern} pattern
   * @param {Sought} sought
   */
  _formsSearched(pattern, { words }) {
    const terms = this.keysOfPattern(pattern).map(({ term }) => term);
    return words ? terms.filter(term => words.has(term)) : terms;
  }

  /**
   * All these word forms, as one.
   * @param {string[]} forms
   */
  _ofForms(forms) {
    return union([...this._formsByList(forms)].map(([list, numbers]) => {
      const isWhole = [...new Set(list.forms())].every(number => numbers.has(number));
      return isWhole ? new StoredPostings(list) : this._limitedToForms(list, numbers);
    }));
  }

  /**
   * The numbers of these word forms by the lists that they stand in.
   * @param {string[]} forms
   * @returns {Map<StoredList, Set<number>>}
   */
  _formsByList(forms) {
    this._files.need(this._wantedForms(forms, true));
    /** @type {Map<string, Set<number>>} */
    const numbers = new Map();
    for (const { stem: stemmed, form } of forms.flatMap(text => this.terms.find(text)?.leads ?? [])) {
      numbers.set(stemmed, (numbers.get(stemmed) ?? new Set()).add(form));
    }
    return new Map([...numbers].map(([stemmed, ofList]) => [/** @type {StoredList} */ (this.terms.list(stemmed)), ofList]));
  }

  /**
   * The postings of a list limited to some of its word forms. Where all occurrences in a post remain, its impact is the
   * stored one.
   * @param {StoredList} list
   * @param {Set<number>} forms
   */
  _limitedToForms(list, forms) {
    const positionsOf = positionsOfForms(list, forms);
    const { docs, impacts, titles } = list.columns();
    const impactsOf = () => {
      const values = [...positionsOf].map(([doc, here]) => {
        const posting = bisectLeft(docs, doc);
        return here.length === list.positions(posting).length ? impacts[posting] : -1;
      });
      const docsToCompute = [...positionsOf.keys()].filter((_, index) => values[index] < 0);
      this.places.need(docsToCompute);
      return Uint8Array.from([...positionsOf], ([doc, here], index) => values[index] < 0 ? this.places.impact(doc, here) : values[index]);
    };
    const titleDocs = () => {
      const titled = [...titles.docs].filter(doc => positionsOf.has(doc));
      this.places.need(titled);
      const inTitle = titled.filter(doc => this.places.codes(doc, positionsOf.get(doc) ?? []).includes(titleCode()));
      return new Map(inTitle.length ? [[list.stem, new Set(inTitle)]] : []);
    };
    return new ComputedPostings(impactsOf, positionsOf, { titleDocs });
  }

  /**
   * Postings limited to one field. Two words of theirs at one place are one, as in a union of lists.
   * @param {any} postings
   * @param {string} field
   */
  _limited(postings, field) {
    if (!field || !postings) return postings;
    this.places.need(postings.docs);
    const codes = schema().codes[field];
    return this._computed(nonEmpty(Array.from(postings.docs, doc => {
      const here = Array.from(new Set(postings.positions(doc)));
      return [doc, this.places.inFields(doc, /** @type {number[]} */ (here).sort((a, b) => a - b), codes)];
    })));
  }

  // -- phrases

  /**
   * Words side by side (or within slop), from the positions of the posts that have them all.
   * @param {PhraseLeaf} phrase
   * @param {Sought} sought
   * @param {ArrayLike<number> | null} among
   */
  _phrase(phrase, sought, among) {
    const words = this._phraseWords(phrase, sought);
    if (!words.length) return null;
    const codes = phrase.field ? schema().codes[phrase.field] : [];
    const width = words.length;
    const docs = among ?? common(words.map(postsOf));
    this._files.need(words.flat().flatMap(({ list }) => list.positionFiles(docs)));
    if (phrase.slop) {
      // Gives every word of a window.
      const inside = codes.length
        ? (/** @type {number} */ doc, /** @type {Positions} */ at) => this.places.inFields(doc, at, codes) : null;
      return this._computed(within(words, phrase.slop, inside), { step: width });
    }
    let starts = sideBySide(words, docs);
    if (codes.length) {
      this.places.need(starts.keys());
      starts = nonEmpty(Array.from(starts, ([doc, positions]) => [doc, this.places.fromInFields(doc, positions, width, codes)]));
    }
    if (phrase.outside_links) {
      this.places.needLinks(starts.keys());
      starts = nonEmpty(Array.from(starts, ([doc, positions]) => [doc, this.places.outsideLinks(doc, positions, width)]));
    }
    return this._computed(starts, { width });
  }

  /**
   * The words of a phrase, none if one of them is lacking.
   * @param {PhraseLeaf} phrase
   * @param {Sought} sought
   * @returns {ListPart[][]}
   */
  _phraseWords(phrase, sought) {
    this._files.need(this._wanted({ ...sought, leaf: phrase, words: sought.words ?? null }));
    /** @type {ListPart[][]} */
    const words = [];
    for (const [index, text] of phrase.terms.entries()) {
      const last = phrase.prefix && index === phrase.terms.length - 1;
      const parts = last || phrase.exact
        ? Array.from(this._formsByList(last ? this._formsSearched(Prefix(text), sought) : [text]), ([list, forms]) => ({ list, forms }))
        : this._lists(text, sought.languages).map(list => ({ list, forms: null }));
      if (!parts.length) return [];
      words.push(parts);
    }
    return words;
  }

  // -- made postings

  /**
   * Postings from positions by post: `step` of these are one occurrence, and each stands for `width` words.
   * @param {Map<number, number[]>} positionsOf
   * @param {{step?: number, width?: number}} [shape]
   */
  _computed(positionsOf, { step = 1, width = 1 } = {}) {
    if (!positionsOf.size) return null;
    const impacts = () => {
      this.places.need(positionsOf.keys());
      return Uint8Array.from(positionsOf, ([doc, positions]) =>
        this.places.impact(doc, step === 1 ? positions : Array.from(positions).filter((_, index) => index % step === 0)));
    };
    return new ComputedPostings(impacts, positionsOf, { width });
  }

  /**
   * Posts that have a word in their title, with the share of the title that it is in 1/255; of a list by its stem.
   * @param {string} stemmed
   */
  titleCoverages(stemmed) {
    return this.terms.list(stemmed)?.columns().titles ?? { docs: new Uint32Array(), shares: new Uint8Array() };
  }
}

/**
 * Those posts that have any position.
 * @param {[number, number[]][]} positionsOf
 */
const nonEmpty = positionsOf => new Map(positionsOf.filter(([, positions]) => positions.length));
