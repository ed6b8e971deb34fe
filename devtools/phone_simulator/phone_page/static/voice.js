/** What a person hears: texts spoken by the browser's own speech synthesis, tones, and played audio. */

const READING = 4; // words a second, where a text is read and not spoken
const SPEAKING = 2.5;
const LANGUAGE = "en-US";

export class Voice {
  #queue = Promise.resolve();
  #interrupt = () => {};
  #skipped = 0;
  #context = null;
  #sound = true;

  constructor() {
    window.speechSynthesis?.getVoices(); // some browsers load them only once they are asked for
  }

  /** Off: texts take as long as reading them does. */
  set sound(on) {
    this.#sound = on;
    if (!on) this.#hush();
  }

  say(text, language) {
    for (const sentence of text.split(/(?<=[.!?])\s+/)) this.#then(() => this.#utter(sentence, language || LANGUAGE));
  }

  play(url, text) {
    this.#then(() => (this.#sound ? this.#listenTo(url) : this.#utter(text, LANGUAGE)));
  }

  #listenTo(url) {
    return this.#until((done) => {
      const audio = new Audio(url);
      audio.onended = audio.onerror = done;
      audio.play().catch(done);
      return () => audio.pause();
    });
  }

  beep() {
    this.#tone(1000, 0, 0.3);
  }

  ring() {
    for (const at of [0, 0.5]) this.#tone(440, at, 0.4);
  }

  /** Resolves once all that was to be heard so far has been, or was skipped. */
  heard() {
    return this.#queue;
  }

  skip() {
    this.#skipped++;
    this.#hush();
    this.#interrupt();
  }

  #then(step) {
    const planned = this.#skipped;
    this.#queue = this.#queue.then(() => (planned === this.#skipped ? step() : undefined));
  }

  /** Runs `start` with what ends it; `start` may give back how to stop early. */
  #until(start) {
    return new Promise((resolve) => {
      let stop;
      const done = () => {
        stop?.();
        resolve();
      };
      this.#interrupt = done;
      stop = start(done);
    });
  }

  #utter(text, language) {
    const count = text.split(/\s+/).length;
    const spoken = this.#sound && "speechSynthesis" in window && speechSynthesis.getVoices().length > 0;
    return this.#until((done) => {
      // Some browsers lose the end of an utterance: nobody should have to wait for that.
      const timer = setTimeout(done, 1000 * (spoken ? (2 * count) / SPEAKING + 3 : count / READING));
      if (spoken) {
        const utterance = new SpeechSynthesisUtterance(text);
        utterance.lang = language;
        utterance.onend = utterance.onerror = done;
        speechSynthesis.speak(utterance);
      }
      return () => clearTimeout(timer);
    });
  }

  #hush() {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  #tone(pitch, after, seconds) {
    if (!this.#sound) return;
    this.#context ??= new AudioContext();
    const tone = new OscillatorNode(this.#context, { frequency: pitch });
    const volume = new GainNode(this.#context, { gain: 0.1 });
    const start = this.#context.currentTime + after;
    tone.connect(volume).connect(this.#context.destination);
    tone.start(start);
    tone.stop(start + seconds);
  }
}
