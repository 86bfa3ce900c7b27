// A step is a <template> of the page, in the reader's language; here only its holes are filled.

const place = () => document.getElementById("app");

// data-text: its words · data-if: stays only when true · data-unless: only when not · data-on: who answers it
export function draw(name, values = {}, answers = {}) {
  const part = document.getElementById(`t-${name}`).content.cloneNode(true);
  for (const one of part.querySelectorAll("[data-if]")) if (!values[one.dataset.if]) one.remove();
  for (const one of part.querySelectorAll("[data-unless]")) if (values[one.dataset.unless]) one.remove();
  for (const one of part.querySelectorAll("[data-text]")) one.textContent = values[one.dataset.text] ?? "";
  for (const one of part.querySelectorAll("[data-href]")) one.href = values[one.dataset.href];
  for (const one of part.querySelectorAll("[data-on]")) {
    const answer = answers[one.dataset.on];
    if (one.tagName === "FORM")
      one.addEventListener("submit", (event) => {
        event.preventDefault();
        once(one, () => answer(new FormData(one, event.submitter), one));
      });
    else one.addEventListener("click", () => once(one, () => answer(one)));
  }
  return part;
}

// A second tap while the first is still at work is no second act.
async function once(element, work) {
  if (element.dataset.busy) return;
  element.dataset.busy = "1";
  try {
    await work();
  } catch (fault) {
    window.dispatchEvent(new CustomEvent("koumen-fault", { detail: fault }));
  } finally {
    delete element.dataset.busy;
  }
}

export function show(...parts) {
  place().replaceChildren(...parts);
  place().querySelector("h1")?.focus();
  window.scrollTo(0, 0);
}

export function fill(part, selector, ...children) {
  part.querySelector(selector).replaceChildren(...children);
  return part;
}

export const word = (kind, key) =>
  document.querySelector(`#words [data-kind="${kind}"][data-key="${key}"]`)?.textContent ?? key;

export function drawPictures(pictures, language) {
  return pictures.map(({ key, words, word: older }) => {
    const name = words?.[language] ?? older; // a day that an app of before fetched
    const part = draw("picture", { name });
    part.querySelector("use").setAttribute("href", `${place().dataset.pictures}#${key}`);
    part.querySelector("svg").setAttribute("aria-label", name);
    return part;
  });
}
