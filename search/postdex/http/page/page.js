/* The service's own page: brings the form of index.html to life. The service paints it, also for browsers without
   scripts: what is asked for here is the same page, whose parts are put in place of those that are shown. */
"use strict";
(() => {

const { Asking, SPOKEN_MS, WAITING, el, printable, fault, moved, editable, plainKey } =
  customElements.get("postdex-search").parts;

const SETTLED_MS = 1500;      // typing after such a rest is a new entry of the history
const SHOWN = ["q", "tags", "categories", "after", "before", "lang", "translations", "sort", "limit"];

const parsed = text => new DOMParser().parseFromString(text, "text/html");

/** The page in an answer, and how many hits are on it; undefined if it is none of the service's pages. */
async function painted(response) {
  if (!response.headers.get("content-type")?.startsWith("text/html")) return undefined;
  const page = parsed(await response.text());
  const hits = page.getElementById("hits");
  return hits ? { page, total: hits.childElementCount, failed: !response.ok } : undefined;
}

class Page {
  #form = document.getElementById("postdex");
  #field = document.getElementById("q");
  #at = Object.fromEntries(["filters", "facets", "status", "live", "notes", "hits", "more"].map(id => [id, document.getElementById(id)]));
  #base = new URL("./", document.baseURI);
  #params = new URLSearchParams(location.search);
  #asking = new Asking(this.#base, painted, answer => this.#paint(answer));
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
    for (const [name, value] of this.#params) if (value && SHOWN.includes(name)) params.append(name, value);
    if (!params.has("q")) params.set("q", ""); // a page without any parameter has no hits
    this.#asking.ask(params, typing && params.get("q") !== "");
  }

  #name() {
    const query = this.#params.get("q");
    document.title = query ? `${printable(query)} · Search` : "Search";
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
      if (answer.error) this.#empty();
      this.#say(this.#at.notes.textContent);
      return;
    }
    const wasAt = this.#links().indexOf(document.activeElement);
    for (const name of ["status", "notes", "hits", "more"]) this.#put(data.page, name);
    if (!data.failed) this.#putFilters(data.page);
    this.#say([...this.#at.status.childNodes, ...this.#at.notes.children].map(part => part.textContent).filter(Boolean).join(". "));
    const focus = this.#focus >= 0 ? this.#focus : wasAt;
    this.#focus = -1;
    if (focus >= 0) (this.#links()[focus] ?? this.#field).focus({ preventScroll: wasAt >= 0 });
  }

  #empty() {
    for (const name of ["status", "hits", "more"]) this.#at[name].replaceChildren();
    document.body.classList.remove("stale");
  }

  #put(page, name) {
    this.#at[name].replaceChildren(...page.getElementById(name).childNodes);
  }

  /** The filters, with what was open and where the focus was, and what the orders are called. */
  #putFilters(page) {
    const focused = document.activeElement?.dataset?.value;
    for (const rest of this.#at.facets.querySelectorAll("details[open]")) {
      page.querySelector(`details[data-facet="${rest.dataset.facet}"]`)?.setAttribute("open", "");
    }
    this.#put(page, "facets");
    this.#at.filters.querySelector("summary").textContent = page.querySelector("#filters summary").textContent;
    if (focused) [...this.#at.facets.querySelectorAll("a")].find(link => link.dataset.value === focused)?.focus({ preventScroll: true });
    for (const option of this.#form.elements.sort.options) {
      const { label, hidden, disabled } = page.querySelector(`option[value="${option.value}"]`);
      Object.assign(option, { label, hidden, disabled });
    }
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
      read(link);
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
async function read(link) {
  let page;
  try {
    page = parsed(await (await fetch(link.href, { headers: { accept: "text/html" } })).text());
  } catch {
    return;
  }
  const [title, path] = ["h1", ".where"].map(part => page.querySelector(`.post ${part}`)?.textContent);
  if (!title) return;
  const sections = [...page.querySelectorAll(".post section")];
  for (const section of sections) {
    if (sections.length > 1 && section.id === link.dataset.read) section.className = "best";
    section.removeAttribute("id");
  }
  const dialog = el("dialog", { "aria-labelledby": "reading", lang: page.documentElement.lang },
    el("header", null, el("div", null, el("h2", { id: "reading", dir: "auto" }, title), el("p", null, path)),
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
