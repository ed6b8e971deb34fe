/**
 * What has been recorded and is not on the server yet, in IndexedDB: it outlives the tab. Without IndexedDB, as in some
 * private windows, it is kept in memory.
 *
 * A take collects blocks until they fill a chunk. A chunk has a number and never changes, so that it can be sent twice.
 */

import { BYTES_PER_SECOND } from "./wav.js";

const PREFIX = "screener-room-";
const STORES = ["takes", "blocks", "chunks"];
const CHUNK_BYTES = BYTES_PER_SECOND;

const request = (work) =>
  new Promise((resolve, reject) => {
    work.onsuccess = () => resolve(work.result);
    work.onerror = () => reject(work.error);
  });

const open = (room) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(PREFIX + room, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("takes", { keyPath: "position" });
      opening.result.createObjectStore("blocks", { autoIncrement: true });
      opening.result.createObjectStore("chunks", { keyPath: ["take", "number"] });
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("blocked"));
  });

/** Opens the store of an interview. Never fails. */
export async function openStore(room) {
  try {
    return new DiskStore(room, await open(room));
  } catch {
    return new MemoryStore();
  }
}

const join = (blocks) => {
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.byteLength, 0));
  let position = 0;
  for (const block of blocks) {
    bytes.set(new Uint8Array(block), position);
    position += block.byteLength;
  }
  return bytes.buffer;
};

const size = (blocks) => blocks.reduce((sum, block) => sum + block.bytes.byteLength, 0);

const chunksOf = (take) => IDBKeyRange.bound([take, 0], [take, Infinity]);

class DiskStore {
  #room;
  #database;

  constructor(room, database) {
    this.#room = room;
    this.#database = database;
  }

  #stores(mode) {
    const transaction = this.#database.transaction(STORES, mode);
    return Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)]));
  }

  /** Remembers the take of a question, in place of an earlier one. */
  async addTake(take, position) {
    await request(this.#stores("readwrite").takes.put({ take, position }));
  }

  /** Returns the take of a question that was recorded here, or null. */
  async takeOf(position) {
    return (await request(this.#stores("readonly").takes.get(position)))?.take ?? null;
  }

  async addBlock(take, bytes) {
    const { blocks } = this.#stores("readwrite");
    await request(blocks.add({ take, bytes }));
  }

  /** Makes a chunk of the blocks of a take: of a second of them, or of all (`isLast`). Returns whether it did. */
  async fillChunk(take, number, { isLast = false } = {}) {
    const { blocks, chunks } = this.#stores("readwrite");
    const [keys, values] = await Promise.all([request(blocks.getAllKeys()), request(blocks.getAll())]);
    const entries = values.map((value, index) => ({ ...value, key: keys[index] })).filter((value) => value.take === take);
    if (!entries.length || (!isLast && size(entries) < CHUNK_BYTES)) return false;
    const used = entries.slice(0, isLast ? 8 : 4);
    await request(chunks.put({ take, number, bytes: join(used.map((entry) => entry.bytes)) }));
    await Promise.all(used.map((entry) => request(blocks.delete(entry.key))));
    return true;
  }

  async nextChunk(take) {
    const cursor = await request(this.#stores("readonly").chunks.openCursor(chunksOf(take)));
    return cursor?.value ?? null;
  }

  async lastNumber(take) {
    const cursor = await request(this.#stores("readonly").chunks.openCursor(chunksOf(take), "prev"));
    return cursor?.value.number ?? -1;
  }

  /** The seconds of a take that are here and not on the server. */
  async secondsOf(take) {
    const { blocks, chunks } = this.#stores("readonly");
    const [some, others] = await Promise.all([request(blocks.getAll()), request(chunks.getAll(chunksOf(take)))]);
    return size([...some.filter((block) => block.take === take), ...others]) / CHUNK_BYTES;
  }

  async removeChunk(take, number) {
    await request(this.#stores("readwrite").chunks.delete([take, number]));
  }

  /** Forgets all takes but this one. */
  async keepOnly(take) {
    const { blocks, chunks } = this.#stores("readwrite");
    const [blockKeys, values, chunkKeys] = await Promise.all([
      request(blocks.getAllKeys()),
      request(blocks.getAll()),
      request(chunks.getAllKeys()),
    ]);
    blockKeys.forEach((key, index) => values[index].take !== take && blocks.delete(key));
    chunkKeys.forEach((key) => key[0] !== take && chunks.delete(key));
  }

  /** Leaves nothing of the interview on this device. */
  async erase() {
    this.#database.close();
    indexedDB.deleteDatabase(PREFIX + this.#room);
  }
}

class MemoryStore {
  #takes = new Map();
  #blocks = [];
  #chunks = [];

  async addTake(take, position) {
    this.#takes.set(position, take);
  }

  async takeOf(position) {
    return this.#takes.get(position) ?? null;
  }

  async addBlock(take, bytes) {
    this.#blocks.push({ take, bytes });
  }

  async fillChunk(take, number, { isLast = false } = {}) {
    const entries = this.#blocks.filter((block) => block.take === take);
    if (!entries.length || (!isLast && size(entries) < CHUNK_BYTES)) return false;
    const used = entries.slice(0, isLast ? 8 : 4);
    this.#chunks.push({ take, number, bytes: join(used.map((entry) => entry.bytes)) });
    this.#blocks = this.#blocks.filter((block) => !used.includes(block));
    return true;
  }

  async nextChunk(take) {
    return this.#chunks.find((chunk) => chunk.take === take) ?? null;
  }

  async lastNumber(take) {
    return Math.max(-1, ...this.#chunks.filter((chunk) => chunk.take === take).map((chunk) => chunk.number));
  }

  async secondsOf(take) {
    return size([...this.#blocks, ...this.#chunks].filter((entry) => entry.take === take)) / CHUNK_BYTES;
  }

  async removeChunk(take, number) {
    this.#chunks = this.#chunks.filter((chunk) => chunk.take !== take || chunk.number !== number);
  }

  async keepOnly(take) {
    this.#blocks = this.#blocks.filter((block) => block.take === take);
    this.#chunks = this.#chunks.filter((chunk) => chunk.take === take);
  }

  async erase() {
    this.#takes.clear();
    this.#blocks = [];
    this.#chunks = [];
  }
}
