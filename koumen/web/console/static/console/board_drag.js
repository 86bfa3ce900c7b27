// Dragging a visit on the board. Each agent that it comes over is asked about once; the judge's word for the place
// under the hand is shown at once, and nothing is written before the form that the drop opens is sent.

const FAR_PX = 6; // less is a click
const STEP_S = 300;
const APART_S = 600; // a drop that is nearer to where the road has it anyway chooses no moment

export class Drag {
  constructor({ say, sayAt, onBegin, onEnd, onDrop }) {
    Object.assign(this, { say, sayAt, onBegin, onEnd, onDrop });
    this.dropped = 0;
    document.addEventListener("pointerdown", (event) => this.#press(event));
    document.addEventListener("pointermove", (event) => this.#move(event));
    document.addEventListener("pointerup", (event) => this.#release(event));
    document.addEventListener("pointercancel", () => this.#stop());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#stop());
    document.addEventListener("dragstart", (event) => event.target.closest?.("#board-picture") && event.preventDefault());
  }

  hasJustDropped() {
    return performance.now() - this.dropped < 300;
  }

  #press(event) {
    const block = event.target.closest?.("#board-picture a.movable");
    if (!block || event.button !== 0) return;
    this.held = { block, x: event.clientX, y: event.clientY, spots: new Map(), ghost: null };
  }

  #move(event) {
    const { held } = this;
    if (!held) return;
    if (!held.ghost) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR_PX) return;
      this.#begin(event);
    }
    event.preventDefault();
    const point = this.#point(event);
    held.hand = [event.clientX, event.clientY];
    held.ghost.setAttribute("x", point.x - held.width / 2);
    held.ghost.setAttribute("y", point.y - held.height / 2);
    held.over = this.#over(point);
    this.#tell();
    this.sayAt(event.clientX, event.clientY);
  }

  #begin() {
    const { held } = this;
    const box = held.block.querySelector(".box");
    held.svg = held.block.ownerSVGElement;
    held.width = Number(box.getAttribute("width"));
    held.height = Number(box.getAttribute("height"));
    held.ghost = box.cloneNode();
    held.ghost.setAttribute("class", "ghost");
    held.svg.append(held.ghost);
    held.block.classList.add("lifted");
    this.onBegin();
  }

  #point(event) {
    const at = new DOMPoint(event.clientX, event.clientY);
    return at.matrixTransform(this.held.svg.getScreenCTM().inverse());
  }

  // Whose day, behind which visit, at which moment.
  #over(point) {
    const { svg, block } = this.held;
    const { first, left, hour } = svg.dataset;
    const moment = Number(first) + ((point.x - Number(left)) * 3600) / Number(hour);
    const lane = [...svg.querySelectorAll(".row")].find((one) => {
      const top = Number(one.dataset.y) - 7;
      return point.y >= top && point.y < top + Number(one.dataset.height) + 14;
    });
    return lane ? { lane, shift: lane.dataset.shift, moment, visit: block.dataset.visit } : null;
  }

  async #ask(shift) {
    const { held } = this;
    held.spots.set(shift, null);
    const address = `${held.block.getAttribute("href")}spots/?shift=${shift}`;
    const answer = await fetch(address);
    const told = await answer.json();
    held.spots.set(shift, told.spots ? told : { refused: told.refused ?? "", spots: [] });
    if (this.held === held) this.#tell();
  }

  #spot() {
    const { over, spots } = this.held;
    const told = over && spots.get(over.shift);
    if (!told) return null;
    const begins = (spot) => {
      const block = over.lane.querySelector(`a.block[data-visit="${spot.after}"]`);
      return block ? Number(block.dataset.begins) : -Infinity;
    };
    const before = told.spots.filter((spot) => begins(spot) <= over.moment);
    return before.at(-1) ?? told.spots[0] ?? { can_be: false, words: told.refused };
  }

  #tell() {
    const { held } = this;
    if (!held?.ghost) return;
    if (held.over && !held.spots.has(held.over.shift)) this.#ask(held.over.shift);
    const spot = this.#spot();
    held.ghost.setAttribute("class", `ghost ${spot ? (spot.can_be ? "can" : "cannot") : ""}`);
    for (const lane of held.svg.querySelectorAll(".row")) {
      lane.classList.toggle("over", lane === held.over?.lane);
    }
    const words = spot ? `${spot.can_be ? "✓" : "✗"} ${spot.words}` : "…";
    if (held.words === words) return;
    held.words = words;
    this.say(words, Boolean(spot) && !spot.can_be);
    this.sayAt(...held.hand);
  }

  #release(event) {
    const { held } = this;
    if (!held?.ghost) {
      this.held = null;
      return;
    }
    event.preventDefault();
    this.dropped = performance.now();
    const { over } = held;
    const spot = this.#spot();
    const address = held.block.getAttribute("href");
    this.#stop();
    if (!over) return;
    const asked = new URLSearchParams({ shift: over.shift });
    if (spot?.after) asked.set("after", spot.after);
    const moment = Drag.momentOf(over, spot, held.block);
    if (moment) asked.set("time", moment);
    this.onDrop(`${address}?${asked}`);
  }

  // Along its own line, without another place, a drop chooses the moment at the door, within the promise.
  static momentOf(over, spot, block) {
    if (!spot?.is_present) return "";
    const moment = Math.round(over.moment / STEP_S) * STEP_S;
    const isPromised = moment >= Number(block.dataset.from) && moment < Number(block.dataset.to);
    if (!isPromised || Math.abs(moment - Number(block.dataset.begins)) < APART_S) return "";
    const { zone } = document.getElementById("board").dataset;
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(
      moment * 1000,
    );
  }

  #stop() {
    const { held } = this;
    this.held = null;
    if (!held?.ghost) return;
    held.ghost.remove();
    held.block.classList.remove("lifted");
    for (const lane of held.svg.querySelectorAll(".row.over")) lane.classList.remove("over");
    this.say("");
    this.onEnd();
  }
}
