// A page that reads itself aloud, by the voice of the browser; without one there is no button.

const LANGUAGES = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW" };
const SLOWER = 0.85;

function textOf(main, button) {
  const lines = main.innerText.split("\n").map((line) => line.trim());
  return lines.filter((line) => line && line !== button.innerText.trim()).join("\n");
}

function follow(button) {
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
    const said = new SpeechSynthesisUtterance(textOf(document.querySelector("main"), button));
    said.lang = LANGUAGES[document.documentElement.lang] ?? document.documentElement.lang;
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
