// The day at rest: sealed by keys that only the PIN together with a key of this phone opens.
//
// Two keys: one for the list, one for the full data of a stop. Opening the app gives the first to read and the second
// only to write; to read a stop the PIN is asked again. Both are wrapped twice: inside by the PIN (PBKDF2), outside by
// a key that WebCrypto gives to no script, so that a copied store cannot be tried elsewhere.

import { fromText, toText, utf8 } from "./bytes.mjs";
import { read, write } from "./store.mjs";

const ROUNDS = 600_000; // OWASP's advice for PBKDF2 with SHA-256
const TRIES = 5;
const AES = { name: "AES-GCM", length: 256 };

const random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes));

async function encrypt(key, bytes, place) {
  const iv = random(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(place) }, key, bytes);
  return { iv: toText(iv), sealed: toText(sealed) };
}

async function decrypt(key, { iv, sealed }, place) {
  const how = { name: "AES-GCM", iv: fromText(iv), additionalData: utf8(place) };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, fromText(sealed)));
}

async function pinKey(pin, salt, rounds) {
  const start = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: fromText(salt), iterations: rounds };
  return crypto.subtle.deriveKey(how, start, AES, false, ["encrypt", "decrypt"]);
}

async function wrapped(raw, inner, outer, place) {
  const inside = await encrypt(inner, raw, place);
  return encrypt(outer, utf8(JSON.stringify(inside)), place);
}

async function unwrapped(both, inner, outer, place, usages) {
  const inside = JSON.parse(new TextDecoder().decode(await decrypt(outer, both, place)));
  const raw = await decrypt(inner, inside, place);
  return crypto.subtle.importKey("raw", raw, AES, false, usages);
}

export const isSet = async () => Boolean(await read("lock"));

// A new PIN makes new keys: what was sealed before is gone, and the day is fetched again.
export async function choosePin(pin) {
  const wrap = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
  const salt = toText(random(16));
  const inner = await pinKey(pin, salt, ROUNDS);
  const list = await wrapped(random(32), inner, wrap, "list");
  const full = await wrapped(random(32), inner, wrap, "full");
  await wipe();
  await write((store) => store.put("lock", { salt, rounds: ROUNDS, list, full, wrap, tries: 0 }));
}

// Counted before it is tried, so that killing the page gives no further try. Answers { keys } or { left }; at 0 all is wiped.
async function tried(pin, open) {
  return navigator.locks.request("koumen-pin", async () => {
    const lock = await read("lock");
    if (!lock) return { left: 0 };
    const tries = lock.tries + 1;
    await write((store) => store.put("lock", { ...lock, tries }));
    try {
      const keys = await open(lock, await pinKey(pin, lock.salt, lock.rounds));
      await write((store) => store.put("lock", { ...lock, tries: 0 }));
      return { keys };
    } catch (fault) {
      if (fault.name !== "OperationError") throw fault;
      if (tries >= TRIES) await wipe();
      return { left: TRIES - tries };
    }
  });
}

export const openList = (pin) =>
  tried(pin, async (lock, inner) => ({
    list: await unwrapped(lock.list, inner, lock.wrap, "list", ["encrypt", "decrypt"]),
    full: await unwrapped(lock.full, inner, lock.wrap, "full", ["encrypt"]),
  }));

const openFull = (pin) =>
  tried(pin, async (lock, inner) => ({
    full: await unwrapped(lock.full, inner, lock.wrap, "full", ["decrypt"]),
  }));

const asJson = (value) => utf8(JSON.stringify(value));
const fromJson = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

export async function keepDay(keys, day) {
  const { sealed, ...listed } = day;
  const stops = {};
  for (const [visit, data] of Object.entries(sealed)) stops[visit] = await encrypt(keys.full, asJson(data), `stop|${visit}`);
  const list = await encrypt(keys.list, asJson(listed), "day");
  await write(async (store) => {
    const before = (await store.get("day")) ?? { opened: {} };
    // what was opened stays open: an agent at a door may fetch the day again
    const opened = Object.fromEntries(Object.entries(before.opened).filter(([visit]) => visit in stops));
    await store.put("day", { pack: day.pack, list, stops, opened });
  });
}

export async function readDay(keys) {
  const day = await read("day");
  return day ? fromJson(await decrypt(keys.list, day.list, "day")) : null;
}

// The full data of a stop that was opened before; null when it must be opened by PIN first.
export async function readStop(keys, visit) {
  const day = await read("day");
  const opened = day?.opened[visit];
  return opened ? fromJson(await decrypt(keys.list, opened, `open|${visit}`)) : null;
}

export async function openStop(keys, visit, pin) {
  const answer = await openFull(pin);
  if (!answer.keys) return answer;
  const day = await read("day");
  if (!day || !(visit in day.stops)) throw new Error(`no such stop: ${visit}`);
  const data = fromJson(await decrypt(answer.keys.full, day.stops[visit], `stop|${visit}`));
  const opened = await encrypt(keys.list, asJson(data), `open|${visit}`);
  await write(async (store) => {
    const now = await store.get("day");
    await store.put("day", { ...now, opened: { ...now.opened, [visit]: opened } });
  });
  return { data };
}

// Nobody's data stay; the phone's key, its chain and what it did and has not told stay.
export const wipe = () =>
  write(async (store) => {
    await store.remove("lock");
    await store.remove("day");
  });
