/* What can go wrong, and what should the caller do about it? Twin of postdex_index/errors.py, as far as a search of a
   published index comes to it; `request` errors are those of postdex/http/errors.py. */

/** Root of all errors that are told: one sentence of what happened, one of what to do. */
export class PostdexError extends Error {
  /**
   * @param {string} message
   * @param {string} [hint]
   * @param {{code?: string, path?: string, status?: number}} [about]
   */
  constructor(message, hint = "", { code = "error", path = "", status = 500 } = {}) {
    super(message);
    this.name = new.target.name;
    this.hint = hint;
    this.code = code;
    this.path = path;
    this.status = status;
  }

  /** The wire form. */
  toDict() {
    return { error: { code: this.code, message: (this.path ? `${this.path}: ` : "") + this.message, hint: this.hint } };
  }
}

/** A query is over a limit, or an argument of a search cannot be used. */
export class QueryError extends PostdexError {
  /**
   * @param {string} message
   * @param {string} [hint]
   * @param {{code?: string}} [about]
   */
  constructor(message, hint = "", { code = "bad_argument" } = {}) {
    super(message, hint, { code, status: 400 });
  }
}

/** A post or section is not in the index. */
export class NotFoundError extends PostdexError {
  /**
   * @param {string} message
   * @param {string} [hint]
   * @param {{path?: string}} [about]
   */
  constructor(message, hint = "", { path = "" } = {}) {
    super(message, hint, { code: "not_found", path, status: 404 });
  }
}

/** A request that is refused, as a service refuses it. */
export class RequestError extends PostdexError {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(code, message, hint = "") {
    super(message, hint, { code, status: 400 });
  }
}

/** A file of the index cannot be had, or is not what it should be. */
export class IndexFault extends PostdexError {
  /**
   * @param {string} message
   * @param {string} [hint]
   * @param {{code?: string, path?: string}} [about]
   */
  constructor(message, hint = "", { code = "index_fault", path = "" } = {}) {
    super(message, hint, { code, path, status: 503 });
  }
}

/** The network does not answer, or the host not now: to be asked again, after so many milliseconds if it says so. */
export class Unreachable extends Error {
  /**
   * @param {string} message
   * @param {{after?: number}} [about]
   */
  constructor(message, { after = 0 } = {}) {
    super(message);
    this.name = "Unreachable";
    this.after = after;
  }
}
