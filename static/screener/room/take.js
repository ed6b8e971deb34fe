/** One take: recorded with pauses, up to the limit, and handed to the uploader block by block. */

import { HEARD } from "./microphone.js";
import { BYTES_PER_SECOND, makeWav } from "./wav.js";

const WARNINGS = { 30: "half_minute", 10: "ten_seconds" }; // seconds before the limit
const SILENCE_NOTICE_AFTER = 8000; // milliseconds

export class Take {
  #microphone;
  #uploader;
  #blocks = []; // of this page, to listen to
  #before; // seconds that were recorded before the page was opened
  #bytes = 0;
  #warned = new Set();
  #heardAt = 0;
  #loudest = 0;

  isRecording = false;

  /** `before`: the seconds that are on the server. `events`: onTime, onWarning, onLimit, onSilence. */
  constructor(id, { microphone, uploader, limit, before, events }) {
    this.id = id;
    this.limit = limit;
    this.#microphone = microphone;
    this.#uploader = uploader;
    this.#before = before;
    this.events = events;
  }

  get seconds() {
    return this.#before + this.#bytes / BYTES_PER_SECOND;
  }

  get isFull() {
    return this.seconds >= this.limit;
  }

  /** Whether hardly anything was heard in what was recorded here. */
  get isSilent() {
    return this.#bytes > BYTES_PER_SECOND && this.#loudest < HEARD;
  }

  /** The sound as an address to play; null where a part of it is only on the server. */
  soundAddress() {
    return this.#before ? null : URL.createObjectURL(makeWav(this.#blocks));
  }

  start() {
    this.isRecording = true;
    this.#heardAt = Date.now();
    this.#microphone.onBlock = (block) => this.#add(block);
    this.#microphone.start();
  }

  /** Stops recording: a pause, or the end. */
  async stop() {
    if (!this.isRecording) return;
    this.isRecording = false;
    await this.#microphone.stop();
  }

  hear(level) {
    this.#loudest = Math.max(this.#loudest, level);
    if (level >= HEARD) this.#heardAt = Date.now();
    if (this.isRecording && Date.now() - this.#heardAt > SILENCE_NOTICE_AFTER) {
      this.#heardAt = Date.now();
      this.events.onSilence();
    }
  }

  #add(block) {
    if (this.isFull) return;
    this.#bytes += block.byteLength;
    this.#blocks.push(block);
    this.#uploader.addBlock(block);
    this.events.onTime(this.seconds);
    this.#warn();
    if (this.isFull) this.events.onLimit();
  }

  #warn() {
    for (const [left, name] of Object.entries(WARNINGS)) {
      const isDue = this.limit - this.seconds <= Number(left) && this.limit > 2 * left && !this.#warned.has(name);
      if (isDue) {
        this.#warned.add(name);
        this.events.onWarning(name);
      }
    }
  }
}
