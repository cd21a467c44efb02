// -- what is listed below the field: hits, and before anything is typed what was opened lately and what the site's owner pinned

const MOST_SECTIONS = 2;      // of a hit, besides its best one
const MOST_RECENT = 5;

/** A row that can be chosen: it leads to `url`, or nowhere if the post cannot be reached. */
function row(kind, url, heading, ...below) {
  const shown = [ICONS[kind] ? icon(kind) : null, el("span", { class: "words" }, heading, below), icon("enter")];
  const attributes = { class: `row ${kind}`, role: "option", tabindex: -1, href: url, "aria-selected": "false" };
  return el(url ? "a" : "div", attributes, shown);
}

const line = (kind, parts) => parts.some(Boolean) ? el("span", { class: kind, dir: "auto" }, parts) : null;

/** A post with its best section, and rows of its other sections; `reading(path, anchor)` is where one is read that has no address. */
function hitRows(found, reading, number) {
  const read = anchor => reading(found.path, anchor);
  const title = line("title", found.title ? marked(pieces(found.title_html)) : [printable(found.path)]);
  title.id = `post${number}`;
  const headings = found.headings.flatMap((text, at) => [" › ", ...headed(found.headings_html?.[at], text)]);
  const above = found.site ? [printable(found.site), ...headings] : headings;
  const text = html => line("text", marked(begun(pieces(html))));
  const best = row("post", safe(found.url) ?? read(found.anchor), title, line("where", above), text(found.snippet));
  const others = found.sections.slice(1, 1 + MOST_SECTIONS).filter(section => section.title).map(section =>
    row("section", safe(section.url) ?? read(section.anchor), line("title", headed(section.heading_html, section.title)),
      section.snippet ? text(section.snippet) : null));
  const told = SERVICE.clicks ? { "data-path": found.path, "data-rank": number + 1 } : {};
  return el("div", { class: "group", role: "group", "aria-labelledby": title.id, lang: found.lang || null, ...told }, best, others);
}

/** A heading, its matches marked where the service says them. */
const headed = (html, text) => html ? marked(pieces(html)) : [printable(text)];

/** Links before anything is typed, as rows of a grid; those that can be forgotten have a button. */
function linkRows(kind, name, links, forget) {
  if (!links.length) return [];
  const id = `name-${kind}`;
  const rows = links.map(link => {
    const made = row(kind, link.url, line("title", [printable(link.title)]), line("where", [printable(link.where ?? "")]));
    for (const name of ["role", "aria-selected"]) made.removeAttribute(name);
    const labelled = { type: "button", class: "forget", tabindex: -1, "aria-label": forget?.(link.title) };
    const remove = forget && el("button", labelled, icon("close"));
    return el("div", { class: "pair", role: "row", lang: link.lang || null },
      el("div", { role: "gridcell", class: "cell" }, made), remove ? el("div", { role: "gridcell" }, remove) : null);
  });
  const above = el("div", { class: "name", id, role: "presentation" }, name);
  return [el("div", { class: "group", role: "rowgroup", "aria-labelledby": id }, above, rows)];
}

/** What was opened from the box lately, newest first: kept in this browser, for this service. */
class Recents {
  #key;

  constructor(endpoint) {
    this.#key = `postdex:${endpoint}`;
  }

  list() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key)) ?? [];
      return kept.filter(({ url, title }) => safe(url) && title).slice(0, MOST_RECENT);
    } catch {
      return []; // no storage, or something else in it
    }
  }

  add(link) {
    this.#keep([link, ...this.list().filter(({ url }) => url !== link.url)].slice(0, MOST_RECENT));
  }

  remove(url) {
    this.#keep(this.list().filter(link => link.url !== url));
  }

  #keep(links) {
    try {
      localStorage.setItem(this.#key, JSON.stringify(links));
    } catch { /* a browser that keeps nothing */ }
  }
}

// -- what is said above them

/** A button that puts another query in the field. */
const other = (query, text) => el("button", { type: "button", class: "other", "data-query": query }, el("bdi", null, printable(text)));

const joined = (parts, comma) => parts.flatMap((part, at) => at ? [comma, part] : [part]);

/** What the answer has to say besides hits: mended words, that nothing is much like this, warnings, an index that is behind. */
function notes(data, say) {
  const mended = data.corrections.map(({ from, to, synonym }) => el("p", null, say(synonym ? "synonyms" : "mended", {
    word: el("bdi", null, printable(from)),
    words: joined(to.map(word => other(data.query.split(from).join(word), word)), say("comma")),
  })));
  // The service's own words are English. Where nothing is found, that "no post has" a word has been said already.
  const warnings = data.warnings.filter(warning => data.total || !warning.startsWith("no post has "));
  const told = warnings.map(warning => el("p", { lang: "en", dir: "auto" }, printable(warning) + "."));
  if (data.total && data.strength === "none" && !data.hits[0]?.pinned) told.unshift(el("p", null, say("unlike")));
  if (!data.complete) told.push(el("p", null, say("cut")));
  if (data.index.changed_files) told.push(el("p", null, say("behind", { n: data.index.changed_files })));
  return [...mended, ...told];
}

function fault(answer, say) {
  if (answer.offline) return el("p", { class: "fault" }, say("offline"));
  const { message, hint } = answer.error;
  return el("p", { class: "fault", lang: "en", dir: "auto" }, printable(message) + ". ", hint ? printable(hint) + "." : null);
}

/** Queries that may find what this one does not: without its filters, as words without signs, with a near word. */
async function wayOut(query, get, say) {
  const ask = async (path, params) => (await get(`${path}?${new URLSearchParams(params)}`)).json();
  const unfiltered = query.replace(/(^|\s)[-+]?[a-z]+:("[^"]*"|\([^)]*\)|\S+)/g, " ").trim();
  const plain = unfiltered.replace(/[-+"“”„«»()*~^]|\b(AND|OR|NOT)\b/g, " ").replace(/\s+/g, " ").trim();
  const last = plain.split(" ").at(-1);
  const beginning = last.slice(0, Math.min(4, Math.max(2, last.length - 1)));
  const words = async () => beginning.length < 2 ? [] : (await ask("suggest", { q: beginning, limit: 3 })).suggestions;
  const finds = async text => text && text !== query && (await ask("search", { q: text, limit: 1 })).total > 0;
  const [free, bare, near] = await Promise.all([finds(unfiltered), finds(plain), words()]);
  const withNear = text => [...plain.split(" ").slice(0, -1), text].join(" ");
  return [
    free ? el("p", null, other(unfiltered, say("no_filters").join(""))) : bare ? el("p", null, other(plain, say("plain").join(""))) : null,
    near.length ? el("p", null, say("near", { words: joined(near.map(({ text }) => other(withNear(text), text)), say("comma")) })) : null,
  ].filter(Boolean);
}
