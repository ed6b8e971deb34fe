/** What was recorded of clips and is not sent yet, in an IndexedDB of its own; in memory where there is none. */

const PREFIX = "screener-video-";
const STORE = "parts";

const request = (work) =>
  new Promise((resolve, reject) => {
    work.onsuccess = () => resolve(work.result);
    work.onerror = () => reject(work.error);
  });

/** Opens the shelf of an interview. Never fails. */
export async function openShelf(room) {
  try {
    const opening = indexedDB.open(PREFIX + room, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ["id", "number"] });
    return new DiskShelf(PREFIX + room, await request(opening));
  } catch {
    return new MemoryShelf();
  }
}

class DiskShelf {
  #name;
  #database;

  constructor(name, database) {
    this.#name = name;
    this.#database = database;
  }

  #parts(mode) {
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }

  put = (part) => request(this.#parts("readwrite").put(part));
  remove = (part) => request(this.#parts("readwrite").delete([part.id, part.number]));
  removeClip = (id) => request(this.#parts("readwrite").delete(IDBKeyRange.bound([id, 0], [id, Infinity])));

  /** The part that is to be sent next, or null. */
  async first() {
    return (await request(this.#parts("readonly").openCursor()))?.value ?? null;
  }

  all = () => request(this.#parts("readonly").getAll());

  /** Leaves nothing of the interview on this device. */
  erase() {
    this.#database.close();
    indexedDB.deleteDatabase(this.#name);
  }
}

class MemoryShelf {
  #parts = [];

  async put(part) {
    await this.remove(part);
    this.#parts.push(part);
  }

  async remove({ id, number }) {
    this.#parts = this.#parts.filter((part) => part.id !== id || part.number !== number);
  }

  async removeClip(id) {
    this.#parts = this.#parts.filter((part) => part.id !== id);
  }

  first = async () => this.#parts[0] ?? null;
  all = async () => this.#parts;

  erase() {
    this.#parts = [];
  }
}
