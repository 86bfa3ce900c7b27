// The agent's day without a signal: the steps of a visit, drawn from what this phone holds and did.

import { NotEnrolled, StorageFull, act, actsHere, chain, seal, standing } from "./acts.mjs";
import { carriedAddress } from "./carried.mjs";
import { moneyOf } from "./money.mjs";
import { qrPath, qrSquares } from "./qr.mjs";
import { read } from "./store.mjs";
import { Refused, fetchDay, forgetTold, listen, sync, tell } from "./sync.mjs";
import { choosePin, isSet, keepDay, openList, openStop, readDay, readStop, wipe } from "./vault.mjs";
import { draw, drawPictures, fill, show, word } from "./views.mjs";

const app = document.getElementById("app");
const { version, zone, language } = app.dataset;
const money = moneyOf({ symbol: app.dataset.symbol, code: app.dataset.currency, units: Number(app.dataset.units) });
const UNDER_WAY = new Set(["on_the_way", "at_the_door", "proven", "agreed", "paid"]);
const EVERY_MS = 20_000;

let keys = null; // only while the page lives
let visitShown = null;
let reached = navigator.onLine;
const words = new Map(); // codes of door cards that were said and are not sealed yet: never stored

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const windowOf = (stop) => `${time.format(new Date(stop.window_from))}–${time.format(new Date(stop.window_to))}`;

// By the server's clock, as far as this phone knows it.
const now = async () => Date.now() + ((await read("offset")) ?? 0);

// --- where we are ---------------------------------------------------------------------------------------

async function home() {
  visitShown = null;
  if (!(await read("device")) || !(await read("key"))) return show(draw("not-enrolled"));
  if (!(await isSet())) return newPin();
  if (!keys) return askPin();
  const day = await readDay(keys);
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
        ({ keys } = await openList(pin));
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
          ({ keys } = answer);
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
    await keepDay(keys, day);
    reached = true;
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
      { window: windowOf(stop), first_name: stop.first_name, address: stop.address, state: word("state", stands.state) },
      { open: () => visit(stop.visit) },
    );
  });
  fill(part, "[data-stops]", ...rows);
  show(part);
  await update();
}

// --- one visit ------------------------------------------------------------------------------------------

async function visit(id) {
  visitShown = id;
  const day = await readDay(keys);
  const stop = day?.stops.find((one) => one.visit === id);
  if (!stop) return home();
  const stands = standing(stop, await actsHere());
  const full = await readStop(keys, id);
  const top = draw("visit", { window: windowOf(stop), state: word("state", stands.state), address: stop.address }, { back: home });
  const [low, high] = stop.band;
  const values = {
    ...stop,
    name: full?.name ?? stop.first_name,
    phone: full?.phone,
    note: full?.note,
    band: `${money.show(low)} – ${high === null ? "…" : money.show(high)}`,
    card_number: full?.card_number,
    agreed: money.show(stands.agreed),
    paid: money.show(stands.paid),
  };
  const step = await stepOf(stop, stands, full, day);
  fill(top, "[data-step]", step(values));
  const mayStop = ["at_the_door", "proven", "agreed"].includes(stands.state);
  if (!mayStop) top.querySelector("[data-stop]")?.remove();
  else top.querySelector("[data-stop]").addEventListener("click", () => stopVisit(id));
  return show(top);
}

async function stepOf(stop, stands, full, day) {
  const id = stop.visit;
  const does = (kind, build) => async () => done(kind, id, build);
  if (stands.state === "booked") return (values) => draw("booked", values, { set_out: (form) => setOut(stop, form) });
  if (stands.state === "on_the_way")
    return (values) =>
      draw("on_the_way", { ...values, sealed: !full, tel: values.phone ? `tel:${values.phone}` : "" }, {
        arrive: does("arrive"),
        turn_back: does("turn_back", { reason: "road" }),
        open: (form) => unseal(id, form.get("pin"), "cannot_find"),
      });
  if (stands.state === "at_the_door" && stands.pictures !== true) return (values) => pictures(id, stands, full, values);
  if (stands.state === "at_the_door") return (values) => draw("identity", { ...values, failed: stands.failures }, { identity: (form) => identity(id, form, day) });
  if (stands.state === "proven" && stands.will !== "clear")
    return (values) => draw("will", { ...values, doubt: stands.will === "doubt" }, { will: (form) => will(id, form), leave: does("leave") });
  const at = await now();
  if (stands.state === "proven") return (values) => amount(id, full, values, at);
  if (stands.state === "agreed") return (values) => tender(stop, stands, full, values, day);
  if (stands.state === "paid") return (values) => paid(stop, stands, { ...values, code: day.device.code });
  return (values) => draw("over", { ...values, state: word("state", stands.state) }, { back: home });
}

async function done(kind, id, build) {
  const made = await act(kind, id, build);
  tell("acted");
  await visit(id);
  void tellThem({ wait: true });
  return made;
}

async function setOut(stop, form) {
  const answer = await openStop(keys, stop.visit, form.get("pin"));
  if (!answer.data) return answer.left > 0 ? refusePin(answer.left, () => visit(stop.visit)) : locked();
  if (!reached) await act("opened", stop.visit, { reason: "setting_out" });
  return done("set_out", stop.visit);
}

async function unseal(id, pin, reason) {
  const answer = await openStop(keys, id, pin);
  if (!answer.data) return answer.left > 0 ? refusePin(answer.left, () => visit(id)) : locked();
  return done("opened", id, { reason });
}

const refusePin = (left, back) => show(draw("wrong-pin", { left }, { back }));

function locked() {
  keys = null;
  show(draw("wiped", {}, { again: home }));
}

function pictures(id, stands, full, values) {
  if (stands.pictures === false) return draw("differ", values);
  if (!full?.pictures?.length) return draw("no-pictures", { ...values, sealed: !full }, { open: (form) => unseal(id, form.get("pin"), "cannot_find") });
  const answer = (matched) => () => done("pictures", id, { matched });
  const part = draw("pictures", values, { same: answer(true), different: answer(false), no_answer: () => done("no_answer", id) });
  return fill(part, "[data-pictures]", ...drawPictures(full.pictures));
}

async function identity(id, form, day) {
  const means = form.get("means");
  if (means !== "birth_year") return done("identity", id, { means, matched: form.get("matched") === "yes" });
  const year = form.get("birth_year").normalize("NFKC").trim();
  if (!/^[0-9]{4}$/.test(year)) return undefined;
  return done("identity", id, async ({ device }) => ({
    means,
    sealed: await seal(year, day.seal_to, { device, visit: id, word: "birth_year" }),
  }));
}

function will(id, form) {
  const answers = { company: form.get("company"), payer: form.get("payer") };
  const [understands, is_free] = ["understands", "is_free"].map((name) => form.get(name) === "yes");
  return done("will", id, { ...answers, understands, is_free });
}

function amount(id, full, values, at) {
  if (!full?.quote) return draw("no-pictures", values);
  const { quote } = full;
  const choices = { minimum: quote.minimum, bill: quote.bill, all: quote.all };
  const isOld = at > Date.parse(quote.valid_until);
  const shown = Object.fromEntries(Object.entries(choices).map(([name, minor]) => [`show_${name}`, money.show(minor)]));
  return draw("amount", { ...values, ...shown, isOld, hasMinimum: quote.minimum > 0 }, {
    leave: () => done("leave", id),
    agree: (form) => {
      const picked = form.get("amount");
      const minor = picked === "other" ? money.read(form.get("other")) : choices[picked];
      const isTooMuch = minor > quote.all;
      return show(confirmAmount(id, quote, minor, isTooMuch));
    },
  });
}

function confirmAmount(id, quote, minor, isTooMuch) {
  const isRight = Boolean(minor) && !isTooMuch;
  return draw("read-back", { amount: minor ? money.show(minor) : "", isRight, isWrong: !isRight }, {
    speak: () => money.speak(minor, language),
    back: () => visit(id),
    yes: () => done("agree", id, { amount_minor: minor, currency: money.code, quote: quote.id, surplus: false }),
  });
}

function tender(stop, stands, full, values, day) {
  if (!full?.card_number) return draw("no-card", values);
  if (!words.has(stop.visit))
    return draw("code", values, {
      code: (form) => {
        const code = form.get("code").normalize("NFKC").replaceAll(/\s/g, "");
        if (/^[0-9]{6}$/.test(code)) words.set(stop.visit, code);
        return visit(stop.visit);
      },
    });
  return draw("cash", { ...values, rest: money.show(stands.agreed - stands.paid) }, {
    pay: (form, element) => count(stop, stands, full, day, form, element),
  });
}

function counted(form, direction) {
  const found = {};
  for (const [name, typed] of form.entries()) {
    const [way, note] = name.split("_");
    if (way !== direction || !typed.trim()) continue;
    const pieces = Number(typed.normalize("NFKC"));
    if (!Number.isInteger(pieces) || pieces < 0 || pieces > 1000) return null;
    if (pieces) found[note] = pieces;
  }
  return found;
}

const total = (notes) => Object.entries(notes).reduce((sum, [note, pieces]) => sum + Number(note) * pieces, 0);

async function count(stop, stands, full, day, form, element) {
  const [came, went] = [counted(form, "in"), counted(form, "out")];
  const minor = came && went ? total(came) - total(went) : 0;
  const told = element.querySelector("[data-sum]");
  told.textContent = came && went ? money.show(minor) : "?";
  const isRight = minor > 0 && minor <= stands.agreed - stands.paid;
  element.querySelector("[data-not-right]").hidden = isRight;
  if (!isRight || form.get("step") !== "pay") return;
  const code = words.get(stop.visit);
  await done("cash", stop.visit, async ({ device, receipt }) => ({
    amount_minor: minor,
    currency: money.code,
    in: came,
    out: went,
    receipt,
    visit_number: stop.number,
    card: {
      number: full.card_number,
      sealed: await seal(code, day.seal_to, {
        device,
        visit: stop.visit,
        word: "door_card",
        amount_minor: minor,
        currency: money.code,
        receipt,
      }),
    },
  }));
  words.delete(stop.visit);
}

function paid(stop, stands, values) {
  const part = draw("paid", values, { leave: () => done("leave", stop.visit), print: () => window.print() });
  const rows = stands.receipts.map((made) => receipt(made, values.code));
  fill(part, "[data-receipts]", ...rows);
  if (stands.receipts.every((made) => made.state === "posted")) part.querySelector("[data-unconfirmed]").remove();
  return part;
}

function receipt(made, code) {
  const number = `${code}-${String(made.receipt).padStart(7, "0")}`;
  const part = draw("receipt", { number, amount: money.show(made.body.amount_minor), state: word("told", made.state) });
  part.querySelector("[data-text=state]").dataset.stateOf = made.n;
  const svg = part.querySelector("svg");
  void carriedAddress(made).then((address) => {
    const squares = qrSquares(address);
    svg.setAttribute("viewBox", `0 0 ${squares.length + 8} ${squares.length + 8}`);
    svg.querySelector("path").setAttribute("d", qrPath(squares));
    svg.dataset.address = address;
  });
  return part;
}

function stopVisit(id) {
  show(draw("stop-visit", {}, { back: () => visit(id), stop: (form) => done("break_off", id, { reason: form.get("reason") }) }));
}

// --- what is told ---------------------------------------------------------------------------------------

async function toldList() {
  const acts = await actsHere();
  const part = draw("told", { none: acts.length === 0 }, { back: home, again: async () => (await tellThem({ wait: true }), toldList()) });
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
  keys = null;
  return show(draw("finished", { last_receipt: before.receipt }, { again: home }));
}

async function badge() {
  const acts = await actsHere();
  const of = (...states) => acts.filter((made) => states.includes(made.state)).length;
  const place = document.getElementById("badge");
  place.dataset.reached = reached ? "yes" : "no";
  for (const shown of app.querySelectorAll("[data-state-of]")) {
    const made = acts.find((one) => one.n === Number(shown.dataset.stateOf));
    if (made) shown.textContent = word("told", made.state);
    if (made?.state === "posted") app.querySelector("[data-unconfirmed]")?.remove();
  }
  place.replaceChildren(
    draw("badge", { away: !reached, here: of("saved", "sent", "refused"), there: of("received", "quarantined"), booked: of("posted", "dismissed") }, { told: toldList }),
  );
}

async function tellThem(how) {
  const answer = await sync(how);
  ({ reached } = answer);
  if (answer.revoked) {
    keys = null;
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
  const day = keys ? await readDay(keys) : null;
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
  reached = false;
  void badge();
});
listen((what) => {
  void badge();
  // another tab did something at this visit: show how it stands now
  if (what === "acted" && visitShown && keys && !words.has(visitShown)) void visit(visitShown);
});
setInterval(() => document.visibilityState === "visible" && void tellThem(), EVERY_MS);

if ("serviceWorker" in navigator) {
  void navigator.serviceWorker.register("/agent/worker.js", { scope: "/agent/" }).then((registration) => {
    registration.addEventListener("updatefound", () =>
      registration.installing?.addEventListener("statechange", () => void update()),
    );
  }).catch(() => {}); // a browser that keeps nothing: the app works as long as there is a signal
}
await home();
await badge();
app.dataset.ready = "yes";
void tellThem();
