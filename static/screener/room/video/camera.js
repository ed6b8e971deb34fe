/** The camera: opened once the candidate wants it, shown in every preview, and recorded beside the microphone. */

const FORMATS = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm", "video/mp4"];
const SIZE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 30 }, facingMode: "user" };
const RATES = { videoBitsPerSecond: 450000, audioBitsPerSecond: 32000 };
const CHUNK_TIME = 1000; // milliseconds: a killed tab loses no more

export const recordableFormat = () => window.MediaRecorder && FORMATS.find((type) => MediaRecorder.isTypeSupported(type));

export class Camera {
  #previews;

  /** `onLost` is called when the camera goes away. */
  constructor(previews, { onLost }) {
    this.#previews = [...previews];
    this.onLost = onLost;
  }

  get isOpen() {
    return this.stream?.getVideoTracks().some((track) => track.readyState === "live") ?? false;
  }

  /** Asks for the camera. Returns whether it can be used. */
  async open() {
    if (this.isOpen) return true;
    if (!recordableFormat()) return false;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: SIZE });
    } catch {
      return false;
    }
    for (const track of this.stream.getTracks()) track.addEventListener("ended", () => this.#lose());
    this.#previews.forEach((preview) => (preview.srcObject = this.stream));
    return true;
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.#previews.forEach((preview) => (preview.srcObject = null));
  }

  /** Records the camera and this sound. `onChunk` gets the parts of the file. Throws where the browser can't. */
  record(sound, onChunk) {
    const type = recordableFormat();
    const stream = new MediaStream([...this.stream.getVideoTracks(), ...sound.getAudioTracks()]);
    const recorder = new MediaRecorder(stream, { mimeType: type, ...RATES });
    recorder.ondataavailable = ({ data }) => data.size && onChunk(data);
    recorder.start(CHUNK_TIME);
    return recorder;
  }

  #lose() {
    if (!this.stream) return;
    this.close();
    this.onLost();
  }
}
