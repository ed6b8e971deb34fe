/** The words of answers that were sent, as they come from the transcription. It asks only while some are awaited. */

import { Refused } from "./server.js";

const WAITS = [2, 3, 5, 8, 13]; // seconds between requests; from then on the last
const MOST_REQUESTS = 20;

export class Words {
  #view;
  #server;
  #list;
  #isAsking = false;
  #asked = 0;

  constructor(view, server) {
    this.#view = view;
    this.#server = server;
    this.#list = view.find("[data-words-list]");
  }

  /** Asks from now on until all words have come, or for some minutes. */
  async follow() {
    this.#asked = 0;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#asked < MOST_REQUESTS && (await this.#ask())) {
      const seconds = WAITS[Math.min(this.#asked, WAITS.length) - 1];
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
    this.#isAsking = false;
  }

  /** Shows what has come. Returns whether more is awaited. */
  async #ask() {
    this.#asked += 1;
    try {
      const { answers } = await this.#server.answers();
      this.#show(answers);
      return answers.some(({ state }) => state === "waiting");
    } catch (error) {
      return !(error instanceof Refused); // without a connection it asks again
    }
  }

  #show(answers) {
    this.#list.replaceChildren(...answers.flatMap((answer) => this.#entryOf(answer)));
    this.#view.when("words", answers.length > 0);
  }

  #entryOf({ question, state, text }) {
    const term = document.createElement("dt"), words = document.createElement("dd");
    term.textContent = question;
    words.textContent = state === "understood" ? text : this.#view.text(`words_${state}`);
    words.classList.toggle("r-soft", state !== "understood");
    for (const element of [term, words]) element.dir = "auto";
    return [term, words];
  }
}
