/**
 * Video in the room: the camera, the candidate's consent, and the film beside each take.
 *
 * It is an addition: whatever fails here, the sound goes on.
 */

import { untilReached } from "../uploader.js";
import { Camera } from "./camera.js";
import { Film } from "./film.js";
import { Sender } from "./sender.js";
import { openShelf } from "./shelf.js";

export class Video {
  #view;
  #server;
  #camera;
  #film;
  #sender;
  #isWanted = false; // whether the candidate agreed
  #recorded = null; // the take that is recorded at the moment, and its sound

  constructor(root, view, server) {
    this.#view = view;
    this.#server = server;
    this.#camera = new Camera(root.querySelectorAll("[data-preview]"), { onLost: () => this.#lost() });
    view.on("open-camera", () => this.openCamera());
  }

  /** Opens the store of what is not sent. `isSoundSent`: see Sender. */
  async open(room, isSoundSent) {
    this.#sender = new Sender(await openShelf(room), this.#server, isSoundSent);
    this.#film = new Film(this.#camera, this.#sender);
  }

  recover() {
    this.#sender.recover();
    this.recover = () => {};
  }

  async openCamera() {
    const isOpen = await this.#camera.open();
    if (isOpen) this.#view.clearNotice();
    else this.#view.notice("no_camera");
    this.#show();
    if (isOpen && this.#recorded) this.start(this.#recorded.take, this.#recorded.sound, Infinity);
  }

  /** Keeps the choice of the candidate. Returns the state of the room. */
  async choose(agree) {
    const state = await untilReached(() => this.#server.chooseVideo(agree), () => this.#view.notice("waiting"));
    if (agree) await this.openCamera();
    else this.#camera.close();
    return state;
  }

  /** Ends video, and has deleted what was recorded. */
  async end() {
    this.update(null);
    this.#film.discard();
    await untilReached(() => this.#server.withdrawVideo(), () => this.#view.notice("waiting"));
    this.#view.notice("video_ended");
  }

  /** `state`: that of the server. Without consent the camera is switched off. */
  update(state) {
    this.#isWanted = state === "agreed";
    if (!this.#isWanted) this.#camera.close();
    this.#show();
  }

  /** `seconds`: how much of the take has been recorded. */
  start(take, sound, seconds) {
    this.#recorded = { take, sound };
    if (!this.#isWanted) return;
    try {
      this.#film.start(take, sound, seconds);
    } catch (error) {
      console.warn("room: no video", error);
      this.#view.notice("video_lost");
    }
  }

  async pause() {
    this.#recorded = null;
    await this.#film.pause();
  }

  finish() {
    this.#recorded = null;
    this.#film.finish();
  }

  discard() {
    this.#recorded = null;
    this.#film.discard();
  }

  /** Shows the present clip of the take. Returns whether it is the whole take. */
  review() {
    const player = this.#view.find("[data-film]");
    const address = this.#film.address();
    player.hidden = !address;
    if (address) showFromStart(player, address);
    return Boolean(address) && this.#film.isWhole;
  }

  /** Switches the camera off, and says until when the page is needed. */
  async close() {
    this.#camera.close();
    this.finish();
    this.#showSending(this.#isWanted);
    await this.#sender.drain();
    this.#showSending(false);
    this.#sender.erase();
  }

  #showSending(isSending) {
    this.#view.when("sending-video", isSending);
    this.#view.when("all-sent", !isSending);
  }

  #lost() {
    this.#film.finish();
    this.#show();
    if (this.#isWanted) this.#view.notice("video_lost");
  }

  #show() {
    this.#view.when("video", this.#isWanted);
    this.#view.when("camera", this.#camera.isOpen);
    this.#view.when("no-camera", !this.#camera.isOpen);
  }
}

/** Browsers record without a duration, and can seek once they were asked for the end. */
function showFromStart(player, address) {
  player.src = address;
  player.ondurationchange = () => (player.currentTime = player.duration === Infinity ? Number.MAX_SAFE_INTEGER : 0);
}
