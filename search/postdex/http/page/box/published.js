// -- asking an index of files: a reader answers from it as a service would

const READER_PAUSE_MS = 15;   // as PAUSE_MS; it answers within a few, and nobody else waits for it

const TRUST = globalThis.trustedTypes?.createPolicy;
let trusted = script => {
  const policy = TRUST ? trustedTypes.createPolicy("postdex", { createScriptURL: url => url }) : null;
  trusted = policy ? url => policy.createScriptURL(url) : url => url;
  return trusted(script);
};

/** An index below an address. The reader works in a worker; where none may be, as the index lies on another host or a policy
    forbids it, in this page. */
class Published {
  static #all = new Map();    // boxes of a page share an index

  #address; #port; #waiting = new Map(); #number = 0; #tries = 0;

  /** How to ask the index below this address: as `fetch`, with a path of the service, and `early(response)` in the options for hits
      of which nothing but the title is there yet. */
  static get(address) {
    if (!this.#all.has(address.href)) this.#all.set(address.href, new Published(address.href));
    const index = this.#all.get(address.href);
    return Object.assign((path, options) => index.#ask(path, options), { pause: READER_PAUSE_MS });
  }

  constructor(address) {
    this.#address = address;
  }

  async #ask(path, { signal, early } = {}) {
    const port = await (this.#port ??= this.#opened());
    signal?.throwIfAborted();
    const id = ++this.#number;
    return new Promise((give, fail) => {
      this.#waiting.set(id, { give, early });
      signal?.addEventListener("abort", () => {
        this.#waiting.delete(id);
        port.postMessage({ drop: id });
        fail(signal.reason);
      });
      port.postMessage({ id, path, languages: navigator.languages.join(", ") });
    });
  }

  #told({ id, early, status, type, body, after }) {
    const { give, early: show } = this.#waiting.get(id) ?? {};
    const response = new Response(body, { status, headers: { "content-type": type, "retry-after": after } });
    if (early) { show?.(response); return; }
    this.#waiting.delete(id);
    give?.(response);
  }

  async #opened() {
    // A browser remembers of an address that it could not be imported.
    const script = new URL(this.#tries ? `reader.js?${this.#tries}` : "reader.js", this.#address).href;
    try {
      const port = await this.#inWorker(script).catch(() => this.#inPage(script));
      port.onmessage = ({ data }) => this.#told(data);
      port.postMessage({ open: this.#address });
      return port;
    } catch (error) {
      this.#tries++;
      this.#port = null;
      throw error;
    }
  }

  #inWorker(script) {
    return new Promise((give, fail) => {
      const worker = new Worker(trusted(script), { type: "module" });
      worker.onmessage = () => give(worker);
      worker.onerror = fail;
    });
  }

  async #inPage(script) {
    const { modules } = await import(script);
    const { port1, port2 } = new MessageChannel();
    modules.worker.serve(port2);
    return port1;
  }
}
