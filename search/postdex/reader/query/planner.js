/* Which words of a query are required, which only score, what else could they have been? Groups -> the tree. Twin of
   postdex/query/planner.py. */

import { constantsOf } from "../parameters.js";
import { points } from "../python.js";
import { Clauses, Everything, Synonyms, Term, keyOf, leaves } from "../query.js";
import { read as readFilter } from "./filters.js";
import { places as asking } from "./asking.js";
import { isFilter } from "./lexer.js";
import { bareWord } from "./parser.js";
import { pattern, regex } from "./patterns.js";
import { expansions } from "./synonyms.js";
import { TermReading, quoted, readAsking, readWord } from "./terms.js";

/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("../query.js").Leaf} Leaf */
/** @typedef {import("../query.js").TermLeaf} TermLeaf */
/** @typedef {import("./lexer.js").QueryToken} QueryToken */
/** @typedef {import("./parser.js").ClauseNode} ClauseNode */
/** @typedef {import("./parser.js").GroupNode} GroupNode */
/** @typedef {import("./parser.js").Node} Node */
/** @typedef {import("./terms.js").WordContext} WordContext */
/** Choices of which nobody typed just that, by `keyOf` the leaf, with the leaves that each stands for.
    @typedef {Map<string, Query[]>} StandIns */
/** A word as typed outside exclusions, patterns and filters, with the leaf of the tree that looks for it.
    @typedef {{term: string, leaf: Leaf, correctable: boolean, typed: string, parts: TermLeaf[]}} TypedWord */
/** How a query is to be read.
    @typedef {{reading: WordContext, today: import("../formats/periods.js").Today | null, own: import("./own_fields.js").OwnFields | null, all_words: boolean, prefix_last: boolean, synonyms: import("./synonyms.js").CountedSynonyms | null}} QuerySettings */
/** What the brackets around a clause say of it.
    @typedef {{field: string, weight: number, required: boolean, explicit: boolean, excluded: boolean}} ClauseScope */

const T = constantsOf("text.tokenizer");

/**
 * The tree of a whole query, and what was noticed on the way. Stop words with nothing but stop words around them are
 * words like any other.
 * @param {GroupNode} root
 * @param {QuerySettings} settings
 * @returns {{tree: Query | null, warnings: string[], terms: TypedWord[], text: string, stand_ins: StandIns, synonyms: Map<string, string[]>}}
 */
export function read(root, settings) {
  const reader = new _TreeBuilder(root, settings);
  const tree = reader.group(root, { field: "", weight: 1, required: settings.all_words, explicit: false, excluded: false }).tree();
  if (reader.stopped && !reader.scored) {
    return read(root, { ...settings, reading: { ...settings.reading, stop_words: new Set(), asks: false } });
  }
  const { stand_ins, synonyms, titled, typed, warnings, words } = reader;
  return { tree, warnings, terms: words, text: titled ? typed.join(" ") : "", stand_ins, synonyms };
}

/** The clauses of a group while they are collected; `joined_words` are words that people may have typed in two. Under OR
    (`either`) filters and exclusions are choices like the words beside them. */
class _Bag {
  /** @param {boolean} either */
  constructor(either) {
    this.either = either;
    /** @type {Query[]} */
    this.required = [];
    /** @type {Query[]} */
    this.optional = [];
    /** @type {Query[]} */
    this.joined_words = [];
    /** @type {Query[]} */
    this.excluded = [];
    /** @type {Query[]} */
    this.bonus = [];
  }

  /**
   * A clause; one that only filters is required even if its words were not.
   * @param {Query} query
   * @param {boolean} required
   */
  add(query, required) {
    const chosen = this.either || !(required || !leaves(query).length);
    (chosen ? this.optional : this.required).push(query);
  }

  /** @param {Query} query */
  exclude(query) {
    if (this.either) this.optional.push(Clauses({ required: [Everything()], excluded: [query] }));
    else this.excluded.push(query);
  }

  onlyBonus() {
    return this.bonus.length > 0 && !this.required.length && !this.optional.length && !this.excluded.length;
  }

  /** The clauses as one query; null if there are none. */
  tree() {
    const { bonus, excluded } = this;
    const optional = [...this.optional, ...this.joined_words];
    const all = [...this.required, ...optional];
    if (!excluded.length && !bonus.length && all.length < 2) return all[0] ?? null;
    const required = all.length ? this.required : [Everything()];
    const minimum = optional.length && !required.some(query => leaves(query).length) ? 1 : 0;
    return Clauses({ required, optional, excluded, bonus, minimum });
  }
}

/** Groups -> tree, of the query below `root`. Keeps what is noticed on the way. `pasted`: it has plain words, so that all
    of it may have been pasted; `stopped`: a stop word was taken for a bonus; `scored`: something else can score;
    `titled`: the text as typed may be a title. */
class _TreeBuilder {
  /**
   * @param {GroupNode} root
   * @param {QuerySettings} settings
   */
  constructor(root, settings) {
    this.root = root;
    this.settings = settings;
    this.reading = settings.reading;
    /** @type {boolean | null} */
    this.pasted = null;
    this.scored = false;
    this.stopped = false;
    this.titled = true;
    /** @type {StandIns} */
    this.stand_ins = new Map();
    /** @type {string[]} */
    this.typed = [];
    /** @type {string[]} */
    this.warnings = [];
    /** @type {TypedWord[]} */
    this.words = [];
    /** @type {Map<string, string[]>} */
    this.synonyms = new Map();
    /** @param {string} warning */
    this.say = warning => void this.warnings.push(warning);
  }

  /**
   * The clauses of a group, those of the groups in it included.
   * @param {GroupNode} group
   * @param {ClauseScope} scope
   */
  group(group, scope) {
    const { kind, parts } = group;
    scope = { ...scope, field: group.field || scope.field, weight: group.weight * scope.weight };
    if (kind === "AND") scope = { ...scope, required: true, explicit: true };
    const every = kind === "AND" || (kind === "beside" && this.settings.all_words && !scope.excluded);
    const bag = new _Bag(kind === "OR");
    const onlyAsk = asking(group, this.reading);
    const pieces = parts.map((part, at) => part.parts ? [] : this.pieces(part, scope, onlyAsk.has(at)));
    const joinedWords = kind === "beside" ? this.joinWords(parts, pieces, every, scope, bag) : new Map();
    this.expand(group, pieces, every, scope, bag);
    parts.forEach((part, at) => {
      if (part.sign === "-") this.exclude(part, pieces[at], scope, bag);
      else if (part.parts) this.nested(part, every || part.sign === "+", scope, bag);
      else this.clause(part, pieces[at], joinedWords.get(at) ?? [], every, scope, bag);
    });
    return bag;
  }

  /**
   * The words or the filter of a clause, each read once.
   * @param {ClauseNode} clause
   * @param {ClauseScope} scope
   * @param {boolean} onlyAsks
   */
  pieces({ sign, token }, scope, onlyAsks) {
    const { own, prefix_last, today } = this.settings;
    const { say } = this;
    const { kind, text } = token;
    const field = token.field || scope.field;
    if (isFilter(field)) return readFilter(field, text, this.reading, { today, own, say });
    if (text === "*" && !field) return [TermReading(Everything())];
    const excluded = scope.excluded || sign === "-";
    const reading = {
      ...this.reading, field, weight: scope.weight * token.weight, is_prefix: prefix_last && token.last && !excluded,
    };
    if (kind !== "quote" && (kind === "regex" || _hasWildcard(text))) {
      return this.pattern(token, reading, !!(sign || field) || scope.explicit || excluded);
    }
    const pieces = kind === "quote" ? quoted(text, token.slop, reading)
      : onlyAsks && !scope.explicit && !excluded ? readAsking(text, reading) : readWord(text, token.edits, reading, say);
    const fuzzy = pieces.some(piece => piece.required.kind === "Fuzzy");
    if (excluded || fuzzy || text.includes("*") || (field && field !== "title")) this.titled = false;
    return pieces;
  }

  /**
   * A chunk with signs of a pattern; the words in it if it is none.
   * @param {QueryToken} token
   * @param {WordContext} reading
   * @param {boolean} insisted
   */
  pattern({ edits, kind, text }, reading, insisted) {
    this.pasted ??= _hasPlainWords(this.root);
    const piece = kind === "regex" ? regex(text, reading, this.say) : pattern(text, reading, insisted || !this.pasted, this.say);
    if (piece && kind !== "regex") this.stand_ins.set(keyOf(piece.required), piece.optional.slice(0, -1));
    if (piece || text.includes("*") || edits > 0) this.titled = false;
    return piece ? [piece] : readWord(text, edits, reading, this.say);
  }

  /**
   * Neighbours as one word, where that is a word too: a choice more, or another spelling of both if required.
   * @param {Node[]} parts
   * @param {TermReading[][]} pieces
   * @param {boolean} every
   * @param {ClauseScope} scope
   * @param {_Bag} bag
   * @returns {Map<number, TermLeaf[]>}
   */
  joinWords(parts, pieces, every, { excluded, field, weight }, bag) {
    /** @type {Map<number, string>} */
    const inOne = new Map();
    for (let at = 0; !excluded && at + 1 < parts.length; at++) {
      if (!bareWord(parts[at]) || !bareWord(parts[at + 1]) || parts[at].sign !== parts[at + 1].sign) continue;
      const text = this.inOne(pieces[at], pieces[at + 1]);
      if (text) inOne.set(at, text);
    }
    let texts = [...new Set(inOne.values())].sort();
    const counts = this.reading.post_counts;
    if (texts.length && counts) {
      // The words themselves are what is asked for next: an index that is far away is asked once for all.
      const posts = counts([...texts, ...pieces.flat().filter(piece => piece.plain).map(piece => piece.term)]);
      texts = texts.filter((_, at) => posts[at]);
    }
    const joinedWords = new Map();
    for (const [at, text] of inOne) {
      if (!texts.includes(text)) continue;
      if (every || parts[at].sign === "+") {
        for (const place of [at, at + 1]) joinedWords.set(place, [...joinedWords.get(place) ?? [], Term(text, { field })]);
      } else {
        const word = Term(text, { field, weight });
        bag.joined_words.push(word);
        this.stand_ins.set(keyOf(word), [pieces[at][0].optional[0], pieces[at + 1][0].optional[0]]);
      }
    }
    return joinedWords;
  }

  /**
   * The synonyms of words: choices more, or if all words are required others for each. What is required itself, quoted,
   * excluded or a filter means itself.
   * @param {GroupNode} group
   * @param {TermReading[][]} pieces
   * @param {boolean} every
   * @param {ClauseScope} scope
   * @param {_Bag} bag
   */
  expand(group, pieces, every, scope, bag) {
    const { synonyms } = this.settings;
    if (!synonyms || scope.explicit || scope.excluded) return;
    const reading = { ...this.reading, field: scope.field, weight: scope.weight };
    for (const { places, typed, text, beside, instead } of expansions(group, pieces, reading, synonyms)) {
      this.synonyms.set(typed, [...this.synonyms.get(typed) ?? [], text]);
      if (!every) {
        const key = keyOf(beside);
        if (!bag.joined_words.some(other => keyOf(other) === key)) bag.joined_words.push(beside);
        const typedLeaves = places.flatMap(([at, number]) => leaves(pieces[at][number].optional[0]));
        for (const leaf of leaves(beside)) this.stand_ins.set(keyOf(leaf), [...this.stand_ins.get(keyOf(leaf)) ?? [], ...typedLeaves]);
      }
      for (const [at, number] of places) {
        // It is not misspelt.
        const piece = pieces[at][number] = { ...pieces[at][number], term: "" };
        if (every) piece.required = _either(piece.required, instead);
      }
    }
  }

  /**
   * Two words as one, "" where they make none. `a` stands before everything: `a way` is not away.
   * @param {TermReading[]} left
   * @param {TermReading[]} right
   */
  inOne(left, right) {
    if (left.length !== 1 || right.length !== 1 || !left[0].plain || !right[0].plain) return "";
    const first = left[0].term, second = right[0].term;
    const stops = [first, second].filter(term => this.reading.stop_words.has(term));
    if (stops.length === 2 || stops.some(stop => points(stop).length === 1)) return "";
    if (points(first + second).length > T.LONGEST_TERM || !left[0].closes || !right[0].opens) return "";
    const inner = [...first].slice(-1) + [...second][0];
    return /^[\p{L}\p{N}]+$/u.test(inner) && !/^\p{Nd}+$/u.test(inner) ? first + second : "";
  }

  /**
   * A word or filter among others.
   * @param {ClauseNode} part
   * @param {TermReading[]} pieces
   * @param {TermLeaf[]} joinedWords
   * @param {boolean} every
   * @param {ClauseScope} scope
   * @param {_Bag} bag
   */
  clause({ sign, token }, pieces, joinedWords, every, scope, bag) {
    const required = every || sign === "+";
    if (!isFilter(token.field || scope.field)) this.typed.push(token.text);
    if (pieces.length > 1 && scope.required && !required) {
      bag.add(_all(pieces), false);
      this.scored ||= !scope.excluded;
      return;
    }
    for (const piece of pieces) {
      const stop = piece.asks || (piece.plain && this.reading.stop_words.has(piece.term));
      const leaf = joinedWords.length ? _spelledToo(piece.required, joinedWords) : piece.required;
      if (stop && !scope.explicit && sign !== "+") {
        this.stopped = true;
        bag.bonus.push(piece.required);
        continue;
      }
      const scores = leaves(leaf).length > 0;
      if (required || scope.required || !scores) bag.add(leaf, required);
      else bag.optional.push(...piece.optional);
      this.scored ||= scores && !scope.excluded;
      this.note(token, piece, leaf, !(required || scope.required || stop), scope);
    }
  }

  /**
   * Keep a word for those who ask what else it may have been.
   * @param {QueryToken} token
   * @param {TermReading} piece
   * @param {Query} leaf
   * @param {boolean} optional
   * @param {ClauseScope} scope
   */
  note(token, { optional: choices, term, typed }, leaf, optional, scope) {
    if (scope.excluded || !term || !_isLeaf(leaf)) return;
    const growing = this.settings.prefix_last && token.last;
    const correctable = optional && !growing && token.kind !== "quote";
    this.words.push({ term, leaf, correctable, typed, parts: choices.slice(1).filter(part => part.kind === "Term") });
  }

  /**
   * A group among others; in brackets of its own a required word is still required.
   * @param {GroupNode} inner
   * @param {boolean} required
   * @param {ClauseScope} scope
   * @param {_Bag} bag
   */
  nested(inner, required, scope, bag) {
    if (required && inner.parts.length === 1) scope = { ...scope, required: true, explicit: true };
    const ofGroup = this.group(inner, scope);
    const tree = ofGroup.tree();
    if (ofGroup.onlyBonus()) bag.bonus.push(...ofGroup.bonus);
    else if (tree) bag.add(tree, required);
  }

  /**
   * A clause that a post must not have.
   * @param {Node} part
   * @param {TermReading[]} pieces
   * @param {ClauseScope} scope
   * @param {_Bag} bag
   */
  exclude(part, pieces, scope, bag) {
    this.titled = false;
    const tree = part.parts ? this.group(part, { ...scope, required: true, explicit: true, excluded: true }).tree()
      : pieces.length ? _all(pieces) : null;
    if (tree) bag.exclude(tree);
  }
}

/** @param {string} text */
const _hasWildcard = text => text.includes("*") || text.slice(0, -1).includes("?");

/**
 * @param {Query} query
 * @returns {query is Leaf}
 */
const _isLeaf = query => !["Clauses", "Keyword", "DateRange", "FieldRange", "Everything"].includes(query.kind);

/**
 * Whether there is a word without a sign in front, a field or a pattern, as in what is pasted.
 * @param {Node} node
 * @returns {boolean}
 */
function _hasPlainWords(node) {
  if (node.parts) return !node.field && node.parts.some(_hasPlainWords);
  const { kind, field, text } = node.token;
  return kind === "word" && !node.sign && !field && !_hasWildcard(text);
}

/**
 * @param {TermReading[]} pieces
 * @returns {Query}
 */
const _all = pieces => pieces.length > 1 ? Clauses({ required: pieces.map(piece => piece.required) }) : pieces[0].required;

/**
 * A word that is required, or another in its place.
 * @param {Query} word
 * @param {Query} other
 * @returns {Query}
 */
function _either(word, other) {
  if (word.kind === "Clauses" && word.minimum) return { ...word, optional: [...word.optional, other] };
  return Clauses({ optional: [word, other], minimum: 1 });
}

/**
 * A word, or one of the words it may be half of.
 * @param {Query} leaf
 * @param {TermLeaf[]} joinedWords
 * @returns {Query}
 */
function _spelledToo(leaf, joinedWords) {
  if (leaf.kind === "Synonyms") return Synonyms([...leaf.spellings, ...joinedWords], { weight: leaf.weight });
  return leaf.kind === "Term" ? Synonyms([{ ...leaf, weight: 1 }, ...joinedWords], { weight: leaf.weight }) : leaf;
}
