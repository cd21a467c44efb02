// -- text and elements: what posts and queries hold becomes text nodes and nothing else, there is no innerHTML here

// As in text_safety.py: control, bidirectional and invisible characters are never shown, blanks of any kind are plain.
const HIDDEN = new RegExp("[\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e" +
  "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}]", "gu");
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const BEFORE = 30;            // columns before the first mark of a snippet: less than one line of a phone
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  search: "M10.5 10.5 14 14M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0Z", close: "m3.5 3.5 9 9m0-9-9 9",
  recent: "M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z", pinned: "M4 2.5h8v11L8 10.5l-4 3Z",
  section: "M6 2.5 5 13.5m6-11-1 11M2.5 6h11m-11.5 4h11", enter: "M13 3.5V8H3.5m3-3-3 3 3 3", go: "M3 8h10M9.5 4.5 13 8l-3.5 3.5",
};

const printable = text => String(text).replace(HIDDEN, "").replace(/[^\S ]/g, " ");

/** An element; texts among its children become text nodes, what is empty is left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== "" && child !== undefined));
  return made;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  const attributes = { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** What `wire.to_html` wrote, in pieces of text: each second one is marked. */
function pieces(html) {
  return html.split(/<\/?mark>/).map(part => printable(part.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name) => ENTITIES[name])));
}

const marked = parts => parts.map((part, at) => at % 2 ? el("mark", null, part) : part);

/** The pieces of a snippet, its beginning cut at a blank so that the first mark stands in the first two lines. */
function begun([before, ...others]) {
  const points = Array.from(before);
  if (!others.length || points.length * 2 <= BEFORE) return [before, ...others];
  let from = points.length;
  for (let width = 0; from > 0 && (width += WIDE.test(points[from - 1]) ? 2 : 1) <= BEFORE; from--);
  if (!from) return [before, ...others];
  const blank = points.indexOf(" ", from - 1) + 1;
  return ["… " + points.slice(blank && blank < points.length ? blank : from).join(""), ...others];
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

/** Where the service, or the page of an index of files, shows a post that has no address of its own; null for a name that no address
    can hold. */
function readable(path, anchor, files) {
  try {
    const parts = path.split("/").map(encodeURIComponent);
    return (files ? "?read=" : "documents/") + parts.join("/") + (anchor ? "#" + encodeURIComponent(anchor) : "");
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
    if (Object.hasOwn(MESSAGES, language)) return language;
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
