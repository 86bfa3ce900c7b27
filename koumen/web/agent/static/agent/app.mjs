// The agent's day without a signal: the way in, the list, what is told; drawn from what this phone holds and did.

import { NotEnrolled, StorageFull, act, actsHere, chain, seal, standing } from "./acts.mjs";
import { app, done, here, now, timeOf, version, windowOf } from "./here.mjs";
import { read } from "./store.mjs";
import { Refused, fetchDay, forgetTold, listen, sync, tell } from "./sync.mjs";
import { isTyping } from "./tenders.mjs";
import { choosePin, isSet, keepDay, openList, readDay, wipe } from "./vault.mjs";
import { draw, fill, show, word } from "./views.mjs";
import { visit } from "./visit.mjs";
import { levelOf, watchOf } from "./watch.mjs";

const UNDER_WAY = new Set(["on_the_way", "at_the_door", "proven", "agreed", "paid"]);
const EVERY_MS = 20_000;
const WATCH_MS = 10_000;

// --- where we are ---------------------------------------------------------------------------------------

async function home() {
  here.visit = null;
  if (!(await read("device")) || !(await read("key"))) return show(draw("not-enrolled"));
  if (!(await isSet())) return newPin();
  if (!here.keys) return askPin();
  const day = await readDay(here.keys);
  return day ? list(day) : show(draw("no-day", {}, { fetch: getDay }));
}

function newPin(values = {}) {
  show(
    draw("new-pin", values, {
      choose: async (form) => {
        const pin = form.get("pin");
        if (!/^[0-9]{6}$/.test(pin)) return newPin({ unreadable: true });
        if (pin !== form.get("again")) return newPin({ different: true });
        await choosePin(pin);
        ({ keys: here.keys } = await openList(pin));
        await navigator.storage?.persist?.();
        return getDay();
      },
    }),
  );
}

function askPin(values = {}) {
  show(
    draw("pin", values, {
      open: async (form) => {
        const answer = await openList(form.get("pin"));
        if (answer.keys) {
          here.keys = answer.keys;
          return home();
        }
        return answer.left > 0 ? askPin({ wrong: true, left: answer.left }) : show(draw("wiped", {}, { again: home }));
      },
    }),
  );
}

async function getDay() {
  try {
    const day = await fetchDay(Number(version));
    // a phone set back to an older copy would use numbers twice: it may not go on
    if (day.last.n > (await chain()).n) return show(draw("set-back"));
    await keepDay(here.keys, day);
    here.reached = true;
  } catch (fault) {
    if (fault instanceof Refused) return show(draw("refused", { said: fault.message, sign_in: fault.message === "sign-in" }, { back: home }));
    if (!(fault instanceof TypeError)) throw fault;
    return show(draw("no-signal", {}, { back: home }));
  }
  return home();
}

async function list(day) {
  const acts = await actsHere();
  const isOver = (await now()) > Date.parse(day.expires_at);
  const part = draw(
    "day",
    { day: day.day, isOver, none: day.stops.length === 0 },
    { refresh: getDay, told: toldList, finish },
  );
  const rows = day.stops.map((stop) => {
    const stands = standing(stop, acts);
    return draw(
      "stop",
      {
        window: windowOf(stop),
        first_name: stop.first_name,
        address: stop.address,
        leader: stop.leader,
        state: stop.leader ? "" : word("state", stands.state),
      },
      { open: () => here.open(stop.visit) },
    );
  });
  fill(part, "[data-stops]", ...rows);
  show(part);
  await update();
}

// --- signs of life --------------------------------------------------------------------------------------

let levelShown = "";

// On every screen of the agent's while they are at a door: until when the office wants to hear, and a warning in time.
async function watch() {
  const place = document.getElementById("watch");
  const day = here.keys ? await readDay(here.keys) : null;
  const watched = day ? watchOf(day, await actsHere(), (await read("offset")) ?? 0) : null;
  const at = await now();
  const level = watched ? levelOf(watched, at) : "";
  const hasNoEnd = Boolean(watched) && at >= watched.endDueAt;
  const shown = JSON.stringify([level, hasNoEnd, watched?.dueAt, watched?.stop.visit]);
  if (shown === place.dataset.shown) return;
  place.dataset.shown = shown;
  place.hidden = !watched;
  if (level !== levelShown && (level === "soon" || level === "over")) navigator.vibrate?.([300, 200, 300]);
  levelShown = level;
  if (!watched) return place.replaceChildren();
  place.dataset.level = level;
  const values = { until: timeOf(watched.dueAt), isCalm: level === "calm", isSoon: level === "soon", isOver: level === "over", hasNoEnd };
  place.replaceChildren(draw("watch", values, { sign: () => sign(watched.stop.visit, day) }));
}

// All is well, or the other number: this phone cannot tell them apart, and answers alike.
function sign(id, day) {
  show(
    draw("sign", {}, {
      back: () => here.open(id),
      sign: (form) => {
        const number = form.get("number").normalize("NFKC").trim();
        if (!/^[0-9]{4}$/.test(number)) return undefined;
        return done("sign", id, async ({ device }) => ({
          sealed: await seal(number, day.seal_to, { device, visit: id, word: "sign" }),
        }));
      },
    }),
  );
}

// --- what is told ---------------------------------------------------------------------------------------

async function toldList(isBusy = false) {
  const acts = await actsHere();
  const again = async (button) => {
    const { busy } = await tellThem({ wait: true });
    if (button.isConnected) await toldList(busy); // who has gone on meanwhile is not called back
  };
  const part = draw("told", { none: acts.length === 0, isBusy }, { back: home, again });
  fill(
    part,
    "[data-acts]",
    ...acts.reverse().map((made) => draw("act", { n: made.n, kind: word("kind", made.kind), state: word("told", made.state) })),
  );
  show(part);
}

async function finish() {
  const before = await chain();
  await act("numbers", null, { last_receipt: before.receipt, last_n: before.n + 1 });
  const answer = await tellThem({ wait: true });
  const left = (await actsHere()).filter((made) => ["saved", "sent", "refused"].includes(made.state));
  if (!answer.reached || left.length) return show(draw("not-told", { left: left.length }, { back: home }));
  await wipe();
  await forgetTold();
  here.keys = null;
  return show(draw("finished", { last_receipt: before.receipt }, { again: home }));
}

async function badge() {
  const acts = await actsHere();
  const of = (...states) => acts.filter((made) => states.includes(made.state)).length;
  const place = document.getElementById("badge");
  place.dataset.reached = here.reached ? "yes" : "no";
  for (const shown of app.querySelectorAll("[data-state-of]")) {
    const made = acts.find((one) => one.n === Number(shown.dataset.stateOf));
    if (made) shown.textContent = word("told", made.state);
    if (made?.state === "posted") app.querySelector("[data-unconfirmed]")?.remove();
  }
  place.replaceChildren(
    draw("badge", { away: !here.reached, here: of("saved", "sent", "refused"), there: of("received", "quarantined"), booked: of("posted", "dismissed") }),
  );
}

async function tellThem(how) {
  const answer = await sync(how);
  here.reached = answer.reached;
  if (answer.revoked) {
    here.keys = null;
    show(draw("revoked"));
  }
  if (answer.least_app > Number(version)) document.getElementById("too-old").hidden = false;
  await badge();
  return answer;
}

// A new build waits until no visit is under way: the steps under a customer's eyes do not change.
async function update() {
  const registration = await navigator.serviceWorker?.getRegistration("/agent/");
  const waiting = registration?.waiting;
  const place = document.getElementById("update");
  place.hidden = !waiting;
  if (!waiting) return;
  const day = here.keys ? await readDay(here.keys) : null;
  const acts = await actsHere();
  const isUnderWay = Boolean(day?.stops.some((stop) => UNDER_WAY.has(standing(stop, acts).state)));
  place.replaceChildren(
    draw("update", { isUnderWay }, {
      load: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        waiting.postMessage("take over");
      },
    }),
  );
}

window.addEventListener("koumen-fault", ({ detail: fault }) => {
  const name = fault instanceof StorageFull ? "full" : fault instanceof NotEnrolled ? "not-enrolled" : "fault";
  show(draw(name, {}, { back: home }));
});
window.addEventListener("online", () => void tellThem());
window.addEventListener("offline", () => {
  here.reached = false;
  void badge();
});
listen((what) => {
  void badge();
  // another tab did something at this visit: show how it stands now
  if (what === "acted" && here.visit && here.keys && !isTyping(here.visit)) void here.open(here.visit);
});
setInterval(() => document.visibilityState === "visible" && void tellThem(), EVERY_MS);
setInterval(() => void watch(), WATCH_MS);

if ("serviceWorker" in navigator) {
  void navigator.serviceWorker.register("/agent/worker.js", { scope: "/agent/" }).then((registration) => {
    registration.addEventListener("updatefound", () =>
      registration.installing?.addEventListener("statechange", () => void update()),
    );
  }).catch(() => {}); // a browser that keeps nothing: the app works as long as there is a signal
}
here.open = async (id) => {
  await visit(id, home);
  await watch();
};
here.tellThem = tellThem;
// on what stays: a tap while the numbers are drawn anew counts too
document.getElementById("badge").addEventListener("click", () => void toldList());
await home();
await badge();
app.dataset.ready = "yes";
void tellThem();
