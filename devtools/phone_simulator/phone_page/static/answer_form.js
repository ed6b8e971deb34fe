/** The form for an answer: typed text, and the recording of the microphone. */

import { canDictate, startDictation } from "./dictation.js";
import { byId, formatTime, RequestError } from "./dom.js";
import { canRecord, Microphone } from "./microphone.js";

const WORDS_PER_SECOND = 2.5; // the speaking rate of the network
const DICTATION_KEY = "dictation";
const RECORD_LABEL = "● Record";
const TICK_MILLISECONDS = 200;

export class AnswerForm {
  #audio = null;
  #recording = null; // {microphone, stopDictation, timer} while it runs
  #stopped = Promise.resolve();
  #text = byId("answer-text");

  /** `onActivity` is called while the user types or records, `onError` with each error. */
  constructor({ onActivity, onError }) {
    this.onActivity = onActivity;
    this.onError = onError;
    this.maxSeconds = 0; // 0: recording is off
    this.language = "en-US";
    this.#text.addEventListener("input", () => {
      this.#showLength();
      onActivity();
    });
    byId("microphone").addEventListener("click", () =>
      (this.#recording ? this.stopRecording() : this.#startRecording()));
    byId("discard").addEventListener("click", () => this.#setAudio(null));
    this.#initDictation();
  }

  #initDictation() {
    byId("dictation-label").hidden = !canDictate();
    byId("dictation").checked = localStorage.getItem(DICTATION_KEY) === "on";
    byId("dictation").addEventListener("change", ({ target }) =>
      localStorage.setItem(DICTATION_KEY, target.checked ? "on" : "off"));
  }

  /** Sets the longest recording; 0 switches recording off and discards what was recorded. */
  setMaxSeconds(maxSeconds) {
    this.maxSeconds = maxSeconds;
    byId("microphone").disabled = !maxSeconds || !canRecord();
    if (!maxSeconds) this.#discardRecording();
    this.#showLength();
  }

  get isEmpty() {
    return !this.#text.value.trim() && !this.#audio && !this.#recording;
  }

  /** Returns the fields of the answer, and clears the form. */
  async takeFields() {
    await this.stopRecording();
    const fields = { words: this.#text.value };
    if (this.#audio) fields.audio = this.#audio;
    this.clear();
    return fields;
  }

  clear() {
    this.#text.value = "";
    this.#showLength();
    this.#discardRecording();
  }

  async #discardRecording() {
    await this.stopRecording();
    this.#setAudio(null);
  }

  /** Resolves once the recording is available. */
  stopRecording() {
    const recording = this.#recording;
    if (recording) {
      this.#recording = null;
      clearInterval(recording.timer);
      recording.stopDictation();
      this.#showButton(RECORD_LABEL, false);
      this.#stopped = recording.microphone.stop().then((audio) => this.#setAudio(audio));
    }
    return this.#stopped;
  }

  async #startRecording() {
    const microphone = new Microphone();
    byId("microphone").disabled = true; // the browser may have to ask for permission first
    this.onActivity();
    try {
      await microphone.start();
    } catch (error) {
      microphone.stop();
      return this.onError(new RequestError({ title: `The microphone cannot be used: ${error.message}` }));
    } finally {
      byId("microphone").disabled = !this.maxSeconds;
    }
    if (!this.maxSeconds) return microphone.stop(); // the turn has ended meanwhile
    this.#setAudio(null);
    const started = Date.now();
    const timer = setInterval(() => this.#tick(started), TICK_MILLISECONDS);
    this.#recording = { microphone, stopDictation: this.#startDictation(), timer };
    this.#tick(started);
  }

  #startDictation() {
    if (!byId("dictation").checked || !canDictate()) return () => {};
    return startDictation(this.language, (text) => this.#appendText(text));
  }

  #tick(started) {
    const seconds = (Date.now() - started) / 1000;
    this.#showButton(`■ Stop ${formatTime(seconds)}`, true);
    this.onActivity();
    if (seconds >= this.maxSeconds) this.stopRecording();
  }

  #showButton(label, isPressed) {
    byId("microphone").textContent = label;
    byId("microphone").setAttribute("aria-pressed", isPressed);
  }

  #appendText(text) {
    this.#text.value = `${this.#text.value} ${text}`.trim();
    this.#showLength();
  }

  #setAudio(audio) {
    this.#audio = audio;
    URL.revokeObjectURL(byId("playback").src);
    byId("recording").hidden = !audio;
    if (audio) byId("playback").src = URL.createObjectURL(audio);
    else byId("playback").removeAttribute("src");
    this.#showLength();
  }

  /** Typed text without a recording is synthesised, and is cut at the longest recording. */
  #showLength() {
    const words = this.#text.value.split(/\s+/).filter(Boolean).length;
    const seconds = Math.ceil(words / WORDS_PER_SECOND);
    const isRelevant = this.maxSeconds && words && !this.#audio;
    const warning = seconds > this.maxSeconds ? " – the rest would be cut off" : "";
    byId("answer-length").textContent =
      isRelevant ? `about ${formatTime(seconds)} of ${formatTime(this.maxSeconds)}${warning}` : "";
  }
}
