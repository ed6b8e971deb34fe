/** The microphone: opened once, it records takes in blocks and shows its level. */

/** A level below is silence. */
export const HEARD = 0.03;
const START_TIMEOUT = 5000; // milliseconds
const WORKLET = new URL("./recorder_worklet.js", import.meta.url);

export const canRecord = () =>
  Boolean(navigator.mediaDevices?.getUserMedia && window.AudioContext && window.AudioWorkletNode);

/** Why the microphone can't be used: `refused`, `missing`, `busy` or `silent_browser`. */
export class MicrophoneError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class Microphone {
  #recorder;
  #analyser;
  #samples;
  #onStopped = () => {};

  /** `onBlock` gets each block of samples; `onLost` is called when the microphone goes away. */
  constructor({ onBlock, onLost }) {
    this.onBlock = onBlock;
    this.onLost = onLost;
  }

  get isOpen() {
    return this.stream?.getAudioTracks().some((track) => track.readyState === "live") ?? false;
  }

  /** Asks for the microphone. Call it after a click: browsers start sound only then. Throws MicrophoneError. */
  async open() {
    if (this.isOpen && this.context.state === "running") return;
    await this.close();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new MicrophoneError(CODES[error.name] ?? "missing");
    }
    await this.#connect();
  }

  async #connect() {
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule(WORKLET);
    this.#recorder = new AudioWorkletNode(this.context, "recorder");
    this.#recorder.port.onmessage = ({ data }) => (data.block ? this.onBlock(data.block) : this.#onStopped());
    this.#analyser = new AnalyserNode(this.context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    // The recorder outputs silence. It is connected to the destination because only connected nodes run.
    this.context.createMediaStreamSource(this.stream).connect(this.#analyser).connect(this.#recorder);
    this.#recorder.connect(this.context.destination);
    const timeout = new Promise((_, fail) => setTimeout(fail, START_TIMEOUT, new MicrophoneError("silent_browser")));
    await Promise.race([this.context.resume(), timeout]);
    this.#watch();
  }

  /** Reports a device that was unplugged, a permission that was withdrawn, and a call that took the microphone. */
  #watch() {
    for (const track of this.stream.getAudioTracks()) track.addEventListener("ended", () => this.onLost());
    this.context.addEventListener("statechange", () => {
      if (this.context?.state === "interrupted" || this.context?.state === "suspended") this.onLost();
    });
  }

  /** The loudness at this moment, from 0 to 1. */
  level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.sqrt(power) * 4);
  }

  start() {
    this.#recorder.port.postMessage("start");
  }

  /** Resolves once the last block has been handed over. Recording can be started again: that is a pause. */
  async stop() {
    if (!this.#recorder || this.context.state === "closed") return;
    const stopped = new Promise((resolve) => (this.#onStopped = resolve));
    this.#recorder.port.postMessage("stop");
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }

  async close() {
    const { stream, context } = this;
    this.stream = this.context = undefined;
    stream?.getTracks().forEach((track) => track.stop());
    if (context && context.state !== "closed") await context.close();
  }
}
