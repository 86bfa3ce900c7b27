// Signs of life at a door: the office waits for one every so often; without a signal the phone itself says so in time.

import { standing } from "./acts.mjs";

const AT_A_DOOR = new Set(["at_the_door", "proven", "agreed", "paid"]);
const SOON_MS = 5 * 60_000; // time to write four digits before the office calls

const madeAt = (made, offset) => Date.parse(JSON.parse(made.text).at) + offset;

// The stop at whose door the agent stands, when a sign of life is due there and since when an ending is: or null.
export function watchOf(day, acts, offset) {
  if (!day.check_in_s) return null; // a day that an app of before fetched
  for (const stop of day.stops) {
    if (stop.leader) continue; // the first of the team is watched, and signs
    if (!AT_A_DOOR.has(standing(stop, acts).state)) continue;
    const own = acts.filter((made) => made.visit === stop.visit);
    const arrived = own.find((made) => made.kind === "arrive");
    const fetched = Date.parse(day.issued_at); // what was done with a signal was done before
    return {
      stop,
      dueAt: Math.max(fetched, ...own.map((made) => madeAt(made, offset))) + day.check_in_s * 1000,
      endDueAt: (arrived ? madeAt(arrived, offset) : fetched) + day.outcome_s * 1000,
    };
  }
  return null;
}

// calm, soon, over
export function levelOf({ dueAt }, now) {
  if (now >= dueAt) return "over";
  return now >= dueAt - SOON_MS ? "soon" : "calm";
}
