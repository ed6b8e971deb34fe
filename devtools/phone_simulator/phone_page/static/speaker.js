/** Plays prompts: texts by the browser's speech synthesis, tones, and audio files. */

const READING_RATE = 4; // words per second, for texts that are read because the sound is off
const SPEAKING_RATE = 2.5;
const DEFAULT_LANGUAGE = "en-US";

export class Speaker {
  #queue = Promise.resolve();
  #stopCurrent = () => {};
  #skips = 0;
  #context = null;
  #soundOn = true;

  constructor() {
    window.speechSynthesis?.getVoices(); // some browsers load the voices on the first request
  }

  /** Without sound a text takes as long as it takes to read. */
  set soundOn(on) {
    this.#soundOn = on;
    if (!on) this.#cancelSpeech();
  }

  speak(text, language) {
    for (const sentence of text.split(/(?<=[.!?])\s+/)) {
      this.#enqueue(() => this.#speakSentence(sentence, language || DEFAULT_LANGUAGE));
    }
  }

  play(url, text) {
    this.#enqueue(() => (this.#soundOn ? this.#playAudio(url) : this.#speakSentence(text, DEFAULT_LANGUAGE)));
  }

  beep() {
    this.#playTone(1000, 0, 0.3);
  }

  ring() {
    for (const delay of [0, 0.5]) this.#playTone(440, delay, 0.4);
  }

  /** Resolves once all prompts so far have been played or skipped. */
  finished() {
    return this.#queue;
  }

  skip() {
    this.#skips++;
    this.#cancelSpeech();
    this.#stopCurrent();
  }

  #enqueue(play) {
    const skips = this.#skips;
    this.#queue = this.#queue.then(() => (skips === this.#skips ? play() : undefined));
  }

  /** Runs `start` until it calls its argument, or until the prompt is skipped. `start` returns how to clean up. */
  #runUntilDone(start) {
    return new Promise((resolve) => {
      let cleanUp;
      const done = () => {
        cleanUp?.();
        resolve();
      };
      this.#stopCurrent = done;
      cleanUp = start(done);
    });
  }

  #playAudio(url) {
    return this.#runUntilDone((done) => {
      const audio = new Audio(url);
      audio.onended = audio.onerror = done;
      audio.play().catch(done);
      return () => audio.pause();
    });
  }

  #speakSentence(text, language) {
    const words = text.split(/\s+/).length;
    const isSpoken = this.#soundOn && "speechSynthesis" in window && speechSynthesis.getVoices().length > 0;
    return this.#runUntilDone((done) => {
      // Some browsers never report the end of an utterance, hence the timeout for spoken sentences too.
      const seconds = isSpoken ? (2 * words) / SPEAKING_RATE + 3 : words / READING_RATE;
      const timer = setTimeout(done, 1000 * seconds);
      if (isSpoken) {
        const utterance = new SpeechSynthesisUtterance(text);
        utterance.lang = language;
        utterance.onend = utterance.onerror = done;
        speechSynthesis.speak(utterance);
      }
      return () => clearTimeout(timer);
    });
  }

  #cancelSpeech() {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  #playTone(frequency, delay, seconds) {
    if (!this.#soundOn) return;
    this.#context ??= new AudioContext();
    const tone = new OscillatorNode(this.#context, { frequency });
    const volume = new GainNode(this.#context, { gain: 0.1 });
    const start = this.#context.currentTime + delay;
    tone.connect(volume).connect(this.#context.destination);
    tone.start(start);
    tone.stop(start + seconds);
  }
}
