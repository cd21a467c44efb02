// Calls functions of the reader's modules for tests/reader_process.py: a line of JSON in, a line of JSON out.
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const { setParameters } = await import(pathToFileURL(`${folder}/parameters.js`));

/** What JSON has no form for: sets, maps, typed arrays, numbers that are none. */
function written(_, value) {
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return [...value];
  if (ArrayBuffer.isView(value)) return [...value];
  if (value === undefined) return null;
  return value;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { parameters, module, name, calls, refused } = JSON.parse(line);
  let answer;
  try {
    if (parameters) setParameters(parameters);
    const called = module && (await import(pathToFileURL(`${folder}/${module}.js`)))[name];
    if (module && typeof called !== "function") throw new Error(`${module}.js exports no function ${name}`);
    answer = { results: (calls ?? []).map(given => called(...given)) };
  } catch (error) {
    answer = refused && error.toDict ? { refused: error.toDict().error } : { error: error.stack };
  }
  process.stdout.write(JSON.stringify(answer, written) + "\n");
}
