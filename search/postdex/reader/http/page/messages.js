/* What does the interface say, in the reader's language? Twin of postdex/http/page/messages.py.

   The table of messages is put in by `setMessages`: it is Python's. */

/** @typedef {Record<string, string | Record<string, string>>} Texts */

/** What is spoken where the reader wants none of the languages that there are. */
const DEFAULT = "en";

/** @type {{table: Record<string, Texts>}} */
const messages = { table: {} };

/** @param {Record<string, Texts>} table language -> key -> text, or plural category -> text */
export function setMessages(table) {
  messages.table = table;
}

/**
 * The language of the table that fits these tags of BCP 47 best, the first one first; Chinese by its script.
 * @param {readonly string[]} tags
 */
export function best(tags) {
  for (const tag of tags) {
    const [language, ...rest] = tag.toLowerCase().split("-");
    if (language === "zh") return ["hant", "tw", "hk", "mo"].some(name => rest.includes(name)) && !rest.includes("hans") ? "zh-TW" : "zh-CN";
    if (Object.hasOwn(messages.table, language)) return language;
  }
  return DEFAULT;
}

/**
 * The tags of a header Accept-Language, the most wanted first.
 * @param {string} header
 */
export function accepted(header) {
  /** @type {Map<string, number>} */
  const weights = new Map();
  for (const part of header.split(",")) {
    const [tag, weight = "1"] = part.replace(/ /g, "").split(/;q=(.*)/s);
    const number = Number(weight || 1);
    if (!Number.isNaN(number)) weights.set(tag, number);
  }
  const weight = (/** @type {string} */ tag) => weights.get(tag) ?? 0;
  return [...weights.keys()].filter(tag => tag && weight(tag) > 0).sort((one, two) => weight(two) - weight(one));
}

/**
 * A message with its values in it as they are given (escaped, where it becomes HTML); `n` chooses the plural.
 * @param {string} language
 * @param {string} key
 * @param {number} [n]
 * @param {Record<string, string>} [values]
 */
export function say(language, key, n = 0, values = {}) {
  const forms = messages.table[language][key];
  const text = typeof forms === "string" ? forms : forms[plural(language, n)] || forms.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => name === "n" ? number(language, n) : values[name]);
}

/**
 * Whether a language has a message.
 * @param {string} language
 * @param {string} key
 */
export const has = (language, key) => Object.hasOwn(messages.table[language], key);

/**
 * A number as it is written there.
 * @param {string} language
 * @param {number} n
 */
export const number = (language, n) => String(n).replace(/\B(?=(\d{3})+$)/g, String(messages.table[language].digits));

/**
 * The plural category of a number, by CLDR's rules for whole numbers; a million of anything counts as "other".
 * @param {string} language
 * @param {number} n
 */
function plural(language, n) {
  if (language === "ar") {
    const last = n % 100;
    return ["zero", "one", "two"][n] || (3 <= last && last <= 10 ? "few" : last > 10 ? "many" : "other");
  }
  if (language === "ru") {
    const last = n % 10, teen = 11 <= n % 100 && n % 100 <= 14;
    return last === 1 && !teen ? "one" : 2 <= last && last <= 4 && !teen ? "few" : "many";
  }
  if (language === "fr") return n < 2 ? "one" : "other";
  return n === 1 && "one" in /** @type {object} */ (messages.table[language].posts) ? "one" : "other";
}
