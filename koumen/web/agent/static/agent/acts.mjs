// What this phone did: signed, numbered, each naming the one before; kept whole or not at all.

import { canonical } from "./canonical.mjs";
import { fromText, sha256, toText, utf8 } from "./bytes.mjs";
import { sign } from "./keys.mjs";
import { allActs, read, write } from "./store.mjs";

const NOTHING_BEFORE = toText(new Uint8Array(32));
const MONEY = new Set(["cash", "card"]);
const START = { n: 0, hash: NOTHING_BEFORE, receipt: 0 };

export class StorageFull extends Error {}
export class NotEnrolled extends Error {}

export const chain = async () => (await read("chain")) ?? START;

// One after the other over all tabs: WebCrypto may not be awaited inside a transaction of the store.
export function act(kind, visit, build) {
  return navigator.locks.request("koumen-chain", async () => {
    const [key, device, before, day, offset] = [
      await read("key"),
      await read("device"),
      await chain(),
      await read("day"),
      await read("offset"),
    ];
    if (!key || !device) throw new NotEnrolled();
    const n = before.n + 1;
    const receipt = MONEY.has(kind) ? before.receipt + 1 : before.receipt;
    const built = typeof build === "function" ? await build({ device: device.id, receipt }) : (build ?? {});
    // what is to be forgotten one day travels beside the act, which names its digest
    const { beside = "" } = built;
    const body = beside ? { ...built, beside: toText(await sha256(utf8(beside))) } : built;
    const text = canonical({
      v: 1,
      device: device.id,
      n,
      prev: before.hash,
      kind,
      visit,
      at: new Date().toISOString(),
      offset_ms: offset ?? null,
      pack: day?.pack ?? null,
      body,
    });
    const sig = await sign(key, text);
    const hash = toText(await sha256(utf8(text)));
    const made = { n, kind, visit, text, sig, hash, body, beside, state: "saved", code: "", receipt: MONEY.has(kind) ? receipt : null };
    try {
      await write(async (store) => {
        const now = (await store.get("chain")) ?? START;
        if (now.n !== before.n) throw new Error("another page was faster");
        await store.putAct(made);
        await store.put("chain", { n, hash, receipt });
      });
    } catch (fault) {
      if (fault?.name === "QuotaExceededError") throw new StorageFull();
      throw fault;
    }
    return made;
  });
}

// A word for the lender alone; a key made for this word and forgotten, so that this phone cannot read it either.
export async function seal(word, to, bound) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const lender = await crypto.subtle.importKey("raw", fromText(to), curve, false, []);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: lender }, own.privateKey, 256);
  const start = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("koumen.seal.1") };
  const key = await crypto.subtle.deriveKey(how, start, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = utf8(canonical(bound));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, utf8(word));
  const point = await crypto.subtle.exportKey("raw", own.publicKey);
  return toText(new Uint8Array([...new Uint8Array(point), ...iv, ...new Uint8Array(sealed)]));
}

// Where a visit stands, from how it stood in the day pack and from what this phone did since.
const MOVES = {
  set_out: { booked: "on_the_way" },
  turn_back: { on_the_way: "booked" },
  arrive: { on_the_way: "at_the_door" },
  no_answer: { at_the_door: "no_show" },
  break_off: { at_the_door: "broken_off", proven: "broken_off", agreed: "broken_off" },
  agree: { proven: "agreed", agreed: "agreed" },
  cash: { agreed: "paid", paid: "paid" },
  card: { agreed: "paid", paid: "paid" },
  transfer: { agreed: "agreed", paid: "paid" },
  leave: { proven: "closed", agreed: "closed", paid: "closed" },
};

export function standing(stop, acts) {
  const stands = {
    state: stop.state,
    pictures: null,
    failures: 0,
    will: null,
    agreed: 0,
    paid: 0,
    shown: 0, // by transfers that the bank will bring, or not
    isWorded: false, // the customer's word for this amount is sealed into an act
    witnessed: 0,
    receipts: [],
    transfers: [],
  };
  for (const one of acts.filter((made) => made.visit === stop.visit)) {
    if (one.kind === "pictures") stands.pictures = one.body.matched;
    if (one.kind === "will") stands.will = one.body.understands && one.body.is_free ? "clear" : "doubt";
    if (one.kind === "witness") stands.witnessed = one.body.amount_minor;
    if (one.kind === "identity") {
      if (one.body.matched === false) stands.failures += 1;
      else if (stands.state === "at_the_door") stands.state = "proven";
    }
    const next = MOVES[one.kind]?.[stands.state];
    if (!next) continue;
    stands.state = next;
    if (one.kind === "agree") Object.assign(stands, { agreed: one.body.amount_minor, isWorded: false });
    if (one.body.card) stands.isWorded = true;
    if (one.kind === "transfer") {
      stands.shown += one.body.amount_minor;
      stands.transfers.push(one);
    }
    if (MONEY.has(one.kind)) {
      stands.paid += one.body.amount_minor;
      stands.receipts.push(one);
    }
  }
  return { ...stands, rest: stands.agreed - stands.paid - stands.shown };
}

export const actsHere = async () => (await allActs()).sort((one, other) => one.n - other.n);
