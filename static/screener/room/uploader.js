/** Sends what was recorded, chunk by chunk, for as long as it takes. What is not sent is in the store. */

import { Unreachable } from "./server.js";

const FIRST_WAIT = 1000; // milliseconds
const LONGEST_WAIT = 15000;
const SLOW = 3000; // a chunk is saved within a second or two

const wait = (time) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    window.addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Calls `send` until the server replies. `onWait` is called before each further try. */
export async function untilReached(send, onWait) {
  for (let delay = FIRST_WAIT; ; delay = Math.min(2 * delay, LONGEST_WAIT)) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      onWait?.();
      await wait(delay * (0.75 + Math.random() / 2));
    }
  }
}

export class Uploader {
  #store;
  #server;
  #work = Promise.resolve();
  #take = null;
  #next = 0;
  #isOpen = false;
  #isWaiting = false;
  #unsavedSince = null;
  #uploads = Promise.resolve(); // writing to the store never waits for the network: each has a queue of its own

  /** `onState` gets `saved`, `saving` or `waiting`; `onRefused` the code of a refusal, after which nothing is sent. */
  constructor(store, server, { onState, onRefused }) {
    this.#store = store;
    this.#server = server;
    this.onState = onState;
    this.onRefused = onRefused;
  }

  /** Begins or continues a take. `isOpen`: whether the server knows it. */
  async begin(take, position, { next = 0, isOpen = false } = {}) {
    await this.#work;
    await this.#store.addTake(take, position);
    await this.#store.keepOnly(take);
    this.#take = take;
    this.#isOpen = isOpen;
    this.#next = Math.max(next, (await this.#store.lastNumber(take)) + 1);
  }

  addBlock(bytes) {
    const take = this.#take;
    this.#unsavedSince ??= Date.now();
    if (!this.#isWaiting && Date.now() - this.#unsavedSince > SLOW) this.onState("saving");
    this.#enqueue(async () => {
      await this.#store.addBlock(take, bytes);
      await this.#fill({ isLast: false });
    });
    this.#enqueueUpload(take);
  }

  /** Sends also what does not fill a chunk, as at a pause. */
  flush() {
    this.#enqueue(() => this.#fill({ isLast: true }));
    this.#enqueueUpload(this.#take);
  }

  /** Resolves once all that was recorded is in the store. */
  async drainToStore() {
    await this.#work;
  }

  /** Resolves once the chunks that were recorded until now are on the server. */
  async drainToServer() {
    await this.#uploads;
  }

  /** Resolves with the number of chunks once all that was recorded is on the server. */
  async drain() {
    const take = this.#take;
    if (take === null) return 0;
    this.#enqueue(() => this.#fill({ isLast: true }));
    await this.#work;
    await this.#enqueueUpload(take);
    return this.#next;
  }

  #enqueue(step) {
    this.#work = this.#work.then(step).catch((error) => console.warn("room: not stored", error));
  }

  #enqueueUpload(take) {
    this.#uploads = this.#uploads.then(() => this.#upload(take));
    return this.#uploads;
  }

  async #fill(options) {
    while (await this.#store.fillChunk(this.#take, this.#next, options)) this.#next += 1;
  }

  async #upload(take) {
    await this.#work;
    if (take !== this.#take) return;
    try {
      for (let chunk; (chunk = await this.#store.nextChunk(take)); ) {
        await this.#send(take, chunk);
        await this.#store.removeChunk(take, chunk.number);
      }
      this.#unsavedSince = null;
      this.onState("saved");
    } catch (error) {
      if (take === this.#take) this.onRefused(error.code ?? "unknown");
    }
  }

  async #send(take, chunk) {
    const onWait = () => {
      this.#isWaiting = true;
      this.onState("waiting");
    };
    if (!this.#isOpen) {
      await untilReached(() => this.#server.openTake(take), onWait);
      this.#isOpen = true;
    }
    try {
      await untilReached(() => this.#server.addChunk(take, chunk.number, chunk.bytes), onWait);
    } catch (error) {
      if (error.code !== "conflict") throw error; // another device has gone on with the take: what it sent counts
    }
    this.#isWaiting = false;
  }
}
