/* What is thrown where something is read that has not been fetched yet.

   The reader is written as the library is: one thing after the other, nothing is waited for. What needs a part of the
   index that is not there throws `Missing` with all that it knows it will need; whoever began (`reader.js`) fetches that
   and begins again. Nothing is changed before everything is there, so to begin again does no harm. */

export class Missing extends Error {
  /** @param {string[]} files names of files of the index, each once */
  constructor(files) {
    super(`not fetched yet: ${files.join(", ")}`);
    this.name = "Missing";
    this.files = files;
  }
}

/**
 * Do several things that read the index each for itself, and if any of them lack something, throw one `Missing` of all
 * that they lack, so that it is fetched together.
 * @param {Iterable<() => unknown>} readings
 */
export function readAll(readings) {
  /** @type {Set<string>} */
  const files = new Set();
  for (const reading of readings) {
    try {
      reading();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      error.files.forEach(file => files.add(file));
    }
  }
  if (files.size) throw new Missing([...files]);
}
