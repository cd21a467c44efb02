// -- the element: a button that opens a dialog, or the field itself

const LEAST_WIDTH = 400, MARGIN = 8; // of the panel below the field, in pixels
const MOST_HITS = 100;        // what the service gives at once
const APPLE = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
const boxes = new Set();      // those that stand in the page, the first one first

let sheet;

/** A search box. Attributes: endpoint or index, placeholder, inline, limit, page, theme (light, dark, auto), recents (off), keys (off). */
class Box extends HTMLElement {
  /** For page.js, which finds them here rather than in a global name. */
  static parts = { Asking, Published, SPOKEN_MS, el, printable, editable, plainKey, readable, service, tellOpened };

  #root; #finder; #dialog; #panel; #button; #unlock; #pressed;

  connectedCallback() {
    boxes.add(this);
    if (!this.shadowRoot) this.#build();
  }

  disconnectedCallback() {
    boxes.delete(this);
    this.#finder.drop();
    this.#close();
  }

  // what the finder asks for

  get label() { return this.getAttribute("placeholder") || this.say("search").join(""); }
  get limit() { return Math.min(Math.max(parseInt(this.getAttribute("limit"), 10) || 8, 1), MOST_HITS); }
  get recents() { return this.getAttribute("recents") === "off" ? null : new Recents(this.endpoint); }
  get pinned() {
    return [...this.querySelectorAll("a[href]")]
      .map(link => ({ url: safe(link.href), title: link.textContent.trim(), lang: link.closest("[lang]")?.lang }))
      .filter(link => link.url && link.title);
  }
  /** Where all hits are shown: the service's own page, the site's, or nowhere. */
  get page() {
    const page = this.getAttribute("page");
    return page === "off" ? null : page ? new URL(page, document.baseURI) : this.endpoint;
  }

  /** Where a post is read that has no address of its own, or null. */
  read = (path, anchor) => {
    const address = readable(path, anchor, this.files);
    return address && new URL(address, this.endpoint).href;
  };

  working(on) { this.#root.classList.toggle("busy", on); }
  painted() { this.#fit(); }

  /** Somebody goes on to a post: this window shows it, or another one. */
  followed(event, link) {
    this.recents?.add(link);
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    this.#close();
    if (this.#panel) this.#panel.hidden = true;
  }

  // what it is made of

  #build() {
    const language = spoken(this.closest("[lang]")?.lang);
    this.say = speaker(language);
    const index = this.getAttribute("index"), endpoint = this.getAttribute("endpoint");
    this.files = index !== null || (endpoint === null && FILES);
    this.endpoint = new URL((index || endpoint || home).replace(/\/*$/, "/"), document.baseURI);
    this.get = this.files ? Published.get(this.endpoint) : service(this.endpoint);
    const inline = this.hasAttribute("inline");
    this.#root = el("div", { class: inline ? "root inline" : "root", lang: language, dir: language === "ar" ? "rtl" : "ltr" });
    this.#finder = new Finder(this);
    if (inline) this.#buildInline(); else this.#buildDialog();
    if (!sheet) { sheet = new CSSStyleSheet(); sheet.replaceSync(STYLE); }
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#root);
    root.addEventListener("keydown", event => this.#key(event));
  }

  get #keys() { return this.getAttribute("keys") !== "off"; }

  #buildDialog() {
    const { field, said, list, live, clear, foot } = this.#finder;
    const keys = [APPLE ? "⌘" : "Ctrl", "K"].map(key => el("kbd", null, key));
    this.#button = el("button", {
      type: "button", class: "open", part: "button", "aria-haspopup": "dialog",
      "aria-keyshortcuts": this.#keys ? APPLE ? "Meta+K" : "Control+K" : null,
    }, icon("search"), el("span", { class: "label", part: "label" }, this.label),
    this.#keys ? el("span", { class: "shortcut", "aria-hidden": "true" }, keys) : null);
    const close = el("button", { type: "button", class: "close", "aria-label": this.say("close").join("") }, icon("close"));
    this.#dialog = el("dialog", { "aria-label": this.label },
      el("div", { class: "head", role: "search" }, icon("search"), field, clear, close),
      el("div", { class: "body" }, said, list), live, foot);
    this.#root.append(this.#button, this.#dialog);
    this.#button.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("close", () => this.#closed());
    // Outside is where the press began and ended: text may be selected from the field outwards.
    this.#dialog.addEventListener("pointerdown", event => { this.#pressed = event.target; });
    this.#dialog.addEventListener("click", event => {
      if (event.target === this.#dialog && this.#pressed === this.#dialog) this.#close();
    });
  }

  #buildInline() {
    const { field, said, list, live, clear, foot } = this.#finder;
    const shortcut = this.#keys ? el("kbd", { class: "shortcut", "aria-hidden": "true" }, "/") : null;
    this.#panel = el("div", { class: "panel", hidden: true }, el("div", { class: "body" }, said, list), foot);
    this.#root.append(el("div", { class: "head", role: "search" }, icon("search"), field, shortcut, clear), live, this.#panel);
    for (const type of ["focus", "input", "click"]) field.addEventListener(type, () => this.#unfold(type !== "input"));
    this.addEventListener("focusout", event => { if (!this.contains(event.relatedTarget)) this.#panel.hidden = true; });
    this.#panel.addEventListener("mousedown", event => event.preventDefault()); // Safari would take the focus away
  }

  // opening and closing

  /** Ready for a query, wherever the focus is. */
  open() {
    const { field } = this.#finder;
    if (this.#dialog && !this.#dialog.open) {
      this.#finder.ask(true, true);
      this.#dialog.showModal();
      this.#unlock = lock();
      this.#fit();
    }
    field.focus();
    field.select();
  }

  #close() {
    this.#dialog?.close();
    this.#closed(); // the event comes later, or never when the box was taken away
  }

  #closed() {
    if (!this.#unlock) return;
    this.#unlock();
    this.#unlock = null;
    this.#finder.drop();
    // Where nothing had the focus before, the field keeps it until the next frame, though nobody sees it.
    const lost = document.activeElement === document.body || this.#dialog.contains(this.shadowRoot.activeElement);
    if (this.isConnected && lost) this.#button.focus({ preventScroll: true });
  }

  #unfold(anew) {
    if (!this.#panel.hidden) return;
    this.#panel.hidden = false;
    this.#finder.ask(true, anew);
  }

  /** Keep the dialog above a keyboard on the screen; and the panel within the window: as wide as the box or as hits need. */
  #fit() {
    if (this.#dialog?.open) this.#dialog.style.setProperty("--seen", `${visualViewport?.height ?? innerHeight}px`);
    if (!this.#panel || this.#panel.hidden) return;
    const room = document.documentElement.clientWidth - 2 * MARGIN;
    const box = this.#root.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, LEAST_WIDTH), room);
    const left = Math.max(MARGIN, Math.min(box.left, MARGIN + room - width));
    Object.assign(this.#panel.style, { width: `${width}px`, left: `${left - box.left}px`, right: "auto" });
  }

  // keys

  #key(event) {
    const { field } = this.#finder, target = event.composedPath()[0];
    if (target === field) {
      if (this.#finder.key(event)) return;
      if (event.key === "Escape" && this.#panel && plainKey(event)) this.#escape(event);
    } else if (plainKey(event) && event.key.length === 1 && event.key !== " " && target !== this.#button) {
      field.focus(); // in time for the letter to be written there
    }
  }

  #escape(event) {
    event.preventDefault();
    if (!this.#panel.hidden) {
      this.#panel.hidden = true;
    } else {
      this.#finder.field.value = "";
      this.#finder.ask();
    }
  }

  /** What all boxes hear: the window changes its size, a key is pressed. */
  static listen() {
    const fit = () => { for (const box of boxes) box.#fit(); };
    addEventListener("resize", fit);
    visualViewport?.addEventListener("resize", fit);
    document.addEventListener("keydown", event => this.#shortcut(event));
  }

  /** The first box that is seen opens, or closes again. */
  static #shortcut(event) {
    const [held, other] = APPLE ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
    const hotkey = event.key.toLowerCase() === "k" && held && !other && !event.altKey && !event.shiftKey;
    const slash = event.key === "/" && plainKey(event) && !editable(event.composedPath()[0]);
    if (event.defaultPrevented || event.isComposing || !(hotkey || slash)) return;
    const inOrder = [...boxes].filter(box => box.#keys && box.#root.getClientRects().length)
      .sort((one, two) => one.compareDocumentPosition(two) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
    const opened = inOrder.find(box => box.#dialog?.open);
    if (!inOrder.length) return;
    event.preventDefault();
    if (opened) opened.#close(); else inOrder[0].open();
  }
}

/** Keeps the page behind from scrolling, and from moving, as the room of its scrollbar stays; gives what ends that. */
function lock() {
  const page = document.documentElement;
  // What scrolls the window is said by <html>, or else by <body>.
  const { style } = getComputedStyle(page).overflowY === "visible" ? document.body : page;
  const { overflow } = style, { scrollbarGutter } = page.style;
  if (innerWidth > page.clientWidth) page.style.scrollbarGutter = "stable";
  style.overflow = "hidden";
  return () => { style.overflow = overflow; page.style.scrollbarGutter = scrollbarGutter; };
}

const script = document.currentScript;
const FILES = script?.dataset.index !== undefined || (script?.dataset.endpoint === undefined && SERVICE.files);
const home = script?.dataset.index || script?.dataset.endpoint || new URL("./", script?.src ?? document.baseURI).href;
if (!customElements.get("postdex-search")) {
  customElements.define("postdex-search", Box);
  Box.listen();
}
const place = () => {
  if (document.body.contains(script) && !document.querySelector("postdex-search")) script.after(el("postdex-search"));
};
if (script?.dataset.endpoint !== undefined || script?.dataset.index !== undefined) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
}
