/** Speaks a text: from audio made ahead, else by a voice of the browser that works without a network. */

const VOICES_TIMEOUT = 1500; // milliseconds

const voices = () =>
  new Promise((resolve) => {
    const present = window.speechSynthesis.getVoices();
    if (present.length) return resolve(present);
    const timer = setTimeout(() => resolve(window.speechSynthesis.getVoices()), VOICES_TIMEOUT);
    window.speechSynthesis.addEventListener(
      "voiceschanged",
      () => (clearTimeout(timer), resolve(window.speechSynthesis.getVoices())),
      { once: true },
    );
  });

const base = (tag) => tag.toLowerCase().split(/[-_]/)[0];

export class Speaker {
  #audio = new Audio();
  #finish = () => {};

  constructor(language) {
    this.language = language;
  }

  async #voice() {
    if (!window.speechSynthesis) return null;
    const local = (await voices()).filter((voice) => voice.localService && base(voice.lang) === base(this.language));
    return local.find((voice) => voice.lang.toLowerCase() === this.language.toLowerCase()) ?? local[0] ?? null;
  }

  /** Resolves at the end, or when it is stopped: true if something was heard, false if there is no voice. */
  async speak(text, address = null) {
    this.stop();
    if (address && (await this.play(address))) return true;
    const voice = await this.#voice();
    if (!voice) return false;
    return new Promise((resolve) => {
      const utterance = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang });
      this.#finish = () => resolve(true);
      utterance.onend = () => resolve(true);
      utterance.onerror = ({ error }) => resolve(error === "interrupted" || error === "canceled");
      window.speechSynthesis.speak(utterance);
    });
  }

  /** Plays a file. Resolves with false if it can't be played. */
  async play(address) {
    this.stop();
    this.#audio.src = address;
    try {
      await this.#audio.play();
    } catch {
      return false;
    }
    return new Promise((resolve) => {
      this.#finish = () => resolve(true);
      this.#audio.onended = () => resolve(true);
      this.#audio.onerror = () => resolve(false);
    });
  }

  stop() {
    this.#audio.pause();
    window.speechSynthesis?.cancel();
    this.#finish();
    this.#finish = () => {};
  }
}
