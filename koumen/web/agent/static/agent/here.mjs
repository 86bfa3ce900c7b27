// What every step of the app shares: the branch's money and clock, the opened day, and how an act is done.

import { act, seal } from "./acts.mjs";
import { canonical } from "./canonical.mjs";
import { moneyOf } from "./money.mjs";
import { read } from "./store.mjs";
import { tell } from "./sync.mjs";
import { readDay } from "./vault.mjs";
import { askPlace } from "./where.mjs";

export const app = document.getElementById("app");
export const { version, language } = app.dataset;
export const money = moneyOf({
  symbol: app.dataset.symbol,
  code: app.dataset.currency,
  units: Number(app.dataset.units),
});

// Keys only while the page lives; `open` draws a visit and `tellThem` uploads: the app's own, set when it starts.
export const here = { keys: null, visit: null, reached: navigator.onLine, open: null, tellThem: null };

const clockFace = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: app.dataset.zone,
});
export const timeOf = (at) => clockFace.format(new Date(at));
export const windowOf = (stop) => `${timeOf(stop.window_from)}–${timeOf(stop.window_to)}`;

// By the server's clock, as far as this phone knows it.
export const now = async () => Date.now() + ((await read("offset")) ?? 0);

// The only moments at which a place is asked for (between setting out and leaving, R27).
const PLACED = { set_out: "set_out", arrive: "arrived", leave: "left", no_answer: "left", break_off: "left" };
const MILLION = 1e6;

export async function done(kind, id, build) {
  const made = await act(kind, id, kind in PLACED ? await withPlace(kind, id, build) : build);
  tell("acted");
  await here.open(id);
  void here.tellThem({ wait: true });
  return made;
}

async function withPlace(kind, id, body = {}) {
  const coords = await askPlace();
  const day = coords ? await readDay(here.keys) : null;
  if (!day) return body;
  const place = canonical({
    lat_e6: Math.round(coords.latitude * MILLION),
    lon_e6: Math.round(coords.longitude * MILLION),
    accuracy_m: Math.round(coords.accuracy),
  });
  return async ({ device }) => ({
    ...body,
    beside: await seal(place, day.seal_to, { device, visit: id, word: "place", moment: PLACED[kind] }),
  });
}
