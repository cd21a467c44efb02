// Answers from a bundle on disk for tests/reader_bundle.py: a line {path, params, raw} in, a line of JSON out.
import { readFile } from "node:fs/promises";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const [reader, bundle, today] = process.argv.slice(2);
const script = reader.endsWith(".js") && await import(pathToFileURL(reader));
const load = name => script ? script.modules[name] : import(pathToFileURL(`${reader}/${name}.js`));
const { openIndex } = await load("reader");
const { searchArguments, suggestArguments } = await load("http/parameters");
const wire = await load("output/wire");

/** Files as a host gives them. */
async function fetchFile(url) {
  try {
    return new Response(await readFile(new URL(url)), { status: 200 });
  } catch {
    return new Response("there is none", { status: 404 });
  }
}

const index = await openIndex(`${pathToFileURL(bundle).href}/`, {
  fetch: fetchFile, today: today ? () => Number(today) : undefined,
});

const answers = {
  search({ params, raw }) {
    const { query, given } = searchArguments(params);
    const results = index.search(query, given);
    return raw ? results : wire.toDict(results);
  },
  suggest({ params }) {
    const { q, limit } = suggestArguments(params);
    return wire.suggestions(q, index.suggest(q, { limit }));
  },
  documents: ({ params }) => wire.document(index.stored(params)),
};

const written = (_, value) => value instanceof Map ? [...value] : value === undefined ? null : value;

for await (const line of readline.createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let said;
  try {
    said = { answer: await index.answered(() => answers[asked.path](asked)) };
  } catch (error) {
    said = error.toDict ? error.toDict() : { failed: error.stack };
  }
  process.stdout.write(JSON.stringify(said, written) + "\n");
}
