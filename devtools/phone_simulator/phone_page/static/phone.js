/** The call that this window's person has: what they hear, and what they do. */

import { Answer } from "./answer.js";
import { ask, byId, el, form } from "./dom.js";
import { Voice } from "./voice.js";

const KEYS = "123456789*0#";
const SIGN_EVERY = 2000; // milliseconds between signs that somebody is still typing or speaking
const WARN = 10; // seconds before silence ends a turn

export class Phone {
  voice = new Voice();
  #call = null;
  #turn = null;
  #drawn = 0; // entries of the log that were heard, or are queued to be
  #since = 0; // when the person last gave a sign
  #signed = 0; // and when the network was last told of one
  #spoken = false; // whether the prompt of this turn is over

  constructor() {
    this.answer = new Answer({ busy: () => this.#stay(), failed: (error) => this.#say(error.message) });
    byId("pad").append(...[...KEYS].map((key) =>
      el("button", { type: "button", value: key, "aria-label": { "*": "Star", "#": "Pound" }[key] ?? key }, key)));
    byId("pad").addEventListener("click", ({ target }) => target.value && this.press(target.value));
    byId("answer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    byId("words").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    byId("silent").addEventListener("click", () => this.#react(this.#turn, {}));
    byId("skip").addEventListener("click", () => this.voice.skip());
    document.addEventListener("keydown", (event) => this.#typed(event));
    setInterval(() => this.#prompt(), 500);
  }

  /** There is news of the person's call. */
  update(call, log) {
    if (this.#call?.sid !== call.sid) this.#begin(call, log);
    this.#call = call;
    for (const entry of log.entries.slice(this.#drawn)) this.#hear(entry);
    this.#drawn = log.entries.length;
    if (call.turn?.number !== this.#turn?.number) this.#take(call.turn);
  }

  /** The person's call is over. */
  end() {
    if (!this.#call) return;
    this.#call = null;
    this.voice.skip();
    this.#take(null);
    this.answer.clear();
  }

  async press(key) {
    this.#say(`Pressed ${key}`);
    if (!this.#turn?.keys) return this.#say(`Pressed ${key}. Nobody listens to keys now.`);
    if (this.#turn.verb === "record") {
      if (!this.#turn.finish.includes(key)) return this.#say(`Pressed ${key}. This key does nothing here.`);
      const turn = this.#turn;
      return this.#react(turn, { ...(await this.answer.take()), keys: key });
    }
    this.#bargeIn();
    return this.#react(this.#turn, { keys: key });
  }

  async hangUp() {
    this.voice.skip();
    await this.#post("hang-up", this.#turn?.verb === "record" ? await this.answer.take() : {});
  }

  /** Where the page was loaded anew in the middle of a call, it goes on with what the person has not reacted to. */
  #begin(call, log) {
    const last = log.entries.findLastIndex(({ event }) => ["said", "pressed", "recorded"].includes(event));
    this.#drawn = call.turn && !call.turn.prompt ? log.entries.length : last + 1;
    this.#turn = null;
    this.answer.clear();
    this.#say("");
  }

  #hear({ event, text, language, url }) {
    if (event === "heard") {
      this.answer.language = language || "en-US";
      this.voice.say(text, language);
    }
    if (event === "played") this.voice.play(url, text);
    if (event === "beep") this.voice.beep();
  }

  #take(turn) {
    this.#turn = turn;
    this.#since = Date.now();
    this.#spoken = !turn?.prompt;
    if (turn) this.#say("");
    const speaks = Boolean(turn?.speech);
    byId("send").disabled = !speaks;
    byId("silent").disabled = !speaks;
    this.answer.listen(turn?.longest ?? 0);
    this.#focus(turn);
    this.#prompt();
    if (!this.#spoken) this.#listen(turn);
  }

  /** Where words are asked for the keyboard writes them; where keys are, it presses them. */
  #focus(turn) {
    const words = byId("words");
    if (turn?.verb === "record") words.focus({ preventScroll: true });
    if (turn?.verb === "gather" && !words.value) words.blur();
  }

  async #listen(turn) {
    await this.voice.heard();
    if (this.#turn !== turn || this.#spoken) return;
    this.#spoken = true;
    this.#since = Date.now();
    this.#prompt();
    this.#post("heard", { turn: turn.number });
  }

  /** Says whose turn it is, and how long it still is where silence is about to end it. */
  #prompt() {
    const turn = this.#turn;
    const left = turn && this.#spoken ? turn.patience - (Date.now() - this.#since) / 1000 : Infinity;
    const ends = turn?.speech && left < WARN ? ` Silence ends this in ${Math.max(0, Math.ceil(left))} s.` : "";
    const text = this.#whoseTurn(turn) + ends;
    if (byId("prompt").textContent !== text) byId("prompt").textContent = text;
    byId("skip").hidden = !turn || this.#spoken;
  }

  #whoseTurn(turn) {
    if (!turn) return "One moment…";
    const keys = [...turn.finish].length < 12 ? [...turn.finish].join(" ") : "any key";
    if (turn.verb === "record") {
      const ends = turn.keys ? ` Keys that end it: ${keys}.` : "";
      return `Your answer, ${turn.longest} s at most: type it, or record it.${ends}`;
    }
    const speaking = this.#spoken ? "" : "Listen… ";
    if (turn.verb !== "gather") return speaking;
    if (turn.keys && turn.speech) return `${speaking}Press a key, or say it in words.`;
    return speaking + (turn.keys ? "You may press a key." : "Say it in words.");
  }

  async #send() {
    if (byId("send").disabled) return;
    if (this.answer.empty) return this.#say("Type or record something first, or choose “Say nothing”.");
    const turn = this.#turn;
    this.#bargeIn();
    return this.#react(turn, await this.answer.take());
  }

  /** Who reacts while they are still spoken to is not spoken to any longer. */
  #bargeIn() {
    this.#spoken = true;
    this.#since = Date.now();
    this.voice.skip();
  }

  #react(turn, deed) {
    return this.#post("react", { turn: turn.number, ...deed });
  }

  #stay() {
    this.#since = Date.now();
    if (!this.#turn || this.#since - this.#signed < SIGN_EVERY) return;
    this.#signed = this.#since;
    this.#post("stay", { turn: this.#turn.number });
  }

  async #post(deed, fields) {
    try {
      await ask("POST", `/simulator/calls/${this.#call?.sid}/${deed}`, form(fields));
    } catch (error) {
      if (deed === "react" || deed === "hang-up") this.#say(error.message);
    }
  }

  #typed({ key, target, ctrlKey, metaKey, altKey }) {
    const elsewhere = ctrlKey || metaKey || altKey || target.closest("textarea, input, select, dialog");
    if (this.#call && !elsewhere && KEYS.includes(key)) this.press(key);
  }

  #say(text) {
    byId("pressed").textContent = text;
  }
}
