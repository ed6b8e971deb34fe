/** The video of a take, in clips: one, unless the camera or the microphone went away in between. */

import { makeId } from "../ids.js";
import { recordableFormat } from "./camera.js";

const LAST_PART_TIMEOUT = 1000; // milliseconds

export class Film {
  #camera;
  #sender;
  #take = null;
  #clip = null; // the present one: its recorder, the stream of its sound, and what it recorded
  #address = null;

  constructor(camera, sender) {
    this.#camera = camera;
    this.#sender = sender;
  }

  /**
   * Records beside a take, from its beginning or after a pause. Without a camera it does nothing.
   *
   * `seconds`: how much of the take has been recorded.
   */
  start(take, sound, seconds) {
    if (take !== this.#take) this.finish();
    this.#take = take;
    if (!this.#camera.isOpen) return;
    if (this.#clip?.sound === sound && this.#clip.recorder.state === "paused") return this.#clip.recorder.resume();
    this.#addClip(sound, seconds);
  }

  /** Resolves once what was recorded until now is handed over. */
  async pause() {
    const recorder = this.#clip?.recorder;
    if (recorder?.state !== "recording") return;
    const isHandedOver = new Promise((resolve) => recorder.addEventListener("dataavailable", resolve, { once: true }));
    recorder.requestData();
    recorder.pause();
    await Promise.race([isHandedOver, new Promise((resolve) => setTimeout(resolve, LAST_PART_TIMEOUT))]);
  }

  /** Ends the clip. What it recorded is sent. */
  finish() {
    const clip = this.#clip;
    this.#clip = null;
    if (clip && clip.recorder.state !== "inactive") clip.recorder.stop();
  }

  /** Ends the clip, and deletes what is not sent of the present take. */
  discard() {
    this.finish();
    this.#sender.forget(this.#take);
    this.#take = null;
  }

  /** Whether the present clip began with its take. */
  get isWhole() {
    return this.#clip?.isWhole ?? false;
  }

  /** The present clip as an address to watch; null if there is none. */
  address() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    const parts = this.#clip?.parts ?? [];
    this.#address = parts.length ? URL.createObjectURL(new Blob(parts, { type: parts[0].type })) : null;
    return this.#address;
  }

  #addClip(sound, seconds) {
    this.finish();
    const clip = { sound, isWhole: seconds < 1, parts: [] };
    const about = { id: makeId(), take: this.#take, format: /\/(\w+)/.exec(recordableFormat())[1] };
    clip.recorder = this.#camera.record(sound, (part) => {
      clip.parts.push(part);
      this.#sender.add(about, part);
    });
    clip.recorder.onstop = () => this.#sender.close(about);
    this.#clip = clip;
  }
}
