/* A search box for any page, and the parts that the service's own page (page.js) is made of.

     <script src="https://host/postdex.js" data-endpoint="https://host" defer></script>

   puts <postdex-search> where it stands, unless the page has written that element somewhere itself.

   No build step, no framework, no request to anywhere but the service. What posts and queries hold
   becomes text nodes and nothing else; there is no innerHTML here. */
"use strict";
(() => {

const PAUSE_MS = 80;          // keys that follow faster than this are one question
const SPOKEN_MS = 700;        // a screen reader hears the count when typing rests
const SLOW_MS = 400;          // what is shown after this is said to be old
const WAITING = "Searching …";
const LEAST_WIDTH = 320, MARGIN = 8; // of the panel of hits, in pixels
const BEFORE = 40;            // characters before the first mark of a snippet that has three lines
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
const MESSAGES = {};          // language -> key -> text: the service puts messages.json in
const MOST_HITS = 100;        // what the service gives at once
const MOST_TYPED = 3000;      // what fits into an address in any script; the service reads 2,000 of it and says so
// As in text_safety.py: control, bidirectional and invisible characters are never shown, blanks of any kind are plain.
const HIDDEN = new RegExp("[\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e" +
  "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}]", "gu");

// -- text and elements

const printable = text => String(text).replace(HIDDEN, "").replace(/[^\S ]/g, " ");
const counted = (number, one, many = one + "s") => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** An element; texts among its children become text nodes, what is empty is left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== "" && child !== undefined));
  return made;
}

/** The text with its matches in <mark>; their offsets count code points, as the service does. */
function marked(text, matches) {
  const points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
  const cut = (from, to) => printable(typeof points === "string" ? points.slice(from, to) : points.slice(from, to).join(""));
  const made = [];
  let done = 0;
  for (const { start, length } of matches) {
    made.push(cut(done, start), el("mark", null, cut(start, start + length)));
    done = start + length;
  }
  return [...made, cut(done)];
}

/** The address if it may be followed (http or https, seen from this page), else null. */
function safe(url) {
  if (!url) return null;
  try {
    return /^https?:$/.test(new URL(url, document.baseURI).protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Where the service shows a post that has no address of its own; null for a name that no address can hold. */
function readable(path, anchor) {
  try {
    return "documents/" + path.split("/").map(encodeURIComponent).join("/") + (anchor ? "#" + encodeURIComponent(anchor) : "");
  } catch {
    return null;
  }
}

// -- the reader's language: as `best`, `say` and `number` of messages.py

/** The language that fits the page best, or else the reader. */
function spoken(page) {
  for (const tag of [page, ...navigator.languages]) {
    const [language, ...rest] = (tag || "").toLowerCase().split("-");
    if (language === "zh") return /hant|tw|hk|mo/.test(rest) && !rest.includes("hans") ? "zh-TW" : "zh-CN";
    if (MESSAGES[language]) return language;
  }
  return "en";
}

/** A function that gives messages of a language: texts, and the nodes among the values. */
function speaker(language) {
  const texts = MESSAGES[language], rules = new Intl.PluralRules(language);
  const number = n => String(n).replace(/\B(?=(\d{3})+$)/g, texts.digits);
  return (key, values = {}) => {
    const forms = texts[key];
    const text = typeof forms === "string" ? forms : forms[rules.select(values.n)] ?? forms.other;
    return text.split(/\{(\w+)\}/).map((part, at) => at % 2 ? part === "n" ? number(values.n) : values[part] : part).flat();
  };
}

// -- asking

/** What the service answers to one question: {data}, as `read` has it from the response, {error} or {offline, after}. */
async function fetched(address, params, read, signal) {
  const response = await fetch(new URL(`?${params}`, address), { signal });
  if ([429, 502, 503, 504].includes(response.status)) {
    return { offline: true, after: 1000 * Number(response.headers.get("retry-after")) };
  }
  const data = await read(response);
  if (data) return { data };
  const body = await response.json().catch(() => null);
  return { error: body?.error ?? { message: `the service answered with ${response.status}`, hint: "" } };
}

/** Asks the service for the newest question only, and goes on asking while it does not answer. */
class Asking {
  #address; #read; #paint; #asked = -Infinity; #number = 0; #timer; #flight; #tries = 0; #last; #slow;

  /** `read(response)` gives what was found, with its `total`, or nothing if that is no answer.
      `paint({data} | {error} | {offline} | {waiting})` is called for the newest question, never for an older one. */
  constructor(address, read, paint) {
    this.#address = address;
    this.#read = read;
    this.#paint = paint;
    addEventListener("online", () => this.#tries && this.#send(...this.#last));
  }

  /** The first key after a pause is sent at once, those in quick succession when they pause. */
  ask(params, typing = false) {
    const now = performance.now();
    const wait = typing && now - this.#asked < PAUSE_MS ? PAUSE_MS : 0;
    this.#asked = now;
    this.#cancel();
    this.#slow ??= setTimeout(() => this.#paint({ waiting: true }), SLOW_MS); // also while somebody goes on typing
    if (wait) this.#timer = setTimeout(() => this.#send(params, typing), wait);
    else this.#send(params, typing);
  }

  /** No answer is wanted any more. */
  drop() {
    this.#cancel();
    this.#settle();
  }

  #settle() {
    clearTimeout(this.#slow);
    this.#slow = undefined;
  }

  #cancel() {
    this.#number++;
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#flight?.abort();
  }

  async #send(params, typing) {
    clearTimeout(this.#timer);
    const number = ++this.#number;
    const flight = this.#flight = new AbortController();
    this.#last = [params, typing];
    const answer = await this.#answer(params, typing, flight.signal);
    if (number !== this.#number || !answer) return;
    if (answer.offline) {
      const pause = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
      this.#timer = setTimeout(() => this.#send(params, typing), Math.max(pause, answer.after || 0));
    } else {
      this.#tries = 0;
    }
    this.#settle();
    this.#paint(answer);
  }

  async #answer(params, typing, signal) {
    try {
      if (typing) {
        const begun = new URLSearchParams(params);
        begun.set("prefix_last", "true");
        const answer = await fetched(this.#address, begun, this.#read, signal);
        if (!answer.data || answer.data.total) return answer;
      }
      return await fetched(this.#address, params, this.#read, signal); // as whole words, whose slips are mended
    } catch (error) {
      return error.name === "AbortError" ? null : { offline: true };
    }
  }
}

// -- painting

/** The texts of a hit, ready to be put in. */
function lines(found) {
  const title = found.matches.filter(match => match.field === "title");
  const body = found.matches.filter(match => match.field === "body");
  return {
    title: marked(found.title || found.path, found.title ? title : []),
    where: printable([found.site, ...found.headings].filter(Boolean).join(" › ")),
    snippet: marked(...shortened(found.snippet_text, body)),
  };
}

/** The text from a word on that stands at most BEFORE characters before the first match, and the matches in it. */
function shortened(text, matches) {
  if (!matches.length || matches[0].start <= BEFORE) return [text, matches];
  const points = Array.from(text);
  const first = matches[0].start;
  let from = first - BEFORE;
  for (let at = from; at < first; at++) if (/\s/.test(points[at])) { from = at + 1; break; }
  const moved = matches.map(({ start, length }) => ({ start: start - from + 2, length }));
  return ["… " + points.slice(from).join(""), moved];
}

/** What the answer has to say besides hits: mended words, warnings, an index that is behind. */
function notes(data, replaced) {
  const mended = data.corrections.map(({ from, to }) => el("p", null, `No post has “${printable(from)}”. Also searched for `,
    to.flatMap((word, index) => [index ? ", " : "", el("a", { href: replaced(from, word) }, printable(word))]), "."));
  const warnings = data.warnings.map(warning => el("li", null, printable(warning)));
  if (!data.complete) warnings.push(el("li", null, "The search took too long and was cut: there may be more."));
  if (data.index.changed_files) {
    warnings.push(el("li", null, `${counted(data.index.changed_files, "changed file")} not searched yet.`));
  }
  return [...mended, warnings.length ? el("ul", null, warnings) : null].filter(Boolean);
}

function fault(answer) {
  if (answer.offline) {
    return el("p", { class: "fault" }, "The search service does not answer just now. This page keeps trying.");
  }
  const { message, hint } = answer.error;
  return el("p", { class: "fault" }, printable(message) + ". ", hint ? el("span", { class: "hint-text" }, printable(hint) + ".") : null);
}

/** Moves the focus along the links; above the first is the field. Whether the key was for it. */
function moved(event, field, links, active) {
  const at = links.indexOf(active);
  if (event.key === "ArrowDown" && (active === field || at >= 0)) links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? field).focus();
  else return false;
  return true;
}

const editable = target => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const plainKey = event => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented);

// -- the box on other pages

const BOX_STYLE = `
:host {
  --ground: var(--postdex-ground, light-dark(#fff, #1c1e20));
  --text: var(--postdex-text, light-dark(#1c1d1f, #e9e9e5));
  --muted: var(--postdex-muted, light-dark(#62666c, #9a9e9f));
  --line: var(--postdex-line, light-dark(#8b8e92, #6f7377));
  --accent: var(--postdex-accent, light-dark(#1a55a5, #8fbcf5));
  --mark: var(--postdex-mark, light-dark(#fdeeb0, #4a3f0c));
  display: block; position: relative; max-width: 32rem; text-align: start; line-height: 1.45;
}
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="auto"]) { color-scheme: light dark; }
* { box-sizing: border-box; margin: 0; padding: 0; font: inherit; }
input {
  width: 100%; padding: .5em .8em; appearance: none; background: var(--ground); color: var(--text);
  border: 1px solid var(--line); border-radius: 8px;
}
input::placeholder { color: var(--muted); opacity: 1; }
input::-webkit-search-cancel-button { display: none; }
input:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
.panel {
  position: absolute; z-index: 1000; inset: calc(100% + 6px) 0 auto;
  max-height: min(70vh, 36rem); overflow: hidden auto; overscroll-behavior: contain; padding: .4em;
  background: var(--ground); color: var(--text); border-radius: 10px;
  border: 1px solid color-mix(in srgb, var(--line) 45%, transparent); box-shadow: 0 8px 28px rgb(0 0 0 / .16);
}
.panel[hidden] { display: none; }
.stale { opacity: .55; }
ol { list-style: none; }
li > a, li > div { display: block; padding: .5em .65em; border-radius: 6px; color: inherit; text-decoration: none; }
li > a:hover { background: color-mix(in srgb, var(--text) 6%, transparent); }
li > a:focus { background: color-mix(in srgb, var(--accent) 8%, transparent); outline: 2px solid var(--accent); outline-offset: -2px; }
b { display: block; color: var(--accent); font-weight: 600; overflow-wrap: anywhere; }
b i { color: var(--muted); font-weight: 400; }
small {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
  margin-top: .15em; color: var(--muted); font-size: .875em; overflow-wrap: anywhere;
}
mark { background: var(--mark); color: inherit; border-radius: 2px; }
b mark { border-radius: 0; background: linear-gradient(transparent 62%, var(--mark) 62% 94%, transparent 94%); }
small mark { color: var(--text); }
.said { padding: .45em .65em; color: var(--muted); font-size: .875em; }
.said p + p, .said ul { margin-top: .3em; list-style: none; }
.said a { color: var(--accent); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

let sheet;

/** A field with its hits below. Attributes: endpoint, placeholder, limit, theme (light, dark, auto). */
class Box extends HTMLElement {
  /** For page.js, which finds them here rather than in a global name. */
  static parts = { Asking, SPOKEN_MS, WAITING, el, printable, fault, moved, editable, plainKey, spoken, speaker };

  #field; #panel; #list; #said; #live; #endpoint; #asking; #speaking;

  connectedCallback() {
    if (this.shadowRoot) return;
    const endpoint = this.getAttribute("endpoint") || home;
    this.#endpoint = new URL(endpoint.replace(/\/*$/, "/"), document.baseURI);
    this.#asking = new Asking(new URL("search", this.#endpoint), response => response.ok && response.json(), answer => this.#paint(answer));
    const label = this.getAttribute("placeholder") || "Search";
    this.#field = el("input", { type: "search", placeholder: label, "aria-label": label, dir: "auto", maxlength: MOST_TYPED, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    this.#list = el("ol");
    this.#said = el("div", { class: "said" });
    this.#panel = el("div", { class: "panel", role: "region", "aria-label": "Search results", hidden: true }, this.#said, this.#list);
    this.#live = el("p", { class: "unseen", role: "status" });
    if (!sheet) { sheet = new CSSStyleSheet(); sheet.replaceSync(BOX_STYLE); }
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(el("div", { role: "search" }, this.#field), this.#live, this.#panel);
    this.#field.addEventListener("input", event => event.isComposing || this.#ask(true));
    this.#field.addEventListener("compositionend", () => this.#ask(true));
    this.#field.addEventListener("focus", () => { this.#panel.hidden = !this.#field.value.trim(); this.#fit(); });
    this.addEventListener("focusout", event => { if (!this.contains(event.relatedTarget)) this.#panel.hidden = true; });
    addEventListener("resize", () => this.#fit());
    this.#panel.addEventListener("mousedown", event => event.preventDefault()); // Safari would take the focus away
    this.#said.addEventListener("click", event => this.#mend(event));
    root.addEventListener("keydown", event => this.#key(event));
    document.addEventListener("keydown", event => this.#slash(event));
  }

  #ask(typing) {
    const query = this.#field.value;
    if (!query.trim()) {
      this.#asking.drop();
      this.#panel.hidden = true;
      return;
    }
    const limit = Math.min(Math.max(parseInt(this.getAttribute("limit"), 10) || 8, 1), MOST_HITS);
    this.#asking.ask(new URLSearchParams({ q: query, limit }), typing);
  }

  /** Keep the panel within the window: as wide as the box or as hits need, and no further to a side than there is room. */
  #fit() {
    if (this.#panel.hidden) return;
    const room = document.documentElement.clientWidth - 2 * MARGIN;
    const box = this.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, LEAST_WIDTH), room);
    const left = Math.max(MARGIN, Math.min(box.left, MARGIN + room - width));
    Object.assign(this.#panel.style, { width: `${width}px`, left: `${left - box.left}px`, right: "auto" });
  }

  #paint({ data, ...answer }) {
    this.#panel.hidden = this.shadowRoot.activeElement === null;
    this.#fit();
    this.#list.classList.toggle("stale", !data);
    if (answer.waiting) {
      this.#said.replaceChildren(el("p", null, WAITING));
    } else if (!data) {
      this.#said.replaceChildren(fault(answer));
    } else {
      this.#said.replaceChildren(...data.total ? [] : [el("p", null, "No post matches.")],
        ...notes(data, (from, to) => "#" + encodeURIComponent(data.query.split(from).join(to))));
      this.#list.replaceChildren(...data.hits.map(found => boxHit(found, this.#endpoint)));
    }
    this.#said.hidden = !this.#said.hasChildNodes();
    clearTimeout(this.#speaking);
    const text = data?.total ? counted(data.total, "post") : this.#said.textContent;
    this.#speaking = setTimeout(() => { this.#live.textContent = text; }, SPOKEN_MS);
  }

  #mend(event) {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    this.#field.value = decodeURIComponent(link.getAttribute("href").slice(1));
    this.#field.focus();
    this.#ask(false);
  }

  #key(event) {
    if (!plainKey(event)) return;
    const links = this.#panel.hidden ? [] : [...this.#list.querySelectorAll("a")];
    if (moved(event, this.#field, links, this.shadowRoot.activeElement)) event.preventDefault();
    else if (event.key === "Enter" && event.target === this.#field) this.#ask(false);
    else if (event.key === "Escape") {
      event.preventDefault();
      if (event.target === this.#field) { this.#field.value = ""; this.#ask(false); } else this.#field.select();
    }
  }

  #slash(event) {
    if (event.key === "/" && plainKey(event) && !editable(event.composedPath()[0])) {
      event.preventDefault();
      this.#field.select();
    }
  }
}

/** A hit, which leads to the site, or to the service where the site has no address for it. */
function boxHit(found, endpoint) {
  const { title, where, snippet } = lines(found);
  const read = readable(found.path, found.anchor);
  const url = safe(found.url) ?? (read && new URL(read, endpoint).href);
  return el("li", { lang: found.lang || null }, el(url ? "a" : "div", { href: url },
    el("b", { dir: "auto" }, title, where ? el("i", null, " › " + where) : null), el("small", { dir: "auto" }, snippet)));
}

const script = document.currentScript;
const home = script?.dataset.endpoint || new URL("./", script?.src ?? document.baseURI).href;
if (!customElements.get("postdex-search")) customElements.define("postdex-search", Box);
const place = () => {
  if (document.body.contains(script) && !document.querySelector("postdex-search")) script.after(el("postdex-search"));
};
if (script?.dataset.endpoint !== undefined) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
}

})();
