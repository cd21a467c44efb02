/* How do the clauses of a query hang together? Tokens -> groups, by precedence. Twin of postdex/query/parser.py. */

import { QueryError } from "../errors.js";
import { constantsOf } from "../parameters.js";
import { QueryToken, isFilter } from "./lexer.js";

/** A word, quote or filter as typed; `sign` is "-" where it is excluded, by a sign or by `NOT`.
    @typedef {{token: QueryToken, sign: string, parts?: undefined}} ClauseNode */
/** Clauses "beside" one another, or joined by one of `BINARY`.
    @typedef {{kind: string, parts: Node[], sign: string, field: string, weight: number}} GroupNode */
/** @typedef {ClauseNode | GroupNode} Node */

const C = constantsOf("query.parser");

/** @returns {ClauseNode} */
export const Clause = (/** @type {QueryToken} */ token, sign = "") => ({ token, sign });
/** @returns {GroupNode} */
export const Group = (/** @type {string} */ kind, /** @type {Node[]} */ parts, sign = "", field = "", weight = 1) =>
  ({ kind, parts, sign, field, weight });

/**
 * The text of a clause that is a word without sign for exclusion, field, weight or slips; "" of another.
 * @param {Node} part
 */
export function bareWord(part) {
  if (part.parts || part.sign === "-") return "";
  const { edits, field, kind, text, weight } = part.token;
  return kind === "word" && !field && weight === 1 && edits < 0 ? text : "";
}

/**
 * The groups of a query. Throws `QueryError` for more operators, phrases and filters, or deeper brackets, than the
 * limits.
 * @param {QueryToken[]} tokens
 */
export function group(tokens) {
  if (tokens.filter(_counts).length > C.MAX_CLAUSES) {
    const message = `the query has more than ${C.MAX_CLAUSES} operators, phrases and filters`;
    throw new QueryError(message, "search for fewer, or for the words alone", { code: "too_many_clauses" });
  }
  const parser = new _Parser(tokens);
  return { root: Group("beside", parser.sideBySide()), warnings: parser.warnings };
}

/**
 * Whether a token is syntax, not only a word or a bracket.
 * @param {QueryToken} token
 */
const _counts = token => C._SYNTAX.includes(token.kind) || token.sign || isFilter(token.field);

/** A place among the tokens. Recursion goes as deep as brackets do, and no deeper than `MAX_LEVELS`. */
class _Parser {
  /** @param {QueryToken[]} tokens */
  constructor(tokens) {
    this.tokens = [...tokens, QueryToken("")];
    this.at = 0;
    this.level = 0;
    /** @type {string[]} */
    this.warnings = [];
  }

  /** Clauses up to the end of the group or of the query. */
  sideBySide() {
    /** @type {Node[]} */
    const parts = [];
    while (!this.ends()) {
      const part = C.BINARY.includes(this.next()) ? this.leaveOut("before") : this.joined();
      if (part) parts.push(part);
    }
    return parts;
  }

  /**
   * Operands between the operators of one level of `BINARY`, or the one operand there is.
   * @returns {Node | null}
   */
  joined(level = 0) {
    /** @type {Node[]} */
    const parts = [];
    for (;;) {
      const part = level + 1 < C.BINARY.length ? this.joined(level + 1) : this.operand();
      if (part) parts.push(part);
      if (this.next() !== C.BINARY[level]) break;
      this.at++;
      while (C.BINARY.includes(this.next())) this.leaveOut("before");
      if (this.ends()) {
        this.at--;
        this.leaveOut("after");
        break;
      }
    }
    return parts.length > 1 ? Group(C.BINARY[level], parts) : parts[0] ?? null;
  }

  /**
   * A clause or a bracketed group, behind any number of `NOT`.
   * @returns {Node | null}
   */
  operand() {
    let negated = false;
    for (; this.next() === "NOT"; this.at++) negated = !negated;
    if (this.ends() || C.BINARY.includes(this.next())) {
      this.at--;
      return this.leaveOut("after");
    }
    const token = this.tokens[this.at++];
    const node = token.kind === "(" ? this.bracketed(token) : Clause(token, token.sign);
    return negated ? { ...node, sign: node.sign === "-" ? "" : "-" } : node;
  }

  /** @param {QueryToken} opening */
  bracketed(opening) {
    if (++this.level > C.MAX_LEVELS) {
      const message = `the query has brackets more than ${C.MAX_LEVELS} deep`;
      throw new QueryError(message, "leave some of them out", { code: "too_deep" });
    }
    const parts = this.sideBySide();
    this.level--;
    return Group("beside", parts, opening.sign, opening.field, this.tokens[this.at++].weight);
  }

  /** The kind of the next token; "" at the end. */
  next() {
    return this.tokens[this.at].kind;
  }

  /** Whether the group or the query ends here. */
  ends() {
    return ["", ")"].includes(this.next());
  }

  /**
   * Step over an operator that has nothing on that side, and say so.
   * @param {string} side
   * @returns {null}
   */
  leaveOut(side) {
    this.warnings.push(`${this.tokens[this.at++].kind} was left out: nothing stands ${side} it`);
    return null;
  }
}
