// Reads a published index from disk by the reader's lowest classes, for tests/test_reader_postings.py and others: a
// question in a line of JSON, the answer in one. What is missing is fetched, as reader.js does.
import { readFile } from "node:fs/promises";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const [reader, bundle] = process.argv.slice(2);
const load = name => import(pathToFileURL(`${reader}/${name}.js`));
const { openFiles } = await load("files");
const { Missing } = await load("missing");
const { setParameters } = await load("parameters");
const { Analyzer } = await load("text/analyzer");
const { setStemmer } = await load("text/stemming");
const { setTables } = await load("text/tables");
const { PostingLists } = await load("engine/read/postings");
const { Columns } = await load("engine/read/doc_values");
const { Documents, StoredDocument } = await load("engine/read/stored_documents");

const address = `${pathToFileURL(bundle).href}/`;
const fetch = async url => new Response(await readFile(new URL(url)));
const files = await openFiles(address, { fetch });
setParameters(files.entry.parameters);
setTables(name => files.table(name));
for (const [language, name] of Object.entries(files.entry.stemmers)) setStemmer(language, await import(new URL(name, address).href));

const lists = new PostingLists(files), columns = new Columns(files);
const documents = new Documents(files, new Analyzer(files.meta.simplify, files.meta.languages));
const list = values => Array.from(values);

const answers = {
  postings({ leaf, languages, words, among }) {
    const postings = lists.postings({ leaf, languages, words: words && new Set(words) }, among ?? null);
    return postings && {
      docs: list(postings.docs), impacts: list(postings.impacts),
      positions: list(postings.docs, 0).map(doc => list(postings.positions(doc))),
      whole: [...postings.wholeLists()].sort(),
      partial: [...postings.partialLists()].map(([stem, docs]) => [stem, [...docs].sort((a, b) => a - b)]).sort(),
    };
  },
  wanted: ({ leaf, languages }) => lists._wanted({ leaf, languages, words: null }).filter(name => !files.has(name)),
  keys: ({ leaf }) => lists.keysOfPattern(leaf),
  titles({ stem }) {
    const { docs, shares } = lists.titleCoverages(stem);
    return list(docs).map((doc, index) => [doc, shares[index]]);
  },
  postsOf: ({ word }) => lists.terms.postsOf(word),
  words: ({ prefix }) => lists.terms.withPrefix(prefix),
  containing: ({ part }) => lists.terms.containing(part),
  near: ({ word, most }) => lists.terms.near(word, most),
  form: ({ word }) => lists.terms.form(word),
  keyword: ({ field, value }) => list(columns.keyword(field, value)),
  dates: ({ start, stop }) => list(columns.dates(start, stop)),
  rows: ({ field }) => columns.rows(field),
  order: ({ name }) => columns.order(name),
  ownDates: () => columns.ownDates(),
  ownNames: () => files.entry.own_fields.map(({ name }) => name),
  hasValues: ({ field }) => columns.hasValues(field),
  hasText: ({ doc }) => columns.hasText(doc),
  facet: ({ name, matching }) => [...columns.facet(name, Uint8Array.from(matching))].sort(),
  holders: ({ column, check }) => columns.holders(column, check),
  path: ({ path }) => columns.path(path),
  document({ doc }) {
    const document = new StoredDocument(documents, doc);
    const { _store, _doc, _post, _description, ...fields } = document;
    const { levels, bounds, stops } = document.outline;
    const sections = document.sections;
    return {
      fields: { ...fields, description: document.description }, outline: [levels, bounds, stops].map(list), sections,
      texts: sections.map((_, number) => document.text(number)),
    };
  },
  titled: ({ docs }) => documents.titled(docs),
  passage: ({ doc, section, near, found }) => new StoredDocument(documents, doc).passage(section, near, found),
  heading: ({ doc, section, found }) => new StoredDocument(documents, doc).headingMarks(section, found),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { ask, ...about } = JSON.parse(line);
  /** @type {any} */
  let said;
  for (let rounds = 0; !said; rounds++) {
    try {
      said = { answer: answers[ask](about) ?? null, rounds };
    } catch (error) {
      if (error instanceof Missing && rounds < 50) await files.load(error.files);
      else said = { failed: error.stack };
    }
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
