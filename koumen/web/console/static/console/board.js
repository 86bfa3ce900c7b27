// The dispatch board: asks for news, drags, looks back. Everything here has its way without it: reload, form, field.
import { StopMap } from "../ui/map.js";
import { Drag } from "./board_drag.js";

const EVERY_MS = 4000;
const board = document.getElementById("board");
const said = document.getElementById("board-said");
const mover = document.getElementById("mover");
const names = JSON.parse(document.getElementById("board-names").textContent);
const mapElement = document.getElementById("map");
const map = new StopMap(mapElement);
const back = document.getElementById("back");

let etag = board.dataset.etag;
let asOf = board.dataset.asOf;
let isBusy = false; // while somebody drags or fills in the form, nothing moves under their hands

const say = (words, isBad = false) => {
  said.textContent = words;
  said.classList.toggle("bad", isBad);
  said.classList.remove("floating");
};

// Beside the hand, and never over the edge of the window.
const sayAt = (x, y) => {
  said.classList.add("floating");
  said.style.left = `${Math.min(x + 18, innerWidth - said.offsetWidth - 8)}px`;
  said.style.top = `${Math.min(y + 18, innerHeight - said.offsetHeight - 8)}px`;
};

// ── the moving part ──────────────────────────────────────────────────────────────────────────────────────

async function learnNames(root) {
  const unknown = new Set();
  for (const element of root.querySelectorAll("[data-person]")) {
    if (!names[element.dataset.person]) unknown.add(element.dataset.person);
  }
  if (!unknown.size) return;
  const wanted = [...unknown].map((person) => `person=${person}`).join("&");
  const answer = await fetch(`${board.dataset.names}&${wanted}`);
  if (answer.ok) Object.assign(names, await answer.json());
}

function fillIn(root) {
  for (const element of root.querySelectorAll("[data-person]")) {
    const name = names[element.dataset.person];
    if (!name) continue;
    if (element.matches("a.block")) {
      const words = `${name.name} ${element.getAttribute("aria-label")}`;
      element.setAttribute("aria-label", words);
      element.querySelector("title").textContent = words;
      element.querySelector(".name").textContent = element.querySelector(".late-by") ? name.tiny : name.short;
    } else {
      element.textContent = name.name;
    }
  }
}

async function show(html) {
  const part = new DOMParser().parseFromString(html, "text/html");
  await learnNames(part);
  fillIn(part);
  const focused = document.activeElement?.dataset?.visit;
  const scrolled = document.querySelector("#board-picture .lanes")?.scrollLeft ?? 0;
  for (const id of ["board-risk", "board-figures", "board-picture", "board-map-data"]) {
    document.getElementById(id).replaceWith(document.adoptNode(part.getElementById(id)));
  }
  const lanes = document.querySelector("#board-picture .lanes");
  if (lanes) lanes.scrollLeft = scrolled;
  start();
  if (focused) document.querySelector(`a.block[data-visit="${focused}"]`)?.focus();
}

async function ask() {
  if (asOf || isBusy || document.hidden) return;
  try {
    const answer = await fetch(board.dataset.lanes, { headers: { "If-None-Match": etag }, cache: "no-store" });
    if (answer.status === 304) {
      if (said.dataset.lost) say("");
      delete said.dataset.lost;
      return;
    }
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const html = await answer.text();
    if (isBusy || asOf) return;
    etag = answer.headers.get("ETag") ?? "";
    await show(html);
    delete said.dataset.lost;
    say("");
  } catch {
    said.dataset.lost = "yes";
    say(board.dataset.lost, true);
  }
}

// ── map and keyboard ─────────────────────────────────────────────────────────────────────────────────────

function drawMap() {
  const data = JSON.parse(document.getElementById("board-map-data").textContent);
  const label = (stop) => `${stop.number} ${names[stop.person]?.name ?? ""} ${stop.shape} ${stop.staff}`;
  map.show(data, label, (stop) => document.querySelector(`a.block[data-visit="${stop.visit}"]`)?.focus());
}

function choose(event) {
  const block = event.target.closest?.("a.block");
  if (block) map.choose(block.closest(".row").dataset.shift, block.dataset.visit);
}

// Arrow keys go from visit to visit and from agent to agent, so that Tab need not pass a hundred of them.
function walk(event) {
  const block = event.target.closest?.("a.block");
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  if (!block || !steps[event.key]) return;
  event.preventDefault();
  const [across, along] = steps[event.key];
  const lane = block.closest(".row");
  const blocks = [...lane.querySelectorAll("a.block")];
  let next = blocks[blocks.indexOf(block) + along];
  if (across) {
    const filled = [...document.querySelectorAll(".row")].filter((one) => one.querySelector("a.block"));
    const other = filled[filled.indexOf(lane) + across];
    const here = Number(block.dataset.from);
    const near = (one) => Math.abs(Number(one.dataset.from) - here);
    next = other && [...other.querySelectorAll("a.block")].sort((a, b) => near(a) - near(b))[0];
  }
  if (!next) return;
  block.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function start() {
  const blocks = document.querySelectorAll("#board-picture a.block");
  for (const [number, block] of blocks.entries()) block.setAttribute("tabindex", number ? "-1" : "0");
  drawMap();
}

// ── the form in a dialog ─────────────────────────────────────────────────────────────────────────────────

async function openForm(address) {
  isBusy = true;
  say(board.dataset.loading);
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.getElementById("move");
  if (!form) {
    location.assign(address);
    return;
  }
  say("");
  document.getElementById("mover-body").replaceChildren(document.adoptNode(form));
  if (!mover.open) mover.showModal();
  form.querySelector("input:checked, select, button")?.focus();
}

mover.addEventListener("close", () => {
  isBusy = false;
  document.getElementById("mover-body").replaceChildren();
});

// Another agent or another moment: the judge's word at once, in the same dialog.
function lookAgain(form) {
  for (const other of mover.querySelectorAll("#mover-body form:not([data-look])")) other.inert = true;
  const fields = new URLSearchParams(new FormData(form));
  openForm(`${form.getAttribute("action")}?${fields}`);
}
mover.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-look]");
  if (form) lookAgain(form);
});
mover.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-look]")) return;
  event.preventDefault();
  lookAgain(event.target);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#board-picture a.movable, a[data-move]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!drag.hasJustDropped()) openForm(link.getAttribute("href"));
});

const drag = new Drag({
  say,
  sayAt,
  onBegin: () => {
    isBusy = true;
  },
  onEnd: () => {
    isBusy = mover.open;
  },
  onDrop: openForm,
});

// ── looking back ─────────────────────────────────────────────────────────────────────────────────────────

const clockOf = (minutes) => {
  const [hours, first] = back.dataset.first.split(":").map(Number);
  const at = hours * 60 + first + minutes;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
};

if (back) {
  const slider = document.getElementById("back-slider");
  slider.closest("label").hidden = false;
  let waiting = 0;
  slider.addEventListener("input", () => {
    const moment = clockOf(Number(slider.value));
    slider.setAttribute("aria-valuetext", moment);
    document.getElementById("back-time").value = moment;
    clearTimeout(waiting);
    waiting = setTimeout(() => lookBack(moment), 120);
  });
}

async function lookBack(moment) {
  asOf = moment;
  const answer = await fetch(`${board.dataset.lanes}&at=${moment}`);
  if (!answer.ok || asOf !== moment) return;
  await show(await answer.text());
  say(moment);
}

document.addEventListener("focusin", choose);
document.addEventListener("pointerover", choose);
document.addEventListener("keydown", walk);
for (const hint of document.querySelectorAll(".drag-hint")) hint.hidden = false;
start();
map.drawGround(mapElement.dataset.ground);
setInterval(ask, EVERY_MS);
document.addEventListener("visibilitychange", ask);
