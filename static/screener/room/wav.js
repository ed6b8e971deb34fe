/** Blocks of 16-bit samples as a WAV file, to listen to. */

export const SAMPLE_RATE = 16000;
export const BYTES_PER_SECOND = 2 * SAMPLE_RATE;
const HEADER_BYTES = 44;

export function makeWav(blocks) {
  const size = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  const text = (at, letters) => [...letters].forEach((letter, i) => header.setUint8(at + i, letter.charCodeAt(0)));
  const number = (at, value) => header.setUint32(at, value, true);
  text(0, "RIFF");
  number(4, HEADER_BYTES - 8 + size);
  text(8, "WAVEfmt ");
  number(16, 16); // length of the format block
  number(20, 0x00010001); // PCM, one channel
  number(24, SAMPLE_RATE);
  number(28, BYTES_PER_SECOND);
  number(32, 0x00100002); // 2 bytes per frame, 16 bits per sample
  text(36, "data");
  number(40, size);
  return new Blob([header, ...blocks], { type: "audio/wav" });
}
