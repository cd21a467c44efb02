// -- the field and its rows

const SPOKEN_MS = 700;        // a screen reader hears the count when typing rests
const MOST_TYPED = 3000;      // what fits into an address in any script; the service reads 2,000 of it and says so

const editable = target => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const composed = event => event.isComposing || event.keyCode === 229; // Safari ends a composition before its last key
const plainKey = event => !(event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || composed(event));

/** A combobox: the focus stays in the field, one row is active. The rows are a listbox of hits or, before anything is
    typed, a grid of links, some of which have a button besides. */
class Finder {
  field; said; list; live; clear; all; foot; busy = false;
  #box; #asking; #rows = []; #at = -1; #column = 0; #shown = null; #entered = false; #early = false; #speaking; #resting;

  /** `box` is asked for what may change: endpoint, say, label, limit, page, recents, pinned, followed. */
  constructor(box) {
    this.#box = box;
    const { say } = box;
    this.field = el("input", {
      type: "text", role: "combobox", placeholder: box.label, "aria-label": box.label, "aria-expanded": "false", "aria-controls": "rows",
      "aria-autocomplete": "list", dir: "auto", maxlength: MOST_TYPED, autocomplete: "off", autocapitalize: "off", autocorrect: "off",
      spellcheck: "false", enterkeyhint: "go",
    });
    this.clear = el("button", { type: "button", class: "clear", hidden: true }, say("clear"));
    this.said = el("div", { class: "said" });
    this.list = el("div", { class: "rows", id: "rows", "aria-label": say("results"), hidden: true });
    this.live = el("p", { class: "unseen", role: "status" });
    this.all = el("a", { class: "all", hidden: true });
    const key = (name, ...signs) => el("span", null, signs.map(sign => el("kbd", null, sign)), say(name));
    const keys = [key("move", "↑", "↓"), key("open", "↵"), key("close", "Esc")];
    this.foot = el("div", { class: "foot" }, el("p", { class: "keys", "aria-hidden": "true" }, keys), this.all);
    const read = async response => response.ok && response.json();
    this.#asking = new Asking(box.get, "search", read, answer => this.#paint(answer));
    this.field.addEventListener("input", event => event.isComposing || this.ask(true));
    this.field.addEventListener("compositionend", () => this.ask(true));
    this.clear.addEventListener("click", () => { this.field.value = ""; this.field.focus(); this.ask(); });
    this.said.addEventListener("click", event => this.#replace(event.target.closest("button")));
    this.list.addEventListener("click", event => this.#click(event));
    this.list.addEventListener("auxclick", event => event.button === 1 && this.#opened(event.target.closest("a.row")));
    this.list.addEventListener("pointermove", event => this.#hover(event));
  }

  /** The rows for what stands in the field; `anew` if somebody asks it again who only sees it again. */
  ask(typing = false, anew = false) {
    const query = this.field.value;
    this.clear.hidden = !query;
    this.#entered = false;
    clearTimeout(this.#resting);
    if (!query.trim()) this.#begin();
    else this.#asking.ask(new URLSearchParams({ q: query, limit: this.#box.limit, section_snippets: true, ...(anew && { record: false }) }), typing);
  }

  /** No answer is wanted any more. */
  drop() {
    this.#asking.drop();
    clearTimeout(this.#resting);
    this.#working(false);
  }

  /** What a key does in the field; whether it was for the rows. */
  key(event) {
    if (event.key === "Enter" && !composed(event)) this.#enter(event);
    else if (!plainKey(event)) return false;
    else if (event.key === "ArrowDown") this.#activate(this.#at + 1 < this.#rows.length ? this.#at + 1 : 0);
    else if (event.key === "ArrowUp") this.#activate(this.#at > 0 ? this.#at - 1 : this.#rows.length - 1);
    else if (/^Arrow(Left|Right)$/.test(event.key) && this.#button()) this.#activate(this.#at, 1 - this.#column);
    else if (event.key === "Delete" && this.#button()) this.#forget(this.#rows[this.#at]);
    else return false;
    event.preventDefault();
    return true;
  }

  // painting

  #begin() {
    this.drop();
    const { say, recents, pinned } = this.#box;
    const groups = [
      ...linkRows("recent", say("recents"), recents?.list() ?? [], title => say("forget", { title: printable(title) }).join("")),
      ...linkRows("pinned", say("pinned"), pinned, null),
    ];
    this.#show("grid", groups, groups.length ? [] : [el("p", { class: "hint" }, say("hint"))]);
    this.#shown = null;
    this.all.hidden = true;
  }

  #paint({ data, early, ...answer }) {
    const { say, read, page } = this.#box;
    this.#working(answer.waiting || early);
    if (answer.waiting) {
      if (!this.#rows.length) this.said.replaceChildren(el("p", { class: "hint" }, say("waiting")));
      this.#tell(say("waiting").join(""));
    } else if (!data) {
      this.#show("listbox", [], [fault(answer, say)]);
      this.#shown = null;
      this.all.hidden = true;
    } else {
      const none = data.total ? [] : [el("p", { class: "none" }, say("none"))];
      const chosen = this.#early ? [...this.list.children].indexOf(this.#rows[this.#at]?.closest(".group")) : -1;
      this.#show("listbox", data.hits.map((found, at) => hitRows(found, read, at)), [...none, ...notes(data, say)]);
      if (chosen > 0) this.#activate(this.#rows.indexOf(this.list.children[chosen]?.querySelector(".row")));
      this.#shown = this.field.value;
      this.all.hidden = !data.total || !page;
      if (page) this.all.href = new URL(`?${new URLSearchParams({ q: data.query })}`, page).href;
      this.all.replaceChildren(...say(data.total > data.hits.length ? "show_all" : "posts", { n: data.total }), icon("go"));
      if (data.total) this.#tell(say("posts", { n: data.total }).join(""));
      else this.#resting = setTimeout(() => this.#help(data.query), SLOW_MS);
      if (this.#entered && !early && this.#rows.length) this.#rows[0].click();
    }
    this.#early = early;
  }

  #working(on = false) {
    this.busy = on;
    this.list.setAttribute("aria-busy", String(on));
    this.#box.working(on);
  }

  #show(kind, groups, said) {
    this.list.replaceChildren(...groups);
    this.said.replaceChildren(...said);
    this.said.hidden = !said.length;
    this.list.hidden = !groups.length;
    this.list.setAttribute("role", kind);
    this.list.scrollTop = this.list.parentElement.scrollTop = 0;
    this.field.setAttribute("aria-haspopup", kind);
    this.field.setAttribute("aria-expanded", String(groups.length > 0));
    this.#rows = [...this.list.querySelectorAll(".row")];
    this.#rows.forEach((row, at) => { row.id = `row${at}`; });
    this.#at = -1;
    this.#activate(kind === "listbox" ? 0 : -1, 0, false);
    if (said.length) this.#tell(this.said.textContent);
    this.#box.painted();
  }

  /** What may be tried where nothing is found; nothing is said if that cannot be asked either. */
  async #help(query) {
    const ways = await wayOut(query, this.#box.get, this.#box.say).catch(() => []);
    if (this.#shown === this.field.value && query === this.#shown) this.said.append(...ways);
  }

  #tell(text) {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => { this.live.textContent = text; }, SPOKEN_MS);
  }

  // hands

  #button(row = this.#rows[this.#at]) {
    return row?.closest(".pair")?.querySelector(".forget");
  }

  #activate(at, column = 0, scroll = true) {
    const before = this.#rows[this.#at], active = this.#rows[at];
    for (const part of [before, this.#button(before)]) part?.classList.remove("active");
    if (before?.role === "option") before.setAttribute("aria-selected", "false");
    this.#at = active ? at : -1;
    this.#column = column;
    const part = column ? this.#button(active) : active;
    if (!part) { this.field.removeAttribute("aria-activedescendant"); return; }
    part.classList.add("active");
    part.id ||= `forget${at}`;
    if (active.role === "option") active.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", part.id);
    if (scroll) (at ? active : this.list.parentElement.firstElementChild).scrollIntoView({ block: "nearest" });
  }

  #enter(event) {
    const part = this.list.querySelector(".active");
    const fresh = this.#shown === null || this.#shown === this.field.value;
    if (part?.href && fresh && (event.ctrlKey || event.metaKey)) {
      this.#opened(part);
      open(part.href, "_blank", "noopener");
    } else if (part && fresh) part.click();
    else if (this.field.value.trim()) { this.ask(); this.#entered = true; }
  }

  #hover(event) {
    const at = this.#rows.indexOf(event.target.closest(".row"));
    if (event.pointerType !== "touch" && at >= 0 && at !== this.#at) this.#activate(at, 0, false);
  }

  #click(event) {
    const remove = event.target.closest(".forget"), row = event.target.closest("a.row");
    this.#opened(row);
    if (remove) this.#forget(remove.closest(".pair").querySelector(".row"));
    else if (row) this.#box.followed(event, {
      url: row.href, lang: row.closest("[lang]")?.lang,
      title: (row.closest(".group").querySelector(".post .title") ?? row.querySelector(".title")).textContent,
      where: row.querySelector(row.matches(".section") ? ".title" : ".where")?.textContent.replace(/^\s*› /, ""),
    });
  }

  /** Where the service wants to know it: that a hit is opened. */
  #opened(row) {
    const hit = row?.closest("[data-rank]");
    if (hit) tellOpened(this.#box.endpoint, this.#shown, hit.dataset);
  }

  #forget(row) {
    const at = this.#rows.indexOf(row);
    this.#box.recents.remove(row.href);
    this.#begin();
    this.#activate(Math.min(at, this.#rows.length - 1));
    this.field.focus();
  }

  #replace(button) {
    if (!button) return;
    this.field.value = button.dataset.query;
    this.field.focus();
    this.ask();
  }
}
