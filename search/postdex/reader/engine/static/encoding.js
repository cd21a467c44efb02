/* How are numbers and texts read from the files of a published index? Twin of
   postdex_index/engine/static/encoding.py, which writes them. */

import { textOf } from "../../files.js";

/** Bytes, read from the first to the last. */
export class ByteReader {
  /**
   * @param {Uint8Array} bytes
   * @param {number} [at]
   */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The next byte. */
  byte() {
    return this.bytes[this.at++];
  }

  /** The next number. */
  varint() {
    const { bytes } = this;
    let value = 0, scale = 1, byte;
    do {
      byte = bytes[this.at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  }

  /**
   * The next bytes.
   * @param {number} length
   */
  take(length) {
    return this.bytes.subarray(this.at, this.at += length);
  }

  /** Bytes after their number. */
  sized() {
    return this.take(this.varint());
  }

  /** The check of a file, 8 hex digits. */
  check() {
    return Array.from(this.take(4), byte => byte.toString(16).padStart(2, "0")).join("");
  }

  /**
   * Numbers of which each is given as what it is more than the one before it.
   * @template {Uint32Array | Uint16Array | number[]} Numbers
   * @param {Numbers} into
   * @param {number} [start]
   * @param {number} [stop]
   * @returns {Numbers}
   */
  ascending(into, start = 0, stop = into.length) {
    for (let index = start, value = 0; index < stop; index++) into[index] = value += this.varint();
    return into;
  }
}

/** Keys of which each is given by what it shares with another. */
export class KeyReader {
  /** @param {ByteReader} reader */
  constructor(reader) {
    this._reader = reader;
    this._bytes = new Uint8Array(1024);
    this._length = 0;
  }

  /** The next key, after the one before it. */
  next() {
    const same = this._reader.byte(), rest = this._reader.sized();
    this._length = same + rest.length;
    if (this._length > this._bytes.length) {
      const longer = new Uint8Array(2 * this._length);
      longer.set(this._bytes.subarray(0, same));
      this._bytes = longer;
    }
    this._bytes.set(rest, same);
    return textOf(this._bytes.subarray(0, this._length));
  }

  /** A key given by what it shares with the last one, which stays that. */
  beside() {
    const same = this._reader.byte(), rest = this._reader.sized();
    if (same === this._length && !rest.length) return textOf(this._bytes.subarray(0, same));
    const key = new Uint8Array(same + rest.length);
    key.set(this._bytes.subarray(0, same));
    key.set(rest, same);
    return textOf(key);
  }
}

/**
 * Ascending numbers from what each is more than the one before it.
 * @param {number[]} deltas
 */
export function fromDeltas(deltas) {
  let value = 0;
  return deltas.map(delta => value += delta);
}
