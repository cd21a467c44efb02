// What becomes of searches whose files come slowly, fail or change, for tests/test_reader_door.py: a scenario by its name.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [reader, name, ...folders] = process.argv.slice(2);
const { openIndex } = await import(pathToFileURL(`${reader}/reader.js`));
const first = `${pathToFileURL(folders[0]).href}/`;

/** The export that the host has by now, whether it can be reached, what it was asked for, and what is called before it sends. */
const host = { folder: first, reached: true, asked: [], sends: () => {} };

async function fetchFile(url, { signal } = {}) {
  const file = url.slice(first.length);
  host.asked.push(file.replace(/^data\//, "").replace(/(-[0-9a-f]{8})?(\.gz)?$/, ""));
  await new Promise(resolve => setTimeout(resolve, 5));
  signal?.throwIfAborted();
  if (!host.reached) throw new TypeError("fetch failed");
  try {
    host.sends(file);
    return new Response(await readFile(new URL(host.folder + file)));
  } catch {
    return new Response("<html>", { status: 404 });
  }
}

const index = await openIndex(first, { fetch: fetchFile });
const paths = results => results.hits.map(hit => hit.path);
const search = (query, how = {}) => index.answered(() => index.search(query), how);
const failed = promise => promise.then(() => "none", error => error.name);

const scenarios = {
  async "titles come first"() {
    const early = [];
    const results = await search("socket kernel", {
      early: () => {
        const titles = index.search("socket kernel", {}, { titles: true });
        early.push({ paths: paths(titles), titles: titles.hits.map(hit => hit.title), fragments: host.asked.includes("post") });
      },
    });
    return { early, paths: paths(results), titles: results.hits.map(hit => hit.title) };
  },

  async "a file for each hit"() {
    const results = await search("socket kernel");
    return { hits: results.hits.length, fragments: host.asked.filter(file => file === "post").length };
  },

  async "asked again nothing is fetched"() {
    await search("socket kernel");
    const before = host.asked.length;
    await search("kernel socket");
    return host.asked.length - before;
  },

  async "two at once share their files"() {
    await Promise.all([search("socket kernel"), search("socket kernel")]);
    const fragments = host.asked.filter(file => file === "post").length;
    return fragments <= 10;
  },

  async "one that is dropped does not disturb another"() {
    const flight = new AbortController();
    const dropped = failed(search("socket kernel", { signal: flight.signal }));
    const kept = search("socket");
    setTimeout(() => flight.abort(), 2);
    return { dropped: await dropped, kept: (await kept).hits.length > 0, later: paths(await search("socket kernel")).length > 0 };
  },

  async "dropped before it begins"() {
    return failed(search("socket", { signal: AbortSignal.abort() }));
  },

  async "without a network, and with it again"() {
    host.reached = false;
    const lost = await failed(search("socket"));
    host.reached = true;
    return { lost, again: paths(await search("socket")).length > 0 };
  },

  async "the site was published anew meanwhile"() {
    host.folder = `${pathToFileURL(folders[1]).href}/`;
    return paths(await search("socket"));
  },

  async "dropped as it finds that the site was published anew"() {
    await index.answered(() => index.search("socket", { limit: 1 }));
    host.folder = `${pathToFileURL(folders[1]).href}/`;
    const flight = new AbortController();
    host.sends = file => file === "postdex.json" && flight.abort();
    const dropped = await failed(search("socket", { signal: flight.signal }));
    return { dropped, later: paths(await search("socket")) };
  },

  async "a query that is refused"() {
    return failed(index.answered(() => index.search("socket", { limit: -1 })));
  },

  async "all counts"() {
    const counts = await index.answered(() => index.counts());
    return [...counts.keys()];
  },
};

process.stdout.write(JSON.stringify(await scenarios[name]()));
process.exit();
