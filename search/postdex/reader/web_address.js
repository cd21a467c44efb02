/* Where on the web are the posts that are found? Twin of postdex/web_address.py and of `whole` in
   postdex_index/paths.py. */

/**
 * An address with the site's origin before it, if it is but a path.
 * @param {string} url
 * @param {string} origin
 */
export const whole = (url, origin) => url.startsWith("/") && !url.startsWith("//") ? origin + url : url;

/**
 * Results whose hits lead to where the site is published.
 * @template {{hits: any[]}} Results
 * @param {Results} results
 * @param {string} origin
 * @returns {Results}
 */
export function withOrigin(results, origin) {
  const leading = (/** @type {any} */ of) => ({ ...of, url: whole(of.url, origin) });
  if (!origin) return results;
  return {
    ...results,
    hits: results.hits.map(hit => ({
      ...leading(hit), sections: hit.sections.map(leading), translations: hit.translations.map(leading),
    })),
  };
}
