/** The log of one call, fetched as it grows. */

import { requestJson } from "./dom.js";

export class CallLog {
  entries = [];
  #lastFetch = Promise.resolve();

  constructor(sid) {
    this.sid = sid;
  }

  /** Resolves once the log has at least `count` entries. Fetches one at a time, so that entries stay in order. */
  loadUntil(count) {
    this.#lastFetch = this.#lastFetch.then(() => this.#fetch(count)).catch(() => {}); // the next change retries
    return this.#lastFetch;
  }

  async #fetch(count) {
    if (this.entries.length >= count) return;
    const { log } = await requestJson("GET", `/simulator/calls/${this.sid}?since=${this.entries.length}`);
    this.entries.push(...log);
  }
}
