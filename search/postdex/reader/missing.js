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
