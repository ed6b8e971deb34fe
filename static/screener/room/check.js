/** The check before the interview: the level of the microphone, and a sentence that is recorded and heard back. */

import { HEARD } from "./microphone.js";
import { makeWav } from "./wav.js";

const SENTENCE_SECONDS = 5;
const FRAME = 100; // milliseconds

export class Check {
  #view;
  #microphone;
  #timer;
  #loudest = 0;

  constructor(view, microphone) {
    this.#view = view;
    this.#microphone = microphone;
    view.on("open-microphone", () => this.open());
    view.on("record-check", () => this.recordSentence());
  }

  /** Shows the level. Returns whether the microphone could be opened. */
  async open() {
    this.#view.clearNotice();
    try {
      await this.#microphone.open();
    } catch (error) {
      this.#view.notice(error.code);
      return false;
    }
    this.#view.when("microphone", true);
    this.#view.when("closed-microphone", false);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#showLevel(), FRAME);
    return true;
  }

  #showLevel() {
    const level = this.#microphone.level();
    this.#loudest = Math.max(this.#loudest, level);
    this.#view.find("[data-level]").value = Math.sqrt(level);
  }

  async recordSentence() {
    if (!(await this.open())) return;
    const blocks = [];
    this.#loudest = 0;
    this.#microphone.onBlock = (block) => blocks.push(block);
    this.#view.set("check-result", this.#view.text("recording"));
    this.#microphone.start();
    await new Promise((resolve) => setTimeout(resolve, SENTENCE_SECONDS * 1000));
    await this.#microphone.stop();
    const sound = this.#view.find("[data-check-sound]");
    sound.src = URL.createObjectURL(makeWav(blocks));
    sound.hidden = false;
    const result = this.#view.text(this.#loudest < HEARD ? "silence" : "check_good");
    this.#view.set("check-result", result);
    this.#view.announce(result);
    sound.play().catch(() => {}); // the candidate can press the button
  }

  close() {
    clearInterval(this.#timer);
    this.#view.find("[data-check-sound]").pause();
  }
}
