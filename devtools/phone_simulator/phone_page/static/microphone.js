/** The microphone, as WAV: mono, 16 bit, at the rate of a phone line. */

const RATE = 8000;
const PATIENCE = 3000; // milliseconds

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

export class Microphone {
  #chunks = [];

  /** Resolves once it records. Throws where there is no microphone, or no leave to use it. */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("/page/recorder.js");
    const recorder = new AudioWorkletNode(this.context, "recorder");
    recorder.port.onmessage = ({ data }) => this.#chunks.push(data);
    // It puts out silence; only what is connected to the end is sure to run.
    this.context.createMediaStreamSource(this.stream).connect(recorder).connect(this.context.destination);
    const silent = new Error("the browser's audio does not start"); // as where there is no audio device at all
    await Promise.race([this.context.resume(), new Promise((_, fail) => setTimeout(fail, PATIENCE, silent))]);
  }

  /** What was recorded; null if that is nothing. */
  async stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    await this.context?.close();
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (!length) return null;
    const sound = new AudioBuffer({ length, sampleRate: this.context.sampleRate });
    let at = 0;
    for (const chunk of this.#chunks) {
      sound.copyToChannel(chunk, 0, at);
      at += chunk.length;
    }
    return wav(await resampled(sound));
  }
}

async function resampled(sound) {
  const context = new OfflineAudioContext(1, Math.max(1, Math.round(sound.duration * RATE)), RATE);
  const source = new AudioBufferSourceNode(context, { buffer: sound });
  source.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}

function wav(samples) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  const number = (at, value) => bytes.setUint32(at, value, true);
  text(0, "RIFF");
  number(4, 36 + 2 * samples.length);
  text(8, "WAVEfmt ");
  number(16, 16); // bytes of the format, which is:
  number(20, 0x00010001); // PCM, one channel
  number(24, RATE);
  number(28, 2 * RATE); // bytes a second
  number(32, 0x00100002); // 2 bytes, 16 bit a sample
  text(36, "data");
  number(40, 2 * samples.length);
  samples.forEach((sample, i) => bytes.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, sample)), true));
  return new Blob([bytes], { type: "audio/wav" });
}
