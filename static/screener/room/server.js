/** Requests of the room. A request that fails for want of a network may be repeated: the server knows it again. */

const TIMEOUT = 20000; // milliseconds

/** The server refused. `code` says why; `data` has the rest of the reply. */
export class Refused extends Error {
  constructor(code, data) {
    super(code);
    this.code = code;
    this.data = data;
  }
}

/** No reply, or none that counts: try again later. */
export class Unreachable extends Error {}

export class Server {
  #address;
  #tab;

  constructor(address, tab) {
    this.#address = address;
    this.#tab = tab;
  }

  enter = () => this.#post("enter/");
  leave = () => this.#post("leave/");
  choose = (turn, choice) => this.#post("choice/", { turn, choice });
  answerRequirement = (turn, text) => this.#post("requirement/", { turn, text });
  openTake = (take) => this.#post(`takes/${take}/`);
  sendTake = (take, count) => this.#post(`takes/${take}/send/`, { count });
  addChunk = (take, number, bytes) => this.#send(`takes/${take}/chunks/${number}/`, bytes, "application/octet-stream");
  answers = () => this.#send("answers/");
  soundAddress = (take) => `${this.#address}takes/${take}/sound/`;

  chooseVideo = (agree) => this.#post("video/", { agree });
  withdrawVideo = () => this.#post("video/withdraw/");
  openClip = (take, clip, format) => this.#post(`takes/${take}/clips/${clip}/`, { format });
  closeClip = (clip, count) => this.#post(`clips/${clip}/close/`, { count });
  addClipChunk = (clip, number, bytes) => this.#send(`clips/${clip}/chunks/${number}/`, bytes, "application/octet-stream");

  #post(path, data = {}) {
    return this.#send(path, JSON.stringify(data), "application/json");
  }

  /** Without a body it reads. */
  async #send(path, body, type) {
    const headers = { "X-Room-Tab": this.#tab, ...(type && { "Content-Type": type }) };
    const method = body === undefined ? "GET" : "POST";
    let response;
    try {
      const signal = AbortSignal.timeout?.(TIMEOUT);
      response = await fetch(this.#address + path + location.search, { method, headers, body, signal });
    } catch {
      throw new Unreachable();
    }
    if (response.status === 429 || response.status >= 500) throw new Unreachable();
    const data = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(data.code ?? (response.status === 410 ? "link_closed" : "unknown"), data);
    return data;
  }
}
