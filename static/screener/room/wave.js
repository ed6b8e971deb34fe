/** Draws the loudness of a voice as it is recorded. Without motion where the reader wants none. */

const BAR = 4; // pixels
const FRAME = 60; // milliseconds
const CALM_FRAME = 1000;

export class Wave {
  #canvas;
  #levels = [];
  #timer;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** Calls `level` several times a second; `onLevel` gets each. */
  start(level, onLevel) {
    this.stop();
    this.#levels = [];
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#timer = setInterval(() => {
      const loudness = level();
      onLevel(loudness);
      this.#levels.push(loudness);
      this.#levels = this.#levels.slice(-Math.floor(this.#canvas.width / BAR));
      this.#draw();
    }, isCalm ? CALM_FRAME : FRAME);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #draw() {
    const { width, height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    this.#levels.forEach((level, index) => {
      const bar = Math.max(2, Math.sqrt(level) * height);
      context.fillRect(width - (this.#levels.length - index) * BAR, (height - bar) / 2, BAR - 1, bar);
    });
  }
}
