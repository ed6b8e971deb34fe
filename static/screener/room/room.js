/** The interview room: leads through the check, the consent and the questions. */

import { Check } from "./check.js";
import { makeId } from "./ids.js";
import { Microphone, canRecord } from "./microphone.js";
import { Requirement } from "./requirement.js";
import { Refused, Server } from "./server.js";
import { Speaker } from "./speaker.js";
import { openStore } from "./store.js";
import { Take } from "./take.js";
import { Uploader, untilReached } from "./uploader.js";
import { View, minutes } from "./view.js";
import { Wave } from "./wave.js";
import { Words } from "./words.js";

const CLOSING = ["in_call", "over", "link_closed", "channel_not_allowed"];

class Room {
  #view;
  #server;
  #speaker;
  #wave;
  #uploader;
  #words;
  #requirement;
  #store;
  #video; // none where the job does not ask for it, or the candidate said no
  #state = null; // of the server, once this tab has entered
  #take = null;
  #isTaken = false;
  #countdown;
  #awake;
  #tab = makeId();

  constructor(root) {
    this.root = root;
    this.#view = new View(root);
    this.#server = new Server(root.dataset.address, this.#tab);
    this.#speaker = new Speaker(root.dataset.language);
    this.#wave = new Wave(root.querySelector("[data-wave]"));
    this.#words = new Words(this.#view, this.#server);
    this.#requirement = new Requirement(this.#view, {
      onAnswer: (text) => this.#guard(() => this.#answerRequirement(text)),
      onChoice: (choice) => this.#guard(() => this.#choose(choice)),
    });
    this.microphone = new Microphone({ onBlock: () => {}, onLost: () => this.#microphoneLost() });
  }

  async start() {
    if (!canRecord()) return this.#view.show("unsupported");
    this.#store = await openStore(this.root.dataset.room);
    this.#uploader = new Uploader(this.#store, this.#server, {
      onState: (state) => this.#view.set("saving", this.#view.text(state)),
      onRefused: (code) => this.#refused(code),
    });
    if ("video" in this.root.dataset) await this.#openVideo();
    this.check = new Check(this.#view, this.microphone);
    this.#listenToOtherTabs();
    this.#bind();
    this.#view.show("check");
  }

  /** Loads the script for video, which other rooms don't need. */
  async #openVideo() {
    const { Video } = await import("./video/video.js");
    this.#video = new Video(this.root, this.#view, this.#server);
    await this.#video.open(this.root.dataset.room, () => this.#uploader.drainToServer());
  }

  #bind() {
    const actions = {
      "finish-check": () => this.enter(),
      enter: () => this.enter(),
      agree: () => this.#choose("agree"),
      refuse: () => confirm(this.#view.text("confirm_refuse")) && this.#choose("refuse"),
      "agree-video": () => this.#chooseVideo(true),
      "refuse-video": () => this.#chooseVideo(false),
      "end-video": () => confirm(this.#view.text("confirm_end_video")) && this.#video.end(),
      record: () => this.#record(),
      hold: () => this.#stopCountdown(),
      repeat: () => this.#speak(),
      pause: () => this.#togglePause(),
      finish: () => this.#finishTake(),
      review: () => this.#review(),
      send: () => this.#send(),
      again: () => this.#record({ isNew: true }),
      skip: () => confirm(this.#view.text("confirm_skip")) && this.#choose("skip"),
      "come-back": () => this.#choose("come_back"),
      leave: () => this.#leave(),
    };
    for (const [name, run] of Object.entries(actions)) this.#view.on(name, () => this.#guard(run));
  }

  /** Runs an action. A refusal of the server is shown. */
  async #guard(run) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refused(error.code);
    }
  }

  #refused(code) {
    if (code === "taken_over") return this.#showTaken();
    if (code === "stale" || code === "closed" || code === "no_question" || code === "discarded") return this.enter();
    if (!CLOSING.includes(code)) return this.#view.notice(code);
    this.#view.set("closed-text", this.#view.text(code));
    this.#view.show("closed");
  }

  /** Two tabs of one browser know of each other at once; other devices learn it from the server. */
  #listenToOtherTabs() {
    if (!window.BroadcastChannel) return;
    this.tabs = new BroadcastChannel(`room-${this.root.dataset.room}`);
    this.tabs.onmessage = ({ data }) => this.#state && data !== this.#tab && this.#showTaken();
  }

  async #showTaken() {
    if (this.#isTaken) return;
    this.#isTaken = true;
    await this.#quiet();
    await this.#uploader.drainToStore();
    this.#view.show("taken");
  }

  async #quiet() {
    this.#stopCountdown();
    this.#speaker.stop();
    this.#wave.stop();
    await this.#take?.stop();
    this.#video?.finish();
    this.#take = null;
    this.#awake?.release().catch(() => {});
    this.#awake = null;
  }

  async enter() {
    this.#isTaken = false;
    this.check.close();
    await this.#quiet();
    this.tabs?.postMessage(this.#tab);
    this.#video?.recover();
    await this.#guard(async () => this.#apply(await untilReached(this.#server.enter, () => this.#view.notice("waiting"))));
  }

  /** Shows what the server says. A reply that comes after another tab took over shows nothing. */
  async #apply(state) {
    if (this.#isTaken) return;
    this.#state = state;
    if (state.stage === "question" || state.stage === "over") this.#words.follow();
    if (state.stage === "question") return state.video === "ask" && this.#video ? this.#view.show("video") : this.#ask();
    if (state.stage === "eligibility") return this.#askRequirement();
    this.#view.show(state.stage);
    if (state.stage !== "over" && state.stage !== "ended") return;
    await this.microphone.close();
    await this.#store.erase();
    this.#video?.close();
  }

  async #askRequirement() {
    this.#requirement.show(this.#state);
    await this.#speaker.speak(this.#state.text, this.#state.audio);
  }

  async #answerRequirement(text) {
    await this.#quiet();
    const sending = () => this.#server.answerRequirement(this.#state.turn, text);
    await this.#apply(await untilReached(sending, () => this.#view.notice("waiting")));
  }

  async #choose(choice) {
    await this.#quiet();
    if (choice === "come_back") await this.#uploader.drain(); // the take waits there until the question returns
    const choosing = () => this.#server.choose(this.#state.turn, choice);
    await this.#apply(await untilReached(choosing, () => this.#view.notice("waiting")));
  }

  async #chooseVideo(agree) {
    await this.#apply(await this.#video.choose(agree));
  }

  async #leave() {
    await this.#quiet();
    await this.#uploader.drain();
    await untilReached(this.#server.leave, () => this.#view.notice("waiting"));
    await this.microphone.close();
    this.#view.show("left");
  }

  // --- A question ---------------------------------------------------------------------------------------

  async #ask() {
    const { question, can_come_back: canComeBack, takes_text: takesText } = this.#state;
    this.#view.set("progress-text", question.progress_text);
    this.#view.set("question", question.text);
    this.#view.set("limit-text", question.limit_text);
    this.#view.set("takes-text", takesText);
    this.#view.set("saving", "");
    this.#view.set("preparation", this.#view.text("ready"));
    const progress = this.#view.find("[data-progress]");
    Object.assign(progress, { max: question.total, value: question.answered });
    this.#view.when("can-come-back", canComeBack);
    this.#video?.update(this.#state.video);
    this.#view.showStep(null);
    this.#view.show("question");
    await this.#offerTake();
    await this.#speak();
    if (!this.#take && this.#state.question === question) this.#prepare();
  }

  /** Offers to continue a take that was interrupted, on this device or another one. */
  async #offerTake() {
    const { question, take } = this.#state;
    const id = take?.id ?? (await this.#store.takeOf(question.position));
    const here = id ? await this.#store.secondsOf(id) : 0;
    if (!take && !here) return this.#view.showStep("ready");
    await this.#uploader.begin(id, question.position, { next: take?.next ?? 0, isOpen: Boolean(take) });
    this.#uploader.flush();
    this.#take = this.#makeTake(id, (take?.seconds ?? 0) + here);
    this.#view.set("continue-text", this.#view.text("continue", { time: minutes(this.#take.seconds) }));
    this.#view.showStep("continue");
  }

  #makeTake(id, before) {
    return new Take(id, {
      microphone: this.microphone,
      uploader: this.#uploader,
      limit: this.#state.question.seconds,
      before,
      events: {
        onTime: (seconds) => this.#showTime(seconds),
        onWarning: (name) => this.#view.notice(name),
        onSilence: () => this.#view.notice("silence"),
        onLimit: () => this.#finishTake("time_up"),
      },
    });
  }

  async #speak() {
    const { text, audio } = this.#state.question;
    const wasHeard = await this.#speaker.speak(text, audio);
    this.#view.set("voice-text", wasHeard ? "" : this.#view.text("captions_only"));
  }

  /** Counts down the time to think, then records. */
  #prepare() {
    let left = this.#state.preparation_seconds;
    if (!left || this.#take || this.#view.find('[data-section="question"]').hidden) return;
    this.#view.when("preparing", true);
    this.#view.announce(this.#view.text("preparing", { time: minutes(left) }));
    const show = () => this.#view.set("preparation", this.#view.text("preparing", { time: minutes(left) }));
    show();
    this.#countdown = setInterval(() => {
      left -= 1;
      show();
      if (left <= 0) this.#guard(() => this.#record());
    }, 1000);
  }

  #stopCountdown() {
    clearInterval(this.#countdown);
    this.#view.when("preparing", false);
    this.#view.set("preparation", this.#view.text("ready"));
  }

  // --- A take -------------------------------------------------------------------------------------------

  async #record({ isNew = false } = {}) {
    this.#stopCountdown();
    this.#speaker.stop();
    this.#pauseSounds();
    if (!(await this.#openMicrophone())) return;
    if (isNew || !this.#take) await this.#beginTake();
    this.#view.clearNotice();
    this.#view.showStep("recording");
    this.#showRecording(true);
    this.#showTime(this.#take.seconds);
    this.#take.start();
    this.#video?.start(this.#take.id, this.microphone.stream, this.#take.seconds);
    this.#wave.start(
      () => (this.#take?.isRecording ? this.microphone.level() : 0),
      (level) => this.#take?.hear(level),
    );
    this.#awake ??= await navigator.wakeLock?.request("screen").catch(() => null);
  }

  async #openMicrophone() {
    try {
      await this.microphone.open();
      return true;
    } catch (error) {
      this.#view.notice(error.code);
      return false;
    }
  }

  async #beginTake() {
    const id = makeId();
    if (this.#take) {
      this.#video?.discard();
      this.#state.takes_left -= 1;
      this.#view.set("takes-text", ""); // it counted this take as one to come
    }
    await this.#uploader.begin(id, this.#state.question.position);
    this.#take = this.#makeTake(id, 0);
  }

  #showRecording(isRecording) {
    this.#view.set("recording-text", this.#view.text(isRecording ? "recording" : "paused"));
    this.#view.find("[data-dot]").toggleAttribute("data-paused", !isRecording);
    this.#view.find('[data-do="pause"]').textContent = this.#view.text(isRecording ? "pause" : "go_on");
    this.#view.announce(this.#view.text(isRecording ? "recording" : "paused"));
  }

  #showTime(seconds) {
    this.#view.set("time", `${minutes(seconds)} / ${minutes(this.#take.limit)}`);
  }

  async #togglePause() {
    if (!this.#take.isRecording) return this.#record();
    await this.#stopTake();
    this.#uploader.flush();
    this.#showRecording(false);
  }

  async #microphoneLost() {
    if (!this.#take?.isRecording) return;
    await this.#stopTake();
    this.#uploader.flush();
    this.#showRecording(false);
    this.#view.notice("lost");
  }

  async #stopTake() {
    await Promise.all([this.#take.stop(), this.#video?.pause()]);
  }

  async #finishTake(notice) {
    await this.#stopTake();
    this.#wave.stop();
    this.#uploader.flush();
    await this.#review();
    if (notice || this.#take.isSilent) this.#view.notice(notice ?? "was_silent");
  }

  async #review() {
    this.#speaker.stop();
    this.#view.clearNotice();
    const sound = this.#view.find("[data-sound]");
    sound.src = this.#take.soundAddress() ?? this.#server.soundAddress(this.#take.id);
    sound.hidden = this.#video?.review() ?? false; // the video has the same sound
    this.#view.when("has-takes", this.#state.takes_left > 1);
    this.#view.when("has-time", !this.#take.isFull);
    const text = this.#view.text("review", { time: minutes(this.#take.seconds) });
    this.#view.set("review-text", text);
    this.#view.announce(text);
    this.#view.showStep("review");
  }

  #pauseSounds() {
    this.#view.find("[data-sound]").pause();
    this.#view.find("[data-film]").pause();
  }

  async #send() {
    if (this.#take.seconds < 1) return this.#view.notice("too_short");
    this.#pauseSounds();
    this.#view.set("sending-text", this.#view.text("sending"));
    this.#view.showStep("sending");
    const { id } = this.#take;
    this.#video?.finish();
    const count = await this.#uploader.drain();
    try {
      const state = await untilReached(
        () => this.#server.sendTake(id, count),
        () => this.#view.notice("waiting"),
      );
      this.#take = null;
      await this.#apply(state);
    } catch (error) {
      this.#view.showStep("review");
      throw error;
    }
  }
}

new Room(document.querySelector(".r-room")).start();
