/** Sends clips part by part, for as long as it takes. Sound goes first, and never waits for video. */

import { Refused, Unreachable } from "../server.js";
import { untilReached } from "../uploader.js";

const LARGEST_PART = 262144; // bytes, as the server allows
const MOST_TRIES = 6; // while the server does not know the take

export class Sender {
  #shelf;
  #server;
  #isSoundSent;
  #numbers = new Map(); // of each clip, how many parts it has
  #opened = new Set();
  #work = Promise.resolve(); // writing to the shelf never waits for the network
  #sending = Promise.resolve();

  /** `isSoundSent` resolves once the sound that was recorded until now is on the server. */
  constructor(shelf, server, isSoundSent) {
    this.#shelf = shelf;
    this.#server = server;
    this.#isSoundSent = isSoundSent;
  }

  /** Adds what a clip has recorded. `clip`: its id, its take and its format. */
  add(clip, blob) {
    this.#enqueue(async () => {
      const bytes = await blob.arrayBuffer();
      for (let start = 0; start < bytes.byteLength; start += LARGEST_PART) {
        await this.#put(clip, bytes.slice(start, start + LARGEST_PART));
      }
    });
  }

  /** Nothing is added to this clip any more. */
  close(clip) {
    this.#enqueue(() => this.#put(clip, null));
  }

  /** Deletes what is not sent of the clips of a take. */
  forget(take) {
    this.#enqueue(async () => {
      const ids = new Set((await this.#shelf.all()).filter((part) => part.take === take).map((part) => part.id));
      for (const id of ids) await this.#shelf.removeClip(id);
    });
  }

  /** Sends what an earlier page has left, whose clips nobody goes on with. */
  recover() {
    this.#enqueue(async () => {
      const last = new Map((await this.#shelf.all()).map((part) => [part.id, part]));
      for (const part of last.values()) {
        if (part.bytes) await this.#shelf.put({ ...part, number: part.number + 1, bytes: null });
      }
    });
  }

  /** Resolves once nothing is left to send. */
  async drain() {
    await this.#work;
    await this.#sending;
  }

  erase() {
    this.#shelf.erase();
  }

  #enqueue(step) {
    this.#work = this.#work.then(step).catch((error) => console.warn("room: video not stored", error));
    this.#sending = this.#sending.then(() => this.#sendAll()).catch((error) => console.warn("room: video", error));
  }

  async #put(clip, bytes) {
    const number = this.#numbers.get(clip.id) ?? 0;
    this.#numbers.set(clip.id, number + 1);
    await this.#shelf.put({ ...clip, number, bytes });
  }

  async #sendAll() {
    await this.#work;
    for (let part; (part = await this.#shelf.first()); ) {
      try {
        await this.#send(part);
        await this.#shelf.remove(part);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await this.#shelf.removeClip(part.id); // consent was withdrawn, or the take is gone
      }
    }
  }

  async #send(part) {
    await this.#isSoundSent();
    if (!this.#opened.has(part.id)) await this.#open(part);
    if (part.bytes) return untilReached(() => this.#server.addClipChunk(part.id, part.number, part.bytes));
    return untilReached(() => this.#server.closeClip(part.id, part.number));
  }

  /** The server knows the take once it has the first sound of it. */
  async #open(part) {
    let tries = 0;
    await untilReached(async () => {
      try {
        await this.#server.openClip(part.take, part.id, part.format);
      } catch (error) {
        if (error.code !== "unknown_take" || (tries += 1) > MOST_TRIES) throw error;
        throw new Unreachable();
      }
    });
    this.#opened.add(part.id);
  }
}
