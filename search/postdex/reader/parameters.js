/* Which numbers does the library reckon with?

   No module of the reader has a number of ranking of its own: each takes those of its twin in Python from the entry file
   of the index, under the names that they have there. */

/** @type {Map<string, Record<string, any>>} */
const modules = new Map();

/**
 * The constants of a Python module, by its dotted name in its package: `constantsOf("results.rerank").PROXIMITY`. They
 * are there once the entry file is read, so they are asked for where they are used, never while modules load.
 * @param {string} name
 * @returns {Record<string, any>}
 */
export function constantsOf(name) {
  let constants = modules.get(name);
  if (!constants) modules.set(name, constants = {});
  return constants;
}

/**
 * Put in what the entry file says.
 * @param {Record<string, Record<string, any>>} parameters
 */
export function setParameters(parameters) {
  for (const [name, values] of Object.entries(parameters)) Object.assign(constantsOf(name), values);
}
