// How is each engine asked in a browser, and how are its hits shown? `?engine=NAME` says which one.
//
// `ask(query)` gives the paths of the first ten hits with what a list shows of them. Typing into the field shows them:
// the same list for all, so that what is measured is the engine's part.

const engines = {
  async postdex() {
    const { modules } = await import("/postdex/reader.js");
    const index = await modules.reader.openIndex(new URL("/postdex/", location.href).href);
    return async query => {
      const results = await index.answered(() => index.search(query, { limit: 10 }));
      return results.hits.map(hit => ({ path: hit.path, title: hit.title, text: hit.snippet.text }));
    };
  },

  async pagefind() {
    const pagefind = await import("/pagefind/pagefind.js");
    await pagefind.init();
    return async query => {
      const { results } = await pagefind.search(query);
      const first = await Promise.all(results.slice(0, 10).map(result => result.data()));
      return first.map(hit => {
        const path = decodeURIComponent(new URL(hit.url, location.href).pathname);
        return { path: path.replace(/^(\/pages)?\/|\.html$/g, ""), title: hit.meta.title, text: hit.plain_excerpt };
      });
    };
  },

  async minisearch() {
    const [{ default: MiniSearch }, { options }, answer] = await Promise.all([
      import("/minisearch/index.js"), import("/bench/minisearch_options.js"), fetch("/minisearch/index.json"),
    ]);
    const index = MiniSearch.loadJSON(await answer.text(), options);
    return async query => index.search(query).slice(0, 10).map(hit => ({ path: hit.id, title: hit.title, text: "" }));
  },
};

const field = document.querySelector("input");
const list = document.querySelector("ol");
const opened = engines[new URLSearchParams(location.search).get("engine")]();
let latest = 0;

globalThis.ask = async query => (await opened)(query);
globalThis.keys = [];

field.addEventListener("input", async event => {
  const turn = ++latest;
  const hits = await ask(field.value);
  if (turn !== latest) return;
  list.replaceChildren(...hits.map(hit => {
    const item = document.createElement("li");
    const title = document.createElement("b");
    title.textContent = hit.title;
    item.append(title, document.createElement("br"), hit.text);
    return item;
  }));
  // The frame that shows the list; the message behind it comes when it is painted.
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => keys.push(performance.now() - event.timeStamp);
    painted.port2.postMessage(0);
  });
});
