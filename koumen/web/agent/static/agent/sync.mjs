// What was done here is told there: each act by itself, in a stable order, again and again until it is heard.

import { canonical } from "./canonical.mjs";
import { sign } from "./keys.mjs";
import { allActs, read, write } from "./store.mjs";
import { wipe } from "./vault.mjs";

const AT_ONCE = 50;
const OVER = new Set(["posted", "dismissed"]);
const heard = new BroadcastChannel("koumen");

export const tell = (what) => heard.postMessage(what);
export const listen = (work) => heard.addEventListener("message", (event) => work(event.data));

async function mark(acts, change) {
  await write(async (store) => {
    for (const { n } of acts) {
      const now = await store.act(n);
      if (now) await store.putAct({ ...now, ...change(n, now) });
    }
  });
}

async function keepOffset(started, now) {
  const ended = Date.now();
  const offset = Math.round(Date.parse(now) - (started + ended) / 2);
  await write((store) => store.put("offset", offset));
}

// The server has too much to do, and says when to come again: nothing is lost, and nothing is asked meanwhile.
class Busy extends Error {}
let busyUntil = 0;

const itemOf = ({ text, sig, beside }) => (beside ? { act: text, sig, beside } : { act: text, sig });

// What the server says of each; a batch that fails as a whole is halved until the one that fails is alone.
async function send(acts) {
  await mark(acts, (_, now) => (now.state === "saved" ? { state: "sent" } : {}));
  const started = Date.now();
  const answer = await fetch("/agent/acts/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ acts: acts.map(itemOf) }),
  });
  if (!answer.ok) {
    if (answer.status === 429) {
      busyUntil = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 60);
      throw new Busy();
    }
    if (answer.status >= 500) throw new Error(`the server answers ${answer.status}`);
    if (acts.length === 1) return mark(acts, () => ({ state: "refused", code: `http-${answer.status}` }));
    const half = Math.ceil(acts.length / 2);
    await send(acts.slice(0, half));
    return send(acts.slice(half));
  }
  const told = await answer.json();
  await keepOffset(started, told.now);
  const by = new Map(acts.map(({ n }, place) => [n, told.acts[place]]));
  return mark(acts, (n) => ({ ...by.get(n), ...(OVER.has(by.get(n).state) ? { beside: "" } : {}) }));
}

async function hearState() {
  const device = await read("device");
  if (!device) return {};
  const started = Date.now();
  const answer = await fetch(`/agent/device/${device.id}/state/`);
  if (!answer.ok) return {};
  const state = await answer.json();
  await keepOffset(started, state.now);
  if (state.revoked) await wipe();
  return state;
}

async function sendAll(acts) {
  acts.sort((one, other) => one.n - other.n);
  for (let at = 0; at < acts.length; at += AT_ONCE) await send(acts.slice(at, at + AT_ONCE));
}

const inState = async (isMeant) => (await allActs()).filter((made) => isMeant(made.state));

// One page at a time; another that asks meanwhile goes away, or waits where it was asked to. Answers { reached, busy,
// revoked, least_app }.
export function sync({ wait = false } = {}) {
  return navigator.locks.request("koumen-upload", { ifAvailable: !wait }, async (lock) => {
    if (!lock) return { reached: navigator.onLine };
    if (!navigator.onLine) return { reached: false };
    if (Date.now() < busyUntil) return { reached: true, busy: true };
    try {
      await sendAll(await inState((state) => !OVER.has(state)));
      // what was done meanwhile: the page that did it has gone away from this lock
      for (let more; (more = await inState((state) => state === "saved")).length; ) await sendAll(more);
      const state = await hearState();
      tell("synced");
      return { reached: true, ...state };
    } catch (fault) {
      return fault instanceof Busy ? { reached: true, busy: true } : { reached: false };
    }
  });
}

export class Refused extends Error {}

export async function fetchDay(version) {
  const [key, device] = [await read("key"), await read("device")];
  const ask = canonical({ for: "koumen.day-pack.1", device: device.id, app: version, at: new Date().toISOString() });
  const started = Date.now();
  const answer = await fetch("/agent/day-pack/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ask, sig: await sign(key, ask) }),
    redirect: "manual",
  });
  if (answer.type === "opaqueredirect") throw new Refused("sign-in");
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.said ?? told.code);
  await keepOffset(started, told.issued_at);
  return told;
}

// After a hand-in: what the server has for good leaves the phone; the chain stays.
export const forgetTold = () =>
  write(async (store) => {
    for (const made of await store.allActs()) if (OVER.has(made.state)) await store.removeAct(made.n);
  });
