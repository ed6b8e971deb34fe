/** The phone of the call that this window has: plays the prompts and sends the user's reactions. */

import { AnswerForm } from "./answer_form.js";
import { byId, createElement, formData, requestJson } from "./dom.js";
import { Speaker } from "./speaker.js";

const KEYS = "123456789*0#";
const KEY_NAMES = { "*": "Star", "#": "Pound" };
const ACTIVITY_INTERVAL = 2000; // milliseconds between reports that the user is typing or recording
const WARNING_SECONDS = 10; // before silence ends the turn
const REACTION_EVENTS = ["callee_spoke", "keys_pressed", "recorded"];
const USER_ACTIONS = ["react", "hang-up"]; // errors of other actions are not shown

export class Phone {
  speaker = new Speaker();
  #call = null;
  #turn = null;
  #playedEntries = 0; // log entries that were played or queued
  #lastActivity = 0;
  #lastReport = 0; // when activity was last reported
  #promptFinished = false;

  constructor() {
    this.answerForm = new AnswerForm({
      onActivity: () => this.#reportActivity(),
      onError: (error) => this.#showMessage(error.message),
    });
    byId("keypad").append(...[...KEYS].map(createKey));
    byId("keypad").addEventListener("click", ({ target }) => target.value && this.press(target.value));
    byId("answer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sendAnswer();
    });
    byId("answer-text").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#sendAnswer();
    });
    byId("stay-silent").addEventListener("click", () => this.#react(this.#turn, {}));
    byId("skip").addEventListener("click", () => this.speaker.skip());
    document.addEventListener("keydown", (event) => this.#onKeydown(event));
    setInterval(() => this.#showInstruction(), 500);
  }

  /** Shows the new state of the call. */
  update(call, log) {
    if (this.#call?.sid !== call.sid) this.#begin(call, log);
    this.#call = call;
    for (const entry of log.entries.slice(this.#playedEntries)) this.#play(entry);
    this.#playedEntries = log.entries.length;
    if (call.turn?.number !== this.#turn?.number) this.#startTurn(call.turn);
  }

  end() {
    if (!this.#call) return;
    this.#call = null;
    this.speaker.skip();
    this.#startTurn(null);
    this.answerForm.clear();
  }

  async press(key) {
    this.#showMessage(`Pressed ${key}`);
    if (!this.#turn?.accepts_keys) return this.#showMessage(`Pressed ${key}. Keys have no effect now.`);
    if (this.#turn.verb === "record") return this.#finishAnswer(key);
    this.#interruptPrompt();
    return this.#react(this.#turn, { keys: key });
  }

  async #finishAnswer(key) {
    const turn = this.#turn;
    if (!turn.finish_keys.includes(key)) return this.#showMessage(`Pressed ${key}. This key has no effect here.`);
    return this.#react(turn, { ...(await this.answerForm.takeFields()), keys: key });
  }

  async hangUp() {
    this.speaker.skip();
    await this.#post("hang-up", this.#turn?.verb === "record" ? await this.answerForm.takeFields() : {});
  }

  /** After a reload in the middle of a call, playing continues after the last reaction. */
  #begin(call, log) {
    const lastReaction = log.entries.findLastIndex(({ event }) => REACTION_EVENTS.includes(event));
    const hasNoPrompt = call.turn && !call.turn.prompt_seconds;
    this.#playedEntries = hasNoPrompt ? log.entries.length : lastReaction + 1;
    this.#turn = null;
    this.answerForm.clear();
    this.#showMessage("");
  }

  #play({ event, text, language, url }) {
    if (event === "prompt_spoken") {
      this.answerForm.language = language || "en-US";
      this.speaker.speak(text, language);
    }
    if (event === "prompt_played") this.speaker.play(url, text);
    if (event === "beep") this.speaker.beep();
  }

  #startTurn(turn) {
    this.#turn = turn;
    this.#lastActivity = Date.now();
    this.#promptFinished = !turn?.prompt_seconds;
    if (turn) this.#showMessage("");
    const acceptsSpeech = Boolean(turn?.accepts_speech);
    byId("send").disabled = !acceptsSpeech;
    byId("stay-silent").disabled = !acceptsSpeech;
    this.answerForm.setMaxSeconds(turn?.max_seconds ?? 0);
    this.#moveFocus(turn);
    this.#showInstruction();
    if (!this.#promptFinished) this.#waitForPrompt(turn);
  }

  /** The keyboard types into the answer during <Record>, and presses phone keys during <Gather>. */
  #moveFocus(turn) {
    const answer = byId("answer-text");
    if (turn?.verb === "record") answer.focus({ preventScroll: true });
    if (turn?.verb === "gather" && !answer.value) answer.blur();
  }

  async #waitForPrompt(turn) {
    await this.speaker.finished();
    if (this.#turn !== turn || this.#promptFinished) return;
    this.#promptFinished = true;
    this.#lastActivity = Date.now();
    this.#showInstruction();
    this.#post("heard", { turn: turn.number });
  }

  /** Shows what the user may do, and warns before silence ends the turn. */
  #showInstruction() {
    const text = this.#instruction(this.#turn) + this.#silenceWarning(this.#turn);
    if (byId("instruction").textContent !== text) byId("instruction").textContent = text;
    byId("skip").hidden = !this.#turn || this.#promptFinished;
  }

  #silenceWarning(turn) {
    if (!turn?.accepts_speech || !this.#promptFinished) return "";
    const left = turn.silence_limit - (Date.now() - this.#lastActivity) / 1000;
    return left < WARNING_SECONDS ? ` Silence ends this in ${Math.max(0, Math.ceil(left))} s.` : "";
  }

  #instruction(turn) {
    if (!turn) return "One moment…";
    if (turn.verb === "record") return recordInstruction(turn);
    const listening = this.#promptFinished ? "" : "Listen… ";
    return turn.verb === "gather" ? listening + gatherInstruction(turn) : listening;
  }

  async #sendAnswer() {
    if (byId("send").disabled) return;
    if (this.answerForm.isEmpty) {
      this.#showMessage("Type or record an answer first, or choose “Say nothing”.");
      return;
    }
    const turn = this.#turn;
    this.#interruptPrompt();
    await this.#react(turn, await this.answerForm.takeFields());
  }

  /** A reaction ends the prompt that is still playing. */
  #interruptPrompt() {
    this.#promptFinished = true;
    this.#lastActivity = Date.now();
    this.speaker.skip();
  }

  #react(turn, fields) {
    return this.#post("react", { turn: turn.number, ...fields });
  }

  #reportActivity() {
    this.#lastActivity = Date.now();
    if (!this.#turn || this.#lastActivity - this.#lastReport < ACTIVITY_INTERVAL) return;
    this.#lastReport = this.#lastActivity;
    this.#post("stay", { turn: this.#turn.number });
  }

  async #post(action, fields) {
    try {
      await requestJson("POST", `/simulator/calls/${this.#call?.sid}/${action}`, formData(fields));
    } catch (error) {
      if (USER_ACTIONS.includes(action)) this.#showMessage(error.message);
    }
  }

  #onKeydown({ key, target, ctrlKey, metaKey, altKey }) {
    const isForPage = ctrlKey || metaKey || altKey || target.closest("textarea, input, select, dialog");
    if (this.#call && !isForPage && KEYS.includes(key)) this.press(key);
  }

  #showMessage(text) {
    byId("message").textContent = text;
  }
}

const createKey = (key) =>
  createElement("button", { type: "button", value: key, "aria-label": KEY_NAMES[key] ?? key }, key);

function recordInstruction(turn) {
  const how = turn.hears_speech ? "record it, and your words are written down; or type it" : "type it, or record it";
  const instruction = `Your answer, ${turn.max_seconds} s at most: ${how}.`;
  if (!turn.accepts_keys) return instruction;
  const isAnyKey = turn.finish_keys.length === KEYS.length;
  return `${instruction} Keys that end it: ${isAnyKey ? "any key" : [...turn.finish_keys].join(" ")}.`;
}

function gatherInstruction(turn) {
  const how = turn.hears_speech ? "in words: record or type them" : "in words";
  if (turn.accepts_keys && turn.accepts_speech) return `Press a key, or answer ${how}.`;
  return turn.accepts_keys ? "Press a key." : `Answer ${how}.`;
}
