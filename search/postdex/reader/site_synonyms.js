/* Which synonyms does a site have? Twin of postdex/site_synonyms.py: the exporter has put together those of its settings,
   of ready lists and of its glossary (`postdex.export.query_settings`). */

import { SynonymTable } from "./query/synonyms.js";

/** @typedef {import("./query/synonyms.js").TableRow} TableRow */

/** @type {WeakMap<TableRow[], SynonymTable>} */
const tables = new WeakMap();

/**
 * The synonyms of these settings for the words of a reader.
 * @param {{synonyms: TableRow[]}} settings
 * @param {{analyzer: import("./text/analyzer.js").Analyzer}} reader
 */
export function table({ synonyms }, { analyzer }) {
  if (!tables.has(synonyms)) tables.set(synonyms, new SynonymTable(synonyms, analyzer));
  return /** @type {SynonymTable} */ (tables.get(synonyms));
}
