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

/** A function of a module by its name; or `Class.method` and `make.method`, whose first argument are those of `make`. */
function called(module, name) {
  const [of, method] = name.split(".");
  if (typeof module[of] !== "function") throw new Error(`there is no ${name}`);
  if (!method) return module[of];
  const made = of < "a" ? given => new module[of](...given) : given => module[of](...given);
  return (given, ...rest) => made(given)[method](...rest);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { parameters, tables, stemmers, module, name, calls, refused } = JSON.parse(line);
  let answer;
  try {
    if (parameters) setParameters(parameters);
    if (tables) (await import(pathToFileURL(`${folder}/text/tables.js`))).setTables(name => tables[name]);
    for (const [language, script] of Object.entries(stemmers ?? {})) {
      const { setStemmer } = await import(pathToFileURL(`${folder}/text/stemming.js`));
      setStemmer(language, await import(`data:text/javascript,${encodeURIComponent(script)}`));
    }
    const call = module && called(await import(pathToFileURL(`${folder}/${module}.js`)), name);
    const begun = process.cpuUsage();
    answer = { results: (calls ?? []).map(given => call(...given)) };
    answer.seconds = process.cpuUsage(begun).user / 1e6;
  } catch (error) {
    answer = refused && error.toDict ? { refused: error.toDict().error } : { error: error.stack };
  }
  process.stdout.write(JSON.stringify(answer, written) + "\n");
}
