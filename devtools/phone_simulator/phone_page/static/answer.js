/** An answer in the making: words in a text field, and what the microphone took. */

import { byId, clock, Refusal } from "./dom.js";
import { canRecord, Microphone } from "./microphone.js";
import { canRecognise, recognise } from "./recogniser.js";

const WORDS_PER_SECOND = 2.5; // as the network counts them
const WRITE_ALONG = "write-along";

export class Answer {
  #audio = null;
  #recording = null; // {microphone, stopWriting, timer} while it runs
  #stopped = Promise.resolve();
  #words = byId("words");

  /** `busy` is called while the person types or speaks, `failed` with what went wrong. */
  constructor({ busy, failed }) {
    this.busy = busy;
    this.failed = failed;
    this.longest = 0; // seconds; 0: nothing is recorded now
    this.language = "en-US";
    this.#words.addEventListener("input", () => {
      this.#count();
      busy();
    });
    byId("microphone").addEventListener("click", () => (this.#recording ? this.stop() : this.#start()));
    byId("discard").addEventListener("click", () => this.#keep(null));
    byId("recognise-label").hidden = !canRecognise();
    byId("recognise").checked = localStorage.getItem(WRITE_ALONG) === "on";
    byId("recognise").addEventListener("change", ({ target }) =>
      localStorage.setItem(WRITE_ALONG, target.checked ? "on" : "off"));
  }

  /** Now words are listened to or not; a recording only where `longest` says how long it may be. */
  listen(longest) {
    this.longest = longest;
    byId("microphone").disabled = !longest || !canRecord();
    if (!longest) this.#drop();
    this.#count();
  }

  get empty() {
    return !this.#words.value.trim() && !this.#audio && !this.#recording;
  }

  /** The answer as it is, for sending; from here on it starts anew. */
  async take() {
    await this.stop();
    const fields = { words: this.#words.value };
    if (this.#audio) fields.audio = this.#audio;
    this.clear();
    return fields;
  }

  clear() {
    this.#words.value = "";
    this.#count();
    this.#drop();
  }

  async #drop() {
    await this.stop();
    this.#keep(null);
  }

  /** Resolves once what was recorded is there. */
  stop() {
    const recording = this.#recording;
    if (recording) {
      this.#recording = null;
      clearInterval(recording.timer);
      recording.stopWriting();
      this.#show("● Record", false);
      this.#stopped = recording.microphone.stop().then((audio) => this.#keep(audio));
    }
    return this.#stopped;
  }

  async #start() {
    const microphone = new Microphone();
    byId("microphone").disabled = true; // the browser may have to ask for leave first
    this.busy();
    try {
      await microphone.start();
    } catch (error) {
      microphone.stop();
      return this.failed(new Refusal({ title: `The microphone can't be used: ${error.message}` }));
    } finally {
      byId("microphone").disabled = !this.longest;
    }
    if (!this.longest) return microphone.stop(); // too late: the turn is over
    this.#keep(null);
    const stopWriting = byId("recognise").checked && canRecognise()
      ? recognise(this.language, (text) => this.#write(text))
      : () => {};
    const began = Date.now();
    this.#recording = { microphone, stopWriting, timer: setInterval(() => this.#tick(began), 200) };
    this.#tick(began);
  }

  #tick(began) {
    const seconds = (Date.now() - began) / 1000;
    this.#show(`■ Stop ${clock(seconds)}`, true);
    this.busy();
    if (seconds >= this.longest) this.stop();
  }

  #show(label, pressed) {
    byId("microphone").textContent = label;
    byId("microphone").setAttribute("aria-pressed", pressed);
  }

  #write(text) {
    this.#words.value = `${this.#words.value} ${text}`.trim();
    this.#count();
  }

  #keep(audio) {
    this.#audio = audio;
    URL.revokeObjectURL(byId("playback").src);
    byId("take").hidden = !audio;
    if (audio) byId("playback").src = URL.createObjectURL(audio);
    else byId("playback").removeAttribute("src");
    this.#count();
  }

  /** Words without a recording are spoken by a machine, no longer than a recording may be. */
  #count() {
    const count = this.#words.value.split(/\s+/).filter(Boolean).length;
    const seconds = Math.ceil(count / WORDS_PER_SECOND);
    const cut = this.longest && seconds > this.longest ? " – the rest would be cut off" : "";
    byId("length").textContent =
      this.longest && count && !this.#audio ? `about ${clock(seconds)} of ${clock(this.longest)}${cut}` : "";
  }
}
