/* Which fields of the site's own may a query name? Twin of postdex/query/own_fields.py. */

import { nameOf } from "../formats/field_names.js";
import { constantsOf } from "../parameters.js";
import { compare, points, strip } from "../python.js";
import { Everything, Keyword, OWN_FIELD } from "../query.js";
import { editDistance } from "../text/edit_distance.js";
import { compares, notCompared, read } from "./own_values.js";

/** A field of the site's own: how many posts have it, and whether the settings name it.
    @typedef {{name: string, kind: string, posts: number, named: boolean}} FieldStats */
/** @typedef {import("../query.js").Query} Query */
/** @typedef {import("./own_values.js").Compared} Compared */
/** What is needed of the reader of an index here.
    @typedef {{fields: () => FieldStats[], totals: (queries: Query[]) => number[], search: (search: any) => {facets: Map<string, Map<string, number>>}}} FieldsReader */

const C = constantsOf("query.own_fields");

/** The fields of the site's own that an index has, asked for when the first is named. */
export class OwnFields {
  /** @type {Map<string, FieldStats> | null} */
  #known = null;
  #reader;
  #today;

  /**
   * @param {FieldsReader} reader
   * @param {import("../formats/periods.js").Today | null} [today]
   */
  constructor(reader, today = null) {
    this.#reader = reader;
    this.#today = today;
  }

  /** All of them by name. */
  all() {
    return this.#known ??= new Map(this.#reader.fields().map(field => [field.name, field]));
  }

  /**
   * The field of a name, however that is written.
   * @param {string} typed
   */
  find(typed) {
    return this.all().get(nameOf(typed)) ?? null;
  }

  /**
   * Whether this is the column of one whose values are dates.
   * @param {string} field
   */
  isDate(field) {
    return field.startsWith(OWN_FIELD) && this.all().get(field.slice(OWN_FIELD.length))?.kind === "date";
  }

  /**
   * What is to be said of a name that no field has, behind a message: the field that was meant, or that too few posts
   * have it; "" for nothing.
   * @param {string} typed
   */
  instead(typed) {
    const name = nameOf(typed);
    const letters = points(name).length;
    const most = Math.max(0, ...Object.entries(C._SLIPS).filter(([least]) => letters >= Number(least)).map(([, slips]) => slips));
    let near = "", least = most + 1;
    for (const other of most ? this.all().keys() : []) {
      const slips = editDistance(name, other, most);
      if (slips < least || (slips === least && slips <= most && compare(other, near) < 0)) [near, least] = [other, slips];
    }
    if (near) return `; did you mean ${near}:?`;
    const [posts] = this.#reader.totals([Keyword(OWN_FIELD + name, "*")]);
    if (!posts) return "";
    return `; only ${posts} post${posts === 1 ? " has" : "s have"} one, and ${C.SHARED} have to, unless the setting fields names it`;
  }

  /**
   * The filter for a value of a field.
   * @param {string} name
   * @param {string} typed
   * @param {import("../text/analyzer.js").Analyzer} analyzer
   * @returns {Compared}
   */
  filter(name, typed, analyzer) {
    const field = this.all().get(name) ?? { name, kind: "text", posts: 0, named: false };
    const text = strip(typed);
    const compared = read(field, text, this.#today);
    if (compared) return compared;
    if (compares(field, text)) {
      const facets = this.#reader.search({ query: Everything(), facets: [name], limit: 0 }).facets;
      return { query: null, warning: notCompared(name, text, [...facets.get(name)?.keys() ?? []]) };
    }
    const folded = analyzer.foldValue(text);
    return { query: folded ? Keyword(OWN_FIELD + name, folded) : null, warning: "" };
  }
}
