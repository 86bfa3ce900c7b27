// One visit, step by step: on the road, at the door, who is who, of their own will, and how much.

import { act, actsHere, seal, standing } from "./acts.mjs";
import { languageOf, speaksFirst, turnBack, turnTo } from "./customer.mjs";
import { done, here, money, now, windowOf } from "./here.mjs";
import { paid, tender, withdrawWord } from "./tenders.mjs";
import { openStop, readDay, readStop } from "./vault.mjs";
import { draw, drawPictures, fill, show, word } from "./views.mjs";

const IDENTITY_TRIES = 3;
const MAY_STOP = new Set(["at_the_door", "proven", "agreed"]);
const MAY_ASK = new Set(["proven", "agreed", "paid"]);

// `home` draws the day.
export async function visit(id, home) {
  here.visit = id;
  turnBack();
  const day = await readDay(here.keys);
  const stop = day?.stops.find((one) => one.visit === id);
  if (!stop) return home();
  const stands = standing(stop, await actsHere());
  const full = await readStop(here.keys, id);
  if (full) speaksFirst(id, full.language);
  const top = draw("visit", { window: windowOf(stop), state: stop.leader ? "" : word("state", stands.state), address: stop.address }, { back: home });
  const [low, high] = stop.band;
  const values = {
    ...stop,
    name: full?.name ?? stop.first_name,
    phone: full?.phone,
    tel: full?.phone ? `tel:${full.phone}` : "",
    note: full?.note,
    band: `${money.show(low)} – ${high === null ? "…" : money.show(high)}`,
    card_number: full?.card_number,
    agreed: money.show(stands.agreed),
    paid: money.show(stands.paid),
    rest: money.show(stands.rest),
  };
  const around = { stop, stands, full, day, values, home };
  fill(top, "[data-step]", await stepOf(around));
  const links = top.querySelector("[data-links]");
  if (!stop.leader && MAY_ASK.has(stands.state)) links.append(draw("ask-office", {}, { ask: () => question(around) }));
  if (!stop.leader && MAY_STOP.has(stands.state)) links.append(draw("stop-link", {}, { stop: () => stopVisit(id) }));
  return show(top);
}

async function stepOf(around) {
  const { stop, stands, values, day, home } = around;
  const id = stop.visit;
  const does = (kind, body) => () => done(kind, id, body);
  if (stop.leader) return along(around);
  if (stands.state === "booked") {
    if ((await now()) > Date.parse(day.expires_at)) return draw("old-day", values, { back: home });
    return draw("booked", values, { set_out: (form) => setOut(stop, form) });
  }
  if (stands.state === "on_the_way")
    return draw("on_the_way", { ...values, sealed: !around.full }, {
      arrive: does("arrive"),
      turn_back: does("turn_back", { reason: "road" }),
      open: (form) => unseal(id, form.get("pin")),
    });
  if (stands.state === "at_the_door") return atTheDoor(around);
  if (stands.state === "proven" && stands.will !== "clear")
    return draw("will", { ...values, doubt: stands.will === "doubt" }, { will: (form, element) => will(id, form, element, day), leave: does("leave") });
  if (stands.state === "proven") return howMuch(around);
  if (stands.state === "agreed") return tender(around, () => turnToAmount(around));
  if (stands.state === "paid") return paid(around);
  return draw("over", { ...values, state: word("state", stands.state) }, { back: home });
}

// --- on the road ----------------------------------------------------------------------------------------

async function setOut(stop, form) {
  const answer = await openStop(here.keys, stop.visit, form.get("pin"));
  if (!answer.data) return refusePin(answer.left, stop.visit);
  if (!here.reached) await act("opened", stop.visit, { reason: "setting_out" });
  return done("set_out", stop.visit);
}

async function unseal(id, pin) {
  const answer = await openStop(here.keys, id, pin);
  return answer.data ? done("opened", id, { reason: "cannot_find" }) : refusePin(answer.left, id);
}

function refusePin(left, id) {
  if (left > 0) return show(draw("wrong-pin", { left }, { back: () => here.open(id) }));
  here.keys = null;
  return show(draw("wiped", {}, { again: () => location.reload() }));
}

// The second of a team reads, goes along, and signs what was counted; the first one's phone does the rest.
function along({ stop, stands, full, day, values }) {
  const id = stop.visit;
  const shown = { ...values, sealed: !full, over: money.show(day.two_over), witnessed: stands.witnessed ? money.show(stands.witnessed) : "" };
  return draw("along", shown, {
    open: (form) => unseal(id, form.get("pin")),
    witness: (form, element) => {
      const minor = money.read(form.get("amount"));
      element.querySelector("[data-not-right]").hidden = Boolean(minor);
      return minor ? done("witness", id, { amount_minor: minor, currency: money.code }) : undefined;
    },
  });
}

// --- at the door ----------------------------------------------------------------------------------------

function atTheDoor(around) {
  const { stop, stands, full, values } = around;
  const id = stop.visit;
  if (stands.pictures === false) return draw("differ", values);
  if (stands.pictures === true) return identityStep(around);
  if (!full?.pictures?.length)
    return draw("no-pictures", { ...values, sealed: !full }, { open: (form) => unseal(id, form.get("pin")) });
  return draw("knock", values, {
    turn: () => turnToPictures(around),
    no_answer: () => done("no_answer", id),
  });
}

function turnToPictures({ stop, full, values }) {
  const id = stop.visit;
  const answer = (matched) => () => done("pictures", id, { matched });
  turnTo(id, "pictures", values, { same: answer(true), different: answer(false), back: () => here.open(id) }, (part) =>
    fill(part, "[data-pictures]", ...drawPictures(full.pictures, languageOf())),
  );
}

function identityStep({ stop, stands, values, day }) {
  const isExhausted = stands.failures >= IDENTITY_TRIES;
  return draw("identity", { ...values, failed: stands.failures > 0 && !isExhausted, isExhausted }, {
    identity: (form) => identity(stop.visit, form, day),
  });
}

function identity(id, form, day) {
  const means = form.get("means");
  if (means !== "birth_year") return done("identity", id, { means, matched: form.get("matched") === "yes" });
  const year = form.get("birth_year").normalize("NFKC").trim();
  if (!/^[0-9]{4}$/.test(year)) return undefined;
  return done("identity", id, async ({ device }) => ({
    means,
    sealed: await seal(year, day.seal_to, { device, visit: id, word: "birth_year" }),
  }));
}

// Whoever else pays is named on the receipt; the name travels sealed, beside the act.
function will(id, form, element, day) {
  const answers = { company: form.get("company"), payer: form.get("payer") };
  const [understands, is_free] = ["understands", "is_free"].map((name) => form.get(name) === "yes");
  const name = answers.payer === "themselves" ? "" : form.get("payer_name").trim();
  const isRight = answers.payer === "themselves" || name !== "";
  element.querySelector("[data-not-right]").hidden = isRight;
  if (!isRight) return undefined;
  return done("will", id, async ({ device }) => ({
    ...answers,
    understands,
    is_free,
    ...(name ? { beside: await seal(name, day.seal_to, { device, visit: id, word: "payer" }) } : {}),
  }));
}

function stopVisit(id) {
  show(
    draw("stop-visit", {}, {
      back: () => here.open(id),
      stop: (form) => done("break_off", id, { reason: form.get("reason") }),
    }),
  );
}

function question({ stop, day }) {
  const id = stop.visit;
  show(
    draw("question", {}, {
      back: () => here.open(id),
      ask: (form) => {
        const words = form.get("words").trim();
        return done("question", id, async ({ device }) => ({
          about: form.get("about"),
          ...(words ? { beside: await seal(words, day.seal_to, { device, visit: id, word: "question" }) } : {}),
        }));
      },
    }),
  );
}

// --- how much -------------------------------------------------------------------------------------------

async function howMuch(around) {
  const { stop, full, values } = around;
  if (!full?.quote) return draw("no-pictures", values);
  const isOld = (await now()) > Date.parse(full.quote.valid_until);
  return draw("turn-amount", { ...values, isOld }, {
    turn: () => turnToAmount(around),
    assisted: () => assisted(around),
    leave: () => done("leave", stop.visit),
  });
}

function choicesOf({ quote }) {
  const choices = { minimum: quote.minimum, bill: quote.bill, all: quote.all };
  const shown = Object.fromEntries(Object.entries(choices).map(([name, minor]) => [`show_${name}`, money.show(minor)]));
  return { choices, shown: { ...shown, hasMinimum: quote.minimum > 0 } };
}

const pickedOf = (form, choices) => (form.get("amount") === "other" ? money.read(form.get("other")) : choices[form.get("amount")]);

function turnToAmount(around) {
  const { stop, full, values } = around;
  const { choices, shown } = choicesOf(full);
  turnTo(stop.visit, "amount", { ...values, ...shown }, {
    agree: (form) => readBack(around, pickedOf(form, choices)),
    back: () => here.open(stop.visit),
  });
}

function readBack(around, minor) {
  const { stop, full, values } = around;
  const isRight = Boolean(minor) && minor <= full.quote.all;
  turnTo(stop.visit, "read-back", { ...values, amount: minor ? money.show(minor) : "", isRight, isWrong: !isRight }, {
    again: () => turnToAmount(around),
    yes: () => agree(around, minor),
  });
}

// The customer says it and cannot choose it; why the agent typed goes to the office.
function assisted(around) {
  const { stop, full, values } = around;
  const { choices, shown } = choicesOf(full);
  show(
    draw("assisted", { ...values, ...shown }, {
      back: () => here.open(stop.visit),
      agree: (form, element) => {
        const minor = pickedOf(form, choices);
        const isRight = Boolean(minor) && minor <= full.quote.all;
        element.querySelector("[data-not-right]").hidden = isRight;
        return isRight ? agree(around, minor, { assisted: form.get("reason") }) : undefined;
      },
    }),
  );
}

function agree({ stop, full }, minor, more = {}) {
  withdrawWord(stop.visit);
  const amount = { amount_minor: minor, currency: money.code, quote: full.quote.id, surplus: false };
  return done("agree", stop.visit, { ...amount, ...more });
}
