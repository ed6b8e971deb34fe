/** The log of one call, fetched as it grows. */

import { ask } from "./dom.js";

export class Log {
  entries = [];
  #last = Promise.resolve();

  constructor(sid) {
    this.sid = sid;
  }

  /** Resolves once at least so many entries are here. Never two requests at once: entries stay in order. */
  reach(count) {
    this.#last = this.#last.then(() => this.#fetch(count)).catch(() => {}); // the next news tries again
    return this.#last;
  }

  async #fetch(count) {
    if (this.entries.length >= count) return;
    const { log } = await ask("GET", `/simulator/calls/${this.sid}?since=${this.entries.length}`);
    this.entries.push(...log);
  }
}
