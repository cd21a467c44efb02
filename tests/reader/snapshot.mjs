// Asks the engine of the reader, of a bundle on disk, for tests/reader_snapshot.py: a line of JSON in, a line of JSON out.
import readline from "node:readline";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [reader, bundle] = process.argv.slice(2);
const module = name => import(pathToFileURL(`${reader}/${name}.js`));
const [{ openFiles }, { Missing, readAll }, { setParameters }, { Snapshot }, { setStemmer }, { setTables }] = await Promise.all(
  ["files", "missing", "parameters", "engine/read/snapshot", "text/stemming", "text/tables"].map(module));

/** Files of the bundle as a host gives them. */
async function fetchFile(address) {
  const bytes = await readFile(new URL(address, `${pathToFileURL(bundle)}/`));
  return new Response(bytes, { status: 200 });
}

const files = await openFiles(`${pathToFileURL(bundle)}/`, { fetch: fetchFile });
setParameters(files.entry.parameters);
setTables(name => files.table(name));
for (const [language, name] of Object.entries(files.entry.stemmers)) {
  setStemmer(language, await import(new URL(name, `${pathToFileURL(bundle)}/`)));
}
const rounds = [];

/** What a question gives, once all is fetched that it needs. */
async function answered(work) {
  rounds.length = 0;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      if (rounds.length > 50) throw new Error(`never enough: ${error.message}`);
      rounds.push(error.files);
      await files.load(error.files);
    }
  }
}

const snapshot = await answered(() => new Snapshot(files));

const questions = {
  search(search) {
    const answer = snapshot.search(search);
    readAll([
      ...answer.candidates.flatMap(candidate => [() => candidate.document, () => candidate.translations(3)]),
      ...answer.candidates.flatMap(candidate => answer.leaves.map((_, leaf) => () => candidate.positions(leaf))),
    ]);
    return {
      ...answer,
      facets: [...answer.facets].map(([name, counts]) => [name, [...counts]]),
      candidates: answer.candidates.map(candidate => ({
        path: candidate.document.path,
        score: candidate.score,
        whole: candidate.whole,
        prior: candidate.prior,
        pinned: candidate.pinned,
        positions: answer.leaves.map((_, leaf) => [candidate.holds(leaf), Array.from(candidate.positions(leaf))]),
        translations: candidate.translations(3).map(document => document.path),
      })),
    };
  },
  totals: queries => snapshot.totals(queries),
  words: asked => snapshot.words(asked),
  fields: () => snapshot.fields(),
  stats: () => snapshot.stats(),
  documents(paths) {
    readAll(paths.map(path => () => snapshot.documents([path])));
    return snapshot.documents(paths).map(document => document && document.path);
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { question, asked } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: await answered(() => questions[question](asked)), rounds };
  } catch (error) {
    answer = { error: error.stack };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
