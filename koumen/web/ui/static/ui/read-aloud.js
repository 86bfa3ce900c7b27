// A page that reads itself aloud, by the voice of the browser; without one there is no button.

const LANGUAGES = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW" };
const SLOWER = 0.85;

// What is not for the ear is marked so.
function textOf(scope, button) {
  const silent = [button, ...scope.querySelectorAll("[data-silent]")].map((one) => one.innerText.trim()).join("\n").split("\n");
  const lines = scope.innerText.split("\n").map((line) => line.trim());
  return lines.filter((line) => line && !silent.includes(line)).join("\n");
}

// One button; it reads the part of the page that it stands in, in the language of that part.
export function follow(button) {
  const [start, stop] = [button.querySelector("[data-start]"), button.querySelector("[data-stop]")];
  const show = (speaks) => {
    start.hidden = speaks;
    stop.hidden = !speaks;
  };
  button.addEventListener("click", () => {
    const spoke = !stop.hidden;
    speechSynthesis.cancel();
    show(!spoke);
    if (spoke) return;
    const scope = button.closest("[data-read-scope]") ?? document.querySelector("main");
    const { lang } = scope.closest("[lang]");
    const said = new SpeechSynthesisUtterance(textOf(scope, button));
    said.lang = LANGUAGES[lang] ?? lang;
    said.rate = SLOWER;
    said.addEventListener("end", () => show(false));
    said.addEventListener("error", () => show(false));
    speechSynthesis.speak(said);
  });
  button.hidden = false;
}

if ("speechSynthesis" in window) {
  document.querySelectorAll("[data-read-aloud]").forEach(follow);
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}
