// A site that answers from a table, for tests of the page's painters: what the library was asked, and what it said.
import { PostdexError } from "../../search/postdex/reader/errors.js";
import { setTemplate } from "../../search/postdex/reader/http/page/frame.js";
import { setMessages } from "../../search/postdex/reader/http/page/messages.js";
import { painted as paintedPage, post } from "../../search/postdex/reader/http/search_page.js";

export function prepared(template, messages) {
  setTemplate(template);
  setMessages(messages);
}

const sorted = given => JSON.stringify(Object.entries(given).sort(([one], [two]) => one < two ? -1 : 1));

/** The page for an address, where each search and completion has an answer in the table, by its arguments. */
export function painted(site, query, accepted, answers) {
  const table = new Map(answers.map(([asked, answer]) => [sorted(asked), answer]));
  const told = asked => {
    const answer = table.get(sorted(asked));
    if (!answer) throw new Error(`the library was not asked ${sorted(asked)}`);
    if (answer.error) throw new PostdexError(answer.error.message, answer.error.hint, { code: answer.error.code });
    return answer;
  };
  const results = answer => ({ ...answer, facets: maps(answer.facets) });
  return paintedPage({
    site, search: (query, given) => results(told({ query, ...given })), suggest: (text, { limit }) => told({ text, limit }).words,
    counts: () => maps(told({ counts: true }).facets),
  }, query, accepted).html;
}

const maps = facets => new Map(facets.map(([name, values]) => [name, new Map(values)]));

/** A stored post as a page to read, its texts in a list. */
export const read = (site, { texts, ...document }, accepted) => post({ site }, { ...document, text: number => texts[number] }, accepted);
