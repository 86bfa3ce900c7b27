// How it is paid without a signal: cash counted note by note, a card on the terminal, a transfer; one after the other.

import { seal } from "./acts.mjs";
import { carriedAddress } from "./carried.mjs";
import { turnTo } from "./customer.mjs";
import { done, here, money } from "./here.mjs";
import { qrPath, qrSquares } from "./qr.mjs";
import { draw, fill, show, word } from "./views.mjs";

const words = new Map(); // codes of door cards that were said and are not sealed yet: never stored

export const isTyping = (visit) => words.has(visit);
export const withdrawWord = (visit) => words.delete(visit);

export function tender(around, anotherAmount) {
  const { stop, stands, full, values } = around;
  const id = stop.visit;
  if (full?.card_number && !stands.isWorded && !words.has(id))
    return draw("code", values, {
      code: (form) => {
        const code = form.get("code").normalize("NFKC").replaceAll(/\s/g, "");
        if (/^[0-9]{6}$/.test(code)) words.set(id, code);
        return here.open(id);
      },
    });
  const part = draw("tender", { ...values, isPaid: stands.rest <= 0, isOpen: stands.rest > 0 }, {
    another: anotherAmount,
    leave: () => done("leave", id),
  });
  fill(part, "[data-ways]", ...ways(around));
  return part;
}

export function paid(around) {
  const { stop, stands, values, day } = around;
  const part = draw("paid", { ...values, isOpen: stands.rest > 0 }, {
    leave: () => done("leave", stop.visit),
    print: () => window.print(),
  });
  fill(part, "[data-receipts]", ...stands.receipts.map((made) => receipt(made, day.device.code)));
  fill(part, "[data-ways]", ...(stands.rest > 0 ? ways(around) : transfersShown(around)));
  part.querySelector("[data-ways] [data-on=cash]")?.classList.add("quiet"); // leaving is as good
  if (stands.receipts.every((made) => made.state === "posted")) part.querySelector("[data-unconfirmed]").remove();
  return part;
}

// What can be done about the rest: cash and transfers need the customer's word, a card the terminal's.
function ways(around) {
  const { stop, stands, full, day, values } = around;
  const hasWord = Boolean(full?.card_number);
  const isMuch = stop.staff > 1 && stands.rest > day.two_over;
  const shown = { ...values, hasWord, noWord: !hasWord, hasTerminal: day.terminals?.length > 0, isMuch };
  return [
    ...transfersShown(around),
    draw("ways", shown, {
      cash: () => cash(around),
      card: () => card(around),
      transfer: () => transfer(around),
      forged: () => forged(around),
    }),
  ];
}

const transfersShown = (around) =>
  around.stands.transfers.map((made) =>
    draw("transfer-shown", { amount: money.show(made.body.amount_minor), code: made.body.code }, {
      again: () => turnToCode(around, made),
    }),
  );

// The customer's word, sealed for exactly this; after the first tender of an amount none is asked again.
async function wordFor({ stop, stands, full, day }, device, bound) {
  if (stands.isWorded || !full?.card_number) return null;
  const to = { device, visit: stop.visit, word: "door_card", ...bound };
  return { number: full.card_number, sealed: await seal(words.get(stop.visit), day.seal_to, to) };
}

async function pays(around, kind, amount, more) {
  const { stop } = around;
  await done(kind, stop.visit, async ({ device, receipt }) => ({
    ...amount,
    ...more,
    receipt,
    visit_number: stop.number,
    card: await wordFor(around, device, { ...amount, receipt }),
  }));
  words.delete(stop.visit);
}

// --- cash -----------------------------------------------------------------------------------------------

function cash(around) {
  const { stop, values } = around;
  show(
    draw("cash", values, {
      back: () => here.open(stop.visit),
      pay: (form, element) => count(around, form, element),
    }),
  );
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

function count(around, form, element) {
  const [came, went] = [counted(form, "in"), counted(form, "out")];
  const minor = came && went ? total(came) - total(went) : 0;
  element.querySelector("[data-sum]").textContent = came && went ? money.show(minor) : "?";
  const isRight = minor > 0 && minor <= around.stands.rest;
  element.querySelector("[data-not-right]").hidden = isRight;
  if (!isRight || form.get("step") !== "pay") return undefined;
  return pays(around, "cash", { amount_minor: minor, currency: money.code }, { in: came, out: went });
}

// --- card -----------------------------------------------------------------------------------------------

const plain = (typed) => typed.normalize("NFKC").replaceAll(/\s/g, "").toUpperCase();

function card(around) {
  const { stop, stands, day, values } = around;
  const part = draw("card", values, {
    back: () => here.open(stop.visit),
    pay: (form, element) => {
      const minor = money.read(form.get("amount"));
      const [approval, last_four] = [plain(form.get("approval")), plain(form.get("last_four"))];
      const isRight = minor > 0 && minor <= stands.rest && /^[A-Z0-9]{4,8}$/.test(approval) && /^[0-9]{4}$/.test(last_four);
      element.querySelector("[data-not-right]").hidden = isRight;
      if (!isRight) return undefined;
      const amount = { amount_minor: minor, currency: money.code };
      return pays(around, "card", amount, { terminal: form.get("terminal"), approval, last_four });
    },
  });
  part.querySelector("[name=amount]").value = money.plain(stands.rest);
  const offered = part.querySelector("[name=terminal]");
  for (const { id, serial } of day.terminals) offered.append(new Option(serial, id));
  show(part);
}

// --- transfer -------------------------------------------------------------------------------------------

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// T and nine letters or digits, as koumen.payments.rules.codes makes them: 45 bits that nobody hits by a slip.
const newCode = () => `T${[...crypto.getRandomValues(new Uint8Array(9))].map((byte) => LETTERS[byte % 32]).join("")}`;

async function transfer(around) {
  const { stop, stands } = around;
  const amount = { amount_minor: stands.rest, currency: money.code };
  const code = newCode();
  const made = await done("transfer", stop.visit, async ({ device }) => ({
    ...amount,
    code,
    card: await wordFor(around, device, { ...amount, code }),
  }));
  words.delete(stop.visit);
  turnToCode(around, made);
}

function turnToCode({ stop, values }, made) {
  const shown = { ...values, amount: money.show(made.body.amount_minor), code: made.body.code };
  turnTo(stop.visit, "purpose", shown, { back: () => here.open(stop.visit) });
}

// --- a note that looks forged ---------------------------------------------------------------------------

function forged({ stop }) {
  show(
    draw("forged", {}, {
      back: () => here.open(stop.visit),
      write: (form, element) => {
        const serial = plain(form.get("serial"));
        const isRight = /^[A-Z0-9]{1,20}$/.test(serial);
        element.querySelector("[data-not-right]").hidden = isRight;
        if (!isRight) return undefined;
        return done("forged", stop.visit, {
          denomination: Number(form.get("denomination")),
          serial,
          outcome: form.get("outcome"),
        });
      },
    }),
  );
}

// --- the receipt ----------------------------------------------------------------------------------------

function receipt(made, code) {
  const number = `${code}-${String(made.receipt).padStart(7, "0")}`;
  const shown = { number, amount: money.show(made.body.amount_minor), way: word("kind", made.kind), state: word("told", made.state) };
  const part = draw("receipt", shown);
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
