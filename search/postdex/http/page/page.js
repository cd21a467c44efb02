/* The service's own page: brings the form of index.html to life. The service paints it, also for browsers without
   scripts: what is asked for here is the same page, whose parts are put in place of those that are shown. Where there is
   no service but files of an index (`data-index`), a reader paints it in this browser, from the first time on. */
"use strict";
(() => {

const { Asking, Published, SPOKEN_MS, el, printable, editable, plainKey, service, tellOpened } = customElements.get("postdex-search").parts;

const SETTLED_MS = 1500;      // typing after such a rest is a new entry of the history
const PARTS = ["status", "filtered", "notes", "hits", "nothing", "pages", "chosen"];
const words = document.body.dataset;
const { index } = document.currentScript.dataset;
const get = (index === undefined ? service : Published.get.bind(Published))(new URL(index ?? "./", document.baseURI));

const parsed = text => new DOMParser().parseFromString(text, "text/html");

/** Moves the focus along the links; above the first is the field. Whether the key was for it. */
function moved(event, field, links, active) {
  const at = links.indexOf(active);
  if (event.key === "ArrowDown" && (active === field || at >= 0)) links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? field).focus();
  else return false;
  return true;
}

/** The page in an answer, and whether there are hits on it; undefined if it is none of the service's pages. */
async function painted(response) {
  if (!response.headers.get("content-type")?.startsWith("text/html")) return undefined;
  const page = parsed(await response.text());
  const hits = page.getElementById("hits");
  if (index !== undefined) for (const link of page.querySelectorAll("a[data-read]")) leadHere(link);
  return hits ? { page, total: hits.childElementCount, failed: !response.ok } : undefined;
}

/** Without a service this page shows a post that has no address of its own, also in a tab by itself. */
function leadHere(link) {
  const address = link.dataset.post = link.getAttribute("href"), anchor = link.dataset.read;
  link.setAttribute("href", address.replace("documents/", "?read=") + (anchor && `#${encodeURIComponent(anchor)}`));
}

/** Words of another language in the places of those that are shown: the same page, painted for another reader. */
function reworded(shown, painted) {
  for (const { name, value } of painted.attributes ?? []) {
    if (/^(lang|dir|aria-label|placeholder|data-\w+)$/.test(name)) shown.setAttribute(name, value);
  }
  if ([...PARTS, "facets"].includes(shown.id) || shown.localName === "select") return;
  if (shown.nodeType === Node.TEXT_NODE) shown.data = painted.data;
  shown.childNodes.forEach((node, at) => node.nodeName === painted.childNodes[at]?.nodeName && reworded(node, painted.childNodes[at]));
}

class Page {
  #form = document.getElementById("postdex");
  #field = document.getElementById("q");
  #at = Object.fromEntries([...PARTS, "facets", "live"].map(id => [id, document.getElementById(id)]));
  #main = document.querySelector("main");
  #show = document.querySelector(".show");
  #params = new URLSearchParams(location.search);
  #asking = new Asking(get, "./", painted, answer => this.#paint(answer));
  #typed = -Infinity; #speaking; #turned = false; #early = false;

  constructor() {
    this.#form.addEventListener("submit", event => { event.preventDefault(); this.#go(this.#filled(), true); });
    this.#field.addEventListener("input", event => event.isComposing || this.#type());
    this.#field.addEventListener("compositionend", () => this.#type());
    document.querySelector("button.clear").addEventListener("click", () => this.#clear());
    document.addEventListener("change", event => this.#change(event.target));
    document.addEventListener("click", event => this.#click(event));
    document.addEventListener("auxclick", event => this.#opened(event));
    document.addEventListener("keydown", event => this.#key(event));
    addEventListener("popstate", () => this.#return());
    const typed = this.#field.value !== this.#field.defaultValue; // the service has written what the address says
    if (index !== undefined && !typed) this.#return();
    // Autofocus waits for a frame, and keys would get lost until then. A finger would get a keyboard over the hits.
    if (matchMedia("(pointer: fine)").matches || !this.#field.value) this.#begin();
    if (typed) this.#type();
  }

  /** The field, behind what stands in it. */
  #begin() {
    this.#field.focus({ preventScroll: true });
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  // the view and its address

  /** What the form says; a change begins at the first page again. */
  #filled() {
    const params = new URLSearchParams(new FormData(this.#form));
    for (const [name, value] of [...params]) if (!value) params.delete(name, value);
    return params;
  }

  #type() {
    const begins = performance.now() - this.#typed > SETTLED_MS;
    this.#typed = performance.now();
    this.#go(this.#filled(), begins, true);
  }

  #clear() {
    this.#field.value = "";
    this.#field.focus();
    this.#go(this.#filled(), true);
  }

  /** A box was ticked, an order chosen, a day set: a day takes the place of a span of time, and the other way round. */
  #change(control) {
    if (control.form !== this.#form || control === this.#field) return;
    if (control.type === "date") for (const span of document.querySelectorAll("[name=date]")) span.checked = !span.value;
    if (control.name === "date") for (const day of document.querySelectorAll("[type=date]")) day.value = "";
    this.#go(this.#filled(), true);
  }

  /** Show what these parameters find; `anew` makes an entry of the history. */
  #go(params, anew, typing = false) {
    if (!typing) this.#typed = -Infinity;
    const changed = String(params) !== String(this.#params);
    this.#params = params;
    this.#ask(typing); // first, as the address can wait and the answer cannot
    if (changed) history[anew ? "pushState" : "replaceState"](null, "", String(params) ? `?${params}` : location.pathname);
  }

  #ask(typing = false) {
    this.#asking.ask(this.#params, typing && Boolean(this.#params.get("q")));
  }

  #return() {
    this.#params = new URLSearchParams(location.search);
    this.#field.value = this.#params.get("q") ?? "";
    if (index !== undefined && this.#params.has("read")) this.#read(this.#params.get("read"));
    else this.#ask();
  }

  /** Becomes the page of a post. */
  #read(path) {
    const read = async response => response.ok && { page: parsed(await response.text()), total: 1 };
    const paint = answer => answer.data ? shownAlone(answer.data.page) : this.#paint(answer);
    new Asking(get, `documents/${path.split("/").map(encodeURIComponent).join("/")}`, read, paint).ask(new URLSearchParams());
  }

  // painting

  #paint(answer) {
    const { data, early = false } = answer;
    document.body.classList.toggle("stale", !data);
    document.body.classList.toggle("waiting", Boolean(answer.waiting));
    this.#main.setAttribute("aria-busy", String(Boolean(answer.waiting)));
    if (answer.waiting) {
      this.#at.status.textContent = words.waiting;
      return this.#say(words.waiting);
    }
    if (!data) {
      const { message, hint } = answer.error ?? {};
      const text = answer.offline ? words.offline : printable(hint ? `${message}. ${hint}.` : message);
      this.#at.notes.replaceChildren(el("p", { class: "fault" }, text));
      this.#at.status.textContent = "";
      return this.#say(text);
    }
    if (index !== undefined) this.#become(data.page);
    const active = document.activeElement, wasAt = this.#links().indexOf(active);
    const hitAt = this.#early ? [...this.#at.hits.children].indexOf(active.closest("li")) : -1; // which may have more links by now
    for (const name of PARTS) this.#put(data.page, name);
    document.title = data.page.title;
    this.#show.textContent = data.page.querySelector(".show").textContent;
    if (!data.failed) this.#putFilters(data.page);
    this.#say([...this.#at.status.childNodes, ...this.#at.notes.children, this.#at.nothing.firstElementChild]
      .map(part => part?.textContent).filter(Boolean).join(". "));
    if (this.#turned) scrollTo({ top: 0 });
    const link = this.#at.hits.children[hitAt]?.querySelector("h2 a") ?? this.#links()[Math.max(wasAt, 0)];
    if (this.#turned || wasAt >= 0) (link ?? this.#field).focus({ preventScroll: true });
    this.#turned = false;
    this.#early = early;
  }

  /** What a service would have painted at first: the page in the reader's language, with filters if there is anything to choose by. */
  #become({ documentElement, body }) {
    const shown = document.documentElement;
    document.body.classList.toggle("bare", body.classList.contains("bare"));
    if (shown.lang === documentElement.lang) return;
    Object.assign(shown, { lang: documentElement.lang, dir: documentElement.dir });
    reworded(document.body, body);
  }

  #put(page, name) {
    this.#at[name].replaceChildren(...page.getElementById(name).childNodes);
  }

  /** The filters, with what was open and where the focus was, and the orders. */
  #putFilters(page) {
    const { name, value } = this.#at.facets.contains(document.activeElement) ? document.activeElement : {};
    for (const rest of this.#at.facets.querySelectorAll("details[open]")) {
      page.querySelector(`details[data-facet="${rest.dataset.facet}"]`)?.setAttribute("open", "");
    }
    this.#put(page, "facets");
    if (name) [...this.#at.facets.querySelectorAll("input")].find(box => box.name === name && (box.value === value || box.type === "date"))?.focus({ preventScroll: true });
    const orders = page.querySelector("[name=sort]"), order = orders.value; // which changes as its options leave it
    this.#form.elements.sort.replaceChildren(...orders.options);
    this.#form.elements.sort.value = order;
    for (const name of ["translations", "ui"]) {
      this.#form.querySelector(`[type=hidden][name=${name}]`)?.remove();
      const hidden = page.querySelector(`[type=hidden][name=${name}]`);
      if (hidden) this.#form.append(hidden);
    }
  }

  #say(text) {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => { this.#at.live.textContent = text; }, SPOKEN_MS);
  }

  // hands

  /** Whether the filters are a sheet over the page, which Escape closes by itself. */
  #isSheetOpen() {
    const { display, position } = getComputedStyle(document.getElementById("filters"));
    return display !== "none" && position === "fixed";
  }

  /** What the arrow keys move along: hits, their other sections, what leads on from nothing. */
  #links() {
    return [...this.#main.querySelectorAll(".hit h2 a, .sections a, .ways a")];
  }

  /** Where the service wants to know it: which hit is opened, here or in a tab of its own. */
  #opened({ target, button }) {
    const hit = target.closest?.("a:not(.tag)")?.closest("[data-rank]");
    if (hit && button < 2) tellOpened(document.baseURI, this.#params.get("q"), hit.dataset);
  }

  #click(event) {
    this.#opened(event);
    const link = event.target.closest?.("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.dataset.read !== undefined) {
      event.preventDefault();
      read(link);
    } else if (/^(\?|\.\/$)/.test(link.getAttribute("href")) && !link.classList.contains("home")) {
      event.preventDefault();
      const params = new URLSearchParams(link.search);
      this.#turned = this.#at.pages.contains(link);
      this.#field.value = params.get("q") ?? "";
      this.#go(params, true);
      if (this.#at.notes.contains(link) || this.#at.nothing.contains(link)) this.#field.focus();
    }
  }

  #key(event) {
    if (!plainKey(event) || document.querySelector("dialog[open]")) return;
    const active = document.activeElement;
    const links = this.#links();
    if (moved(event, this.#field, links, active)) {
      event.preventDefault();
    } else if (event.key === "/" && !editable(event.target)) {
      event.preventDefault();
      this.#field.select();
    } else if (event.key === "Escape" && active === this.#field) {
      event.preventDefault();
      if (this.#field.value) this.#clear();
    } else if (event.key === "Escape" && !editable(event.target) && !this.#isSheetOpen()) {
      this.#field.select();
      scrollTo({ top: 0 });
    } else if (links.includes(active) && /^\S$/u.test(event.key)) {
      this.#begin(); // a letter goes on where the last one went
    }
  }
}

/** Shows a post that has no address of its own, at one of its sections; `Esc` leads back. */
async function read(link) {
  let page;
  try {
    page = parsed(await (await get(link.dataset.post ?? link.href, { headers: { accept: "text/html" } })).text());
  } catch {
    return;
  }
  const post = page.querySelector("main.post");
  if (!post) return;
  const sections = [...post.querySelectorAll("section")];
  for (const section of sections) {
    if (sections.length > 1 && section.id === link.dataset.read) section.className = "best";
    section.removeAttribute("id");
  }
  const title = post.querySelector("h1");
  const body = el("div", { class: "post", lang: post.lang || null }, el("h2", { id: "reading", class: "title", dir: "auto" }, title.textContent), ...[...post.children].slice(1));
  const shut = el("button", { class: "close", "aria-label": words.close, autofocus: true });
  shut.append(document.querySelector("aside .close svg").cloneNode(true));
  const dialog = el("dialog", { "aria-labelledby": "reading" }, el("form", { method: "dialog" }, shut), body);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.addEventListener("click", event => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".best")?.scrollIntoView();
}

/** The page of a post in place of this one. */
function shownAlone(page) {
  document.title = page.title;
  page.querySelector("a.home").setAttribute("href", "./");
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(document.adoptNode(page.body));
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

new Page();

})();
