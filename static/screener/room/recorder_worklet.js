/** Runs on the audio thread: turns the microphone into blocks of 16-bit samples at 16 kHz while it records. */

import { Resampler } from "./resampler.js";
import { SAMPLE_RATE } from "./wav.js";

const BLOCK_SAMPLES = SAMPLE_RATE / 4; // a quarter of a second: as much as a killed tab loses
const FULL_SCALE = 32767;

class Recorder extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, SAMPLE_RATE);
  #block = new Int16Array(BLOCK_SAMPLES);
  #filled = 0;
  #isRecording = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#obey(data);
  }

  #obey(command) {
    if (this.#isRecording && command === "stop") {
      this.#add(this.#resampler.flush());
      this.#post();
    }
    this.#isRecording = command === "start";
    if (command === "stop") this.port.postMessage({ isStopped: true });
  }

  process([channels]) {
    if (this.#isRecording && channels.length) this.#add(this.#resampler.process(mix(channels)));
    return true;
  }

  #add(samples) {
    for (const sample of samples) {
      this.#block[this.#filled] = Math.round(FULL_SCALE * Math.max(-1, Math.min(1, sample)));
      this.#filled += 1;
      if (this.#filled === BLOCK_SAMPLES) this.#post();
    }
  }

  #post() {
    if (!this.#filled) return;
    const block = this.#block.slice(0, this.#filled);
    this.#filled = 0;
    this.port.postMessage({ block: block.buffer }, [block.buffer]);
  }
}

/** The mean of the channels: some devices give stereo whatever is asked for. */
function mix(channels) {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length);
}

registerProcessor("recorder", Recorder);
