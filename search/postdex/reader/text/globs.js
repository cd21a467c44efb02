/* Which regular expression covers what a pattern with `*` and `?` covers, and is never slow? Twin of postdex_index/text/globs.py.

   There they are texts for UTF-8, here expressions for whole texts. Between stars the first place that fits is the right
   one: a lookahead whose group is then read again is the atomic group that JavaScript has not. */

/** What no value of a column and no word holds. */
const SEPARATORS = "\\t\\n";

/**
 * `*` any run, `?` one character; at most text x pattern steps.
 * @param {string} pattern
 */
export function wildcard(pattern) {
  const pieces = pattern.split(/\*+/).map(text => literal(text, SEPARATORS));
  return joined(pieces, pieces.slice(1).map(() => `[^${SEPARATORS}]*`), []);
}

/**
 * `*` and `?` stay within a segment of the path, `**` crosses them; two `**` and the last `*` are free to try again.
 * @param {string} pattern
 */
export function path(pattern) {
  const pieces = pattern.split(/\*+/).map(text => literal(text, `/${SEPARATORS}`));
  const stars = pattern.match(/\*+/g) ?? [];
  const runs = stars.map(star => star.length > 1 ? `[^${SEPARATORS}]*` : `[^/${SEPARATORS}]*`);
  return joined(pieces, runs, stars.flatMap((star, at) => star.length > 1 ? [at] : []).slice(0, 2));
}

/**
 * Pieces with runs between them; each run but the last and the free ones ends for good where its piece follows.
 * @param {string[]} pieces
 * @param {string[]} runs
 * @param {number[]} free
 */
function joined(pieces, runs, free) {
  let regex = pieces[0], groups = 0;
  runs.forEach((run, at) => {
    const piece = pieces[at + 1];
    regex += at === runs.length - 1 || free.includes(at) ? run + piece : `(?=(${run}?${piece}))\\${++groups}`;
  });
  return new RegExp(`^${regex}$`, "u");
}

/**
 * What stands between two stars. A lone surrogate is a question mark, as it is in UTF-8.
 * @param {string} text
 * @param {string} stop
 */
const literal = (text, stop) => text.split("?")
  .map(part => part.replace(/[\ud800-\udfff]/gu, "?").replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join(`[^${stop}]`);
