/** Records the microphone as WAV: mono, 16 bit, at the sample rate of a phone call. */

const SAMPLE_RATE = 8000;
const START_TIMEOUT = 3000; // milliseconds

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

export class Microphone {
  #chunks = [];

  /** Resolves once it records. Throws if there is no microphone, or no permission to use it. */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("/page/recorder_worklet.js");
    const recorder = new AudioWorkletNode(this.context, "recorder");
    recorder.port.onmessage = ({ data }) => this.#chunks.push(data);
    // The recorder outputs silence. It is connected to the destination because only connected nodes run.
    this.context.createMediaStreamSource(this.stream).connect(recorder).connect(this.context.destination);
    const timeout = new Error("the browser's audio does not start"); // for example without an audio device
    await Promise.race([this.context.resume(), new Promise((_, fail) => setTimeout(fail, START_TIMEOUT, timeout))]);
  }

  /** Returns the recording; null if it is empty. */
  async stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    await this.context?.close();
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (!length) return null;
    const audio = new AudioBuffer({ length, sampleRate: this.context.sampleRate });
    let position = 0;
    for (const chunk of this.#chunks) {
      audio.copyToChannel(chunk, 0, position);
      position += chunk.length;
    }
    return encodeWav(await resample(audio));
  }
}

async function resample(audio) {
  const length = Math.max(1, Math.round(audio.duration * SAMPLE_RATE));
  const context = new OfflineAudioContext(1, length, SAMPLE_RATE);
  const source = new AudioBufferSourceNode(context, { buffer: audio });
  source.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}

function encodeWav(samples) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  const number = (at, value) => bytes.setUint32(at, value, true);
  text(0, "RIFF");
  number(4, 36 + 2 * samples.length);
  text(8, "WAVEfmt ");
  number(16, 16); // length of the format block
  number(20, 0x00010001); // PCM, one channel
  number(24, SAMPLE_RATE);
  number(28, 2 * SAMPLE_RATE); // bytes per second
  number(32, 0x00100002); // 2 bytes per frame, 16 bits per sample
  text(36, "data");
  number(40, 2 * samples.length);
  samples.forEach((sample, i) => bytes.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, sample)), true));
  return new Blob([bytes], { type: "audio/wav" });
}
