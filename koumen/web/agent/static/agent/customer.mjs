// The phone turned to the customer: nothing of the agent's on it, large, in the customer's language, read aloud.

import { follow } from "../ui/read-aloud.js";
import { draw, show } from "./views.mjs";

const LANGUAGES = new Set(["zh-Hans", "zh-Hant", "en"]);
const root = document.documentElement;
const chosen = new Map(); // by visit, while the page lives
let languageNow = root.lang;

export const languageOf = () => languageNow;

export function speaksFirst(visit, language) {
  if (!chosen.has(visit)) chosen.set(visit, LANGUAGES.has(language) ? language : root.lang);
}

// One screen for the customer. `values` and `answers` may be functions of the language; it is drawn anew in another.
export function turnTo(visit, name, values, answers, finish = (part) => part) {
  languageNow = chosen.get(visit) ?? root.lang;
  const part = draw(`${name}.${languageNow}`, values, answers);
  for (const button of part.querySelectorAll("[data-speaks]")) {
    const isNow = button.dataset.speaks === languageNow;
    button.setAttribute("aria-pressed", String(isNow));
    button.addEventListener("click", () => {
      chosen.set(visit, button.dataset.speaks);
      turnTo(visit, name, values, answers, finish);
    });
  }
  show(finish(part));
  root.dataset.elder = "1";
  document.body.dataset.turned = "1";
  if ("speechSynthesis" in window) document.querySelectorAll("#app [data-read-aloud]").forEach(follow);
}

// The agent has the phone again.
export function turnBack() {
  if (!document.body.dataset.turned) return;
  delete document.body.dataset.turned;
  delete root.dataset.elder;
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}
