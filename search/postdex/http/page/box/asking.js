// -- asking the service

const PAUSE_MS = 80;          // keys that follow faster than this are one question
const SLOW_MS = 300;          // what is shown after this is said to be old
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

/** How to ask a service at this address: by a path below it. */
const service = address => (path, options) => fetch(new URL(path, address), options);

/** What is answered to one question: {data}, as `read` has it from the response, {error} or {offline, after}. Before that, `early`
    gets what there is of it, if anything is. */
async function fetched(get, path, params, read, signal, early) {
  const response = await get(`${path}?${params}`, { signal, early: response => read(response).then(data => data?.total && early(data)) });
  if ([429, 502, 503, 504].includes(response.status)) {
    return { offline: true, after: 1000 * Number(response.headers.get("retry-after")) };
  }
  const data = await read(response);
  if (data) return { data };
  const body = await response.json().catch(() => null);
  return { error: body?.error ?? { message: `the service answered with ${response.status}`, hint: "" } };
}

/** Tells the service that a hit was opened; nobody waits for that, and no page that is left ends it. */
function tellOpened(address, q, { path, rank }) {
  const body = JSON.stringify({ q, path, rank: Number(rank) });
  const headers = { "content-type": "application/json" };
  fetch(new URL("click", address), { method: "POST", keepalive: true, headers, body }).catch(() => {});
}

/** Asks the service for the newest question only, and goes on asking while it does not answer. */
class Asking {
  #get; #path; #read; #paint; #asked = -Infinity; #number = 0; #timer; #flight; #tries = 0; #slow;

  /** `get` asks as `fetch` does, below `path`. `read(response)` gives what was found, with its `total`, or nothing if that is no
      answer. `paint({data} | {data, early} | {error} | {offline} | {waiting})` is called for the newest question, never for an older
      one; `early` if more of the same hits will follow. */
  constructor(get, path, read, paint) {
    this.#get = get;
    this.#path = path;
    this.#read = read;
    this.#paint = paint;
  }

  /** The first key after a pause is sent at once, those in quick succession when they pause. */
  ask(params, typing = false) {
    const now = performance.now();
    const pause = this.#get.pause ?? PAUSE_MS;
    const wait = typing && now - this.#asked < pause ? pause : 0;
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
    this.#flight?.abort();
    const number = ++this.#number;
    const flight = this.#flight = new AbortController();
    const early = data => { if (number === this.#number) this.#tell({ data, early: true }); };
    const answer = await this.#answer(params, typing, flight.signal, early);
    if (number !== this.#number || !answer) return;
    if (answer.offline) {
      const pause = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
      const again = () => this.#send(params, typing);
      this.#timer = setTimeout(again, Math.max(pause, answer.after || 0));
      addEventListener("online", again, { once: true, signal: flight.signal });
    } else {
      this.#tries = 0;
    }
    this.#tell(answer);
  }

  #tell(answer) {
    this.#settle();
    this.#paint(answer);
  }

  async #answer(params, typing, signal, early) {
    try {
      if (typing) {
        const begun = new URLSearchParams(params);
        begun.set("prefix_last", "true");
        const answer = await fetched(this.#get, this.#path, begun, this.#read, signal, early);
        if (!answer.data || answer.data.total) return answer;
      }
      return await fetched(this.#get, this.#path, params, this.#read, signal, early); // as whole words, whose slips are mended
    } catch (error) {
      return error.name === "AbortError" ? null : { offline: true };
    }
  }
}
