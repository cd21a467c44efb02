/* The service's own page: brings the form of index.html to life. It paints the elements that the service
   writes into the page too, for browsers without scripts, with the parts of postdex.js. */
"use strict";
(() => {

const { Asking, MOST_HITS, SPOKEN_MS, WAITING, HIDDEN, readable, el, printable, counted, lines, safe, notes, fault, moved, editable, plainKey } =
  customElements.get("postdex-search").parts;

const SETTLED_MS = 1500;      // typing after such a rest is a new entry of the history
const FURTHER_HITS = 20;
const SHOWN_VALUES = 8;
const FACETS = [["tags", "Tags"], ["categories", "Categories"], ["year", "Year"], ["lang", "Language"]];
const FILTERS = ["tags", "categories", "after", "before", "lang"];
const ASKED = ["q", ...FILTERS, "sort", "limit"];

function hit(found) {
  const { title, where, snippet } = lines(found);
  const url = safe(found.url);
  const href = url ?? readable(found.path);
  const others = found.sections.filter(section => section.title && section.anchor !== found.anchor && safe(section.url));
  const date = found.date && found.date_from !== "file" ? found.date.slice(0, 10) : null;
  const meta = [
    url ? null : el("span", { class: "place" }, printable(`${found.path}:${found.line}`)),
    date && el("time", { datetime: date }, date),
    found.tags.length ? el("span", null, printable(found.tags.join(", "))) : null,
    others.length ? el("span", null, "also ", others.flatMap((section, index) =>
      [index ? ", " : "", el("a", { href: section.url }, printable(section.title))])) : null,
  ].filter(Boolean);
  return el("li", { class: "hit", lang: found.lang || null },
    el("h2", { dir: "auto" }, el("a", { href, "data-read": url ? null : found.path, "data-anchor": url ? null : found.anchor }, title)),
    where ? el("p", { class: "where", dir: "auto" }, where) : null,
    found.snippet_text ? el("p", { class: "snippet", dir: "auto" }, snippet) : null,
    meta.length ? el("p", { class: "meta" }, meta) : null);
}

function count(data) {
  if (!data.total) return data.query ? "No post matches." : "No posts.";
  const posts = counted(data.total, "post");
  if (!data.query.trim()) return posts;
  return `${posts} in ${data.took_ms < 1 ? "under 1" : Math.round(data.took_ms)} ms`;
}

class Page {
  #form = document.getElementById("postdex");
  #field = document.getElementById("q");
  #at = Object.fromEntries(["filters", "facets", "status", "live", "notes", "hits", "more"].map(id => [id, document.getElementById(id)]));
  #base = new URL("./", document.baseURI);
  #params = new URLSearchParams(location.search);
  #asking = new Asking(this.#base, answer => this.#paint(answer));
  #typed = -Infinity; #speaking; #focus = -1;

  constructor() {
    this.#form.addEventListener("submit", event => { event.preventDefault(); this.#go(this.#filled(), true); });
    this.#field.addEventListener("input", event => event.isComposing || this.#type());
    this.#field.addEventListener("compositionend", () => this.#type());
    for (const control of this.#form.elements) {
      if (control !== this.#field) control.addEventListener("change", () => this.#go(this.#filled(), true));
    }
    document.addEventListener("click", event => this.#click(event));
    document.addEventListener("keydown", event => this.#key(event));
    addEventListener("popstate", () => { this.#params = new URLSearchParams(location.search); this.#fill(); this.#ask(); this.#name(); });
    const wide = matchMedia("(min-width: 60.01rem)");
    wide.addEventListener("change", () => { this.#at.filters.open = wide.matches; });
    this.#at.filters.open = wide.matches;
    const typed = this.#field.value; // the service has written what the address says: anything else was typed since
    this.#fill();
    this.#field.focus(); // autofocus waits for a frame, and keys would get lost until then
    if (typed === this.#field.defaultValue) this.#ask();
    else { this.#field.value = typed; this.#type(); }
  }

  // the view and its address

  /** The parameters with what stands in the form; a change begins at the first hits again. */
  #filled() {
    const params = new URLSearchParams(this.#params);
    params.delete("limit");
    for (const name of ["q", "sort", "after", "before"]) {
      const value = this.#form.elements[name].value;
      if (value && value !== "score") params.set(name, value);
      else params.delete(name);
    }
    return params;
  }

  #fill() {
    for (const name of ["q", "after", "before"]) this.#form.elements[name].value = this.#params.get(name) ?? "";
    this.#form.elements.sort.value = this.#params.get("sort") ?? "score";
    if (this.#form.elements.sort.selectedIndex < 0) this.#form.elements.sort.value = "score";
  }

  #type() {
    const begins = performance.now() - this.#typed > SETTLED_MS;
    this.#typed = performance.now();
    this.#go(this.#filled(), begins, true);
  }

  /** Show what these parameters find; `anew` makes an entry of the history. */
  #go(params, anew, typing = false) {
    if (!typing) this.#typed = -Infinity;
    const changed = String(params) !== String(this.#params);
    this.#params = params;
    this.#ask(typing); // first, as the address can wait and the answer cannot
    if (changed) history[anew ? "pushState" : "replaceState"](null, "", String(params) ? `?${params}` : location.pathname);
    this.#name();
  }

  #ask(typing = false) {
    const params = new URLSearchParams();
    for (const [name, value] of this.#params) {
      const once = name === "tags" || name === "categories" || !params.has(name);
      if (value && once && ASKED.includes(name)) params.append(name, value);
    }
    for (const [name] of FACETS) params.append("facets", name);
    this.#asking.ask(params, typing && params.has("q"));
  }

  #name() {
    const query = this.#params.get("q");
    document.title = query ? `${printable(query)} · Search` : "Search";
  }

  /** The address of this view with a filter put in, or taken out if it is in force. */
  #toggled(facet, value) {
    const params = new URLSearchParams(this.#params);
    params.delete("limit");
    const chosen = this.#chosen(facet).includes(value);
    if (facet === "year") {
      params.delete("after");
      params.delete("before");
      if (!chosen) { params.set("after", `${value}-01-01`); params.set("before", `${+value + 1}-01-01`); }
    } else if (chosen) {
      const kept = params.getAll(facet).filter(other => other !== value);
      params.delete(facet);
      for (const other of kept) params.append(facet, other);
    } else if (facet === "tags") {
      params.append(facet, value);
    } else {
      params.set(facet, value);
    }
    return `?${params}`;
  }

  #chosen(facet) {
    if (facet !== "year") return this.#params.getAll(facet).filter(Boolean);
    const [after, before] = ["after", "before"].map(name => /^(\d{4})-01-01$/.exec(this.#params.get(name) ?? "")?.[1]);
    return after && +before === +after + 1 ? [after] : [];
  }

  // painting

  #paint(answer) {
    const { data } = answer;
    document.body.classList.toggle("stale", !data);
    if (answer.waiting) {
      this.#at.status.textContent = WAITING;
      this.#say(WAITING);
      return;
    }
    if (!data) {
      this.#at.notes.replaceChildren(fault(answer));
      if (this.#at.status.textContent === WAITING) this.#at.status.textContent = "";
      if (answer.error) { this.#at.status.textContent = ""; this.#at.hits.replaceChildren(); this.#at.more.replaceChildren(); document.body.classList.remove("stale"); }
      this.#say(this.#at.notes.textContent);
      return;
    }
    const wasAt = [...this.#links()].indexOf(document.activeElement);
    this.#at.status.textContent = count(data);
    this.#nameOrders(!data.query.trim());
    this.#at.notes.replaceChildren(
      ...notes(data, (from, to) => this.#with("q", data.query.split(from).join(to))), ...this.#wider(data));
    this.#at.hits.replaceChildren(...data.hits.map(hit));
    this.#at.more.replaceChildren(...this.#rest(data));
    this.#paintFacets(data.facets);
    this.#say([this.#at.status.textContent, ...data.corrections.map(({ from }) => `no post has ${from}`), ...data.warnings].join(". "));
    const focus = this.#focus >= 0 ? this.#focus : wasAt;
    this.#focus = -1;
    if (focus >= 0) (this.#links()[focus] ?? this.#field).focus({ preventScroll: wasAt >= 0 });
  }

  /** What matches everything, or filters only, has no best: it comes newest first. */
  #nameOrders(listing) {
    const [best, newest] = this.#form.elements.sort.options;
    best.textContent = listing ? newest.textContent : "Best first";
    newest.hidden = newest.disabled = listing && !newest.selected;
  }

  #rest(data) {
    if (data.total <= data.hits.length || !data.hits.length) return [];
    if (data.hits.length >= MOST_HITS) return [`These are the first ${MOST_HITS}. Another word or a filter leads to the others.`];
    const limit = Math.min(data.hits.length + FURTHER_HITS, MOST_HITS);
    return [el("a", { href: this.#with("limit", limit), "data-more": data.hits.length }, "More posts")];
  }

  /** The way out where filters have left nothing. */
  #wider(data) {
    if (data.total || !FILTERS.some(name => this.#params.get(name))) return [];
    const address = data.query ? `?${new URLSearchParams({ q: data.query })}` : "?";
    return [el("p", null, el("a", { href: address }, "Search without filters"))];
  }

  #with(name, value) {
    const params = new URLSearchParams(this.#params);
    params.set(name, value);
    return `?${params}`;
  }

  #paintFacets(facets) {
    const focused = document.activeElement?.dataset?.value;
    const open = new Set([...this.#at.facets.querySelectorAll("details[open]")].map(rest => rest.dataset.facet));
    let chosen = 0;
    const groups = FACETS.map(([name, heading]) => {
      const on = this.#chosen(name);
      chosen += on.length;
      const counts = { ...facets[name] };
      for (const value of on) counts[value] ??= 0;
      const values = Object.entries(counts); // which begin with whole numbers, whatever the service sent first
      values.sort(name === "year" ? (a, b) => b[0] - a[0] : (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      if (!values.length || (name === "lang" && values.length < 2 && !on.length)) return null;
      values.sort((a, b) => on.includes(b[0]) - on.includes(a[0]));
      const items = values.map(([value, count]) => el("li", null, el("a",
        { href: this.#toggled(name, value), "data-value": `${name}:${value}`, "aria-current": on.includes(value) ? "true" : null },
        el("span", { class: "value", dir: "auto" }, printable(value)), " ",
        el("span", { class: "count" }, on.includes(value) ? el("span", null, el("span", { class: "unseen" }, "remove"), el("span", { "aria-hidden": "true" }, "×")) : String(count)))));
      const rest = items.slice(SHOWN_VALUES);
      return el("section", { class: "facet" }, el("h2", null, heading), el("ul", null, items.slice(0, SHOWN_VALUES)),
        rest.length ? el("details", { "data-facet": name, open: open.has(name) }, el("summary", null, `${rest.length} more`), el("ul", null, rest)) : null);
    });
    this.#at.facets.replaceChildren(...groups.filter(Boolean));
    chosen += ["after", "before"].filter(name => !this.#chosen("year").length && this.#params.get(name)).length;
    this.#at.filters.querySelector("summary").textContent = chosen ? `Filters (${chosen})` : "Filters";
    if (focused) [...this.#at.facets.querySelectorAll("a")].find(link => link.dataset.value === focused)?.focus({ preventScroll: true });
  }

  #say(text) {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => { this.#at.live.textContent = printable(text); }, SPOKEN_MS);
  }

  // hands

  #links() {
    return [...this.#at.hits.querySelectorAll("h2 a")];
  }

  #click(event) {
    const link = event.target.closest?.("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.dataset.read !== undefined) {
      event.preventDefault();
      read(this.#base, link.dataset.read, link.dataset.anchor, link);
    } else if (link.getAttribute("href").startsWith("?")) {
      event.preventDefault();
      if (link.dataset.more) this.#focus = Number(link.dataset.more);
      const params = new URLSearchParams(link.getAttribute("href"));
      this.#go(params, true);
      this.#fill();
      if (this.#at.notes.contains(link)) this.#field.focus();
    }
  }

  #key(event) {
    if (!plainKey(event) || document.querySelector("dialog[open]")) return;
    const active = document.activeElement;
    if (moved(event, this.#field, this.#links(), active)) {
      event.preventDefault();
    } else if (event.key === "/" && !editable(event.target)) {
      event.preventDefault();
      this.#field.select();
    } else if (event.key === "Escape" && active === this.#field) {
      event.preventDefault();
      if (!this.#field.value) return;
      this.#field.value = "";
      this.#go(this.#filled(), true);
    } else if (event.key === "Escape" && !editable(event.target)) {
      this.#field.select();
      scrollTo({ top: 0 });
    }
  }
}

/** Shows a post that has no address of its own, at one of its sections; `Esc` leads back. */
async function read(base, path, anchor, link) {
  let post;
  try {
    const response = await fetch(new URL(link.getAttribute("href"), base), { headers: { accept: "application/json" } });
    post = await response.json();
  } catch {
    return;
  }
  if (!post.sections) return;
  const many = post.sections.length > 1;
  const sections = post.sections.map(section => el("section", { class: many && section.anchor === anchor ? "best" : null },
    section.title && section.title !== post.title ? el("h3", { dir: "auto" }, printable(section.title)) : null,
    el("p", { dir: "auto" }, section.text.replace(/[^\S\n ]/g, " ").replace(HIDDEN, "").replace(/\n{3,}/g, "\n\n").trim())));
  const dialog = el("dialog", { "aria-labelledby": "reading", lang: post.lang || null },
    el("header", null, el("div", null, el("h2", { id: "reading", dir: "auto" }, printable(post.title)), el("p", null, printable(post.path))),
      el("form", { method: "dialog" }, el("button", null, "Close"))),
    sections);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.addEventListener("click", event => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".best")?.scrollIntoView();
}

new Page();

})();
