// How does MiniSearch make its index of a site? documents.json -> index.json; both paths are arguments.
import { readFileSync, writeFileSync } from "node:fs";

const [module, options, documents, index] = process.argv.slice(2);
const { default: MiniSearch } = await import(module);
const search = new MiniSearch((await import(options)).options);
search.addAll(JSON.parse(readFileSync(documents, "utf-8")));
writeFileSync(index, JSON.stringify(search));
