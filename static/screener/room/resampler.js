/** Converts samples to another rate, in pieces of any length. Runs on the audio thread and in tests. */

const ZERO_CROSSINGS = 16; // on each side of a tap; more of them make the low-pass steeper
const PHASES = 512; // positions between two input samples for which the filter is computed
const PASS_BAND = 0.92; // of the lower of the two Nyquist frequencies; what is above would come back as a wrong tone

/** Returns for each phase the taps of a low-pass: a sinc in a Blackman window, which sums up to 1. */
function filterTable(step, reach) {
  const cutoff = PASS_BAND / Math.max(1, step);
  return Array.from({ length: PHASES }, (_, phase) => {
    const taps = Float32Array.from({ length: 2 * reach }, (_, index) => {
      const distance = index - reach + 1 - phase / PHASES;
      const angle = Math.PI * distance * cutoff;
      const place = (Math.PI * distance) / reach;
      const window = Math.abs(distance) < reach ? 0.42 + 0.5 * Math.cos(place) + 0.08 * Math.cos(2 * place) : 0;
      return window * (angle === 0 ? 1 : Math.sin(angle) / angle);
    });
    const sum = taps.reduce((total, tap) => total + tap, 0);
    return taps.map((tap) => tap / sum);
  });
}

export class Resampler {
  #step;
  #reach;
  #table;
  #samples;
  #position; // of the next output sample in #samples

  constructor(inputRate, outputRate) {
    this.#step = inputRate / outputRate;
    this.#reach = Math.ceil(ZERO_CROSSINGS * Math.max(1, this.#step));
    this.#table = filterTable(this.#step, this.#reach);
    this.reset();
  }

  /** Begins another sound. */
  reset() {
    this.#samples = new Float32Array(this.#reach); // silence before the first sample
    this.#position = this.#reach;
  }

  /** Takes the next samples; returns those of the output that they complete. */
  process(input) {
    this.#append(input);
    const output = [];
    while (this.#position + this.#reach < this.#samples.length) {
      output.push(this.#filterAt(this.#position));
      this.#position += this.#step;
    }
    this.#forget();
    return Float32Array.from(output);
  }

  /** Returns the last samples, which wait for the end of the sound. */
  flush() {
    const output = this.process(new Float32Array(this.#reach));
    this.reset();
    return output;
  }

  #append(input) {
    const samples = new Float32Array(this.#samples.length + input.length);
    samples.set(this.#samples);
    samples.set(input, this.#samples.length);
    this.#samples = samples;
  }

  #filterAt(position) {
    const base = Math.floor(position);
    const phase = Math.round((position - base) * PHASES);
    const [start, taps] = phase === PHASES ? [base + 1, this.#table[0]] : [base, this.#table[phase]];
    let sum = 0;
    for (let index = 0; index < taps.length; index += 1) sum += taps[index] * this.#samples[start - this.#reach + 1 + index];
    return sum;
  }

  #forget() {
    const used = Math.floor(this.#position) - this.#reach;
    if (used <= 0) return;
    this.#samples = this.#samples.slice(used);
    this.#position -= used;
  }
}
