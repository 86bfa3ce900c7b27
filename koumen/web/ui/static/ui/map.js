// A map of stops and ways, drawn by Leaflet (a classic script that is loaded before this module).
// Without tiles the ground is plain, with the large roads and the districts where they are known.

const PIN = 30;
const CLOSEST = 16; // a single stop is shown with the streets around it

export class StopMap {
  constructor(element) {
    const { L } = window;
    this.L = L;
    this.element = element;
    this.map = L.map(element, { attributionControl: false, zoomControl: false, maxZoom: 18, minZoom: 4 });
    L.control
      .zoom({ zoomInTitle: element.dataset.in, zoomOutTitle: element.dataset.out })
      .addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    if (element.dataset.thanks) {
      L.control.attribution({ prefix: false }).addAttribution(element.dataset.thanks).addTo(this.map);
    }
    if (element.dataset.tiles) {
      L.tileLayer(element.dataset.tiles, { maxZoom: 18 }).addTo(this.map);
    }
    // Pins lie over each other where doors do; a list beside the map says the same to keyboards and readers.
    this.map.createPane("districts").style.zIndex = "450"; // names of districts: above ways, below pins
    for (const pane of ["markerPane", "tooltipPane", "overlayPane", "districts"]) {
      this.map.getPane(pane).setAttribute("aria-hidden", "true");
    }
    this.ground = L.layerGroup().addTo(this.map);
    this.ways = new Map();
    this.pins = new Map();
    this.isPlaced = false;
  }

  // {stops: [{visit, shift, number, at, look, shape}], ways: [{shift, line}]}; label(stop) names a stop.
  show(data, label, onChoose) {
    const { L } = this;
    for (const layer of [...this.ways.values(), ...this.pins.values()]) layer.remove();
    this.ways.clear();
    this.pins.clear();
    if (!this.isPlaced) this.#place(data.stops.map((stop) => stop.at)); // nothing can be drawn on a map without a place
    for (const way of data.ways) {
      const line = L.polyline(way.line, { className: "way", interactive: false });
      this.ways.set(way.shift, line.addTo(this.map));
    }
    for (const stop of data.stops) this.#pin(stop, label(stop), onChoose);
  }

  #pin(stop, words, onChoose) {
    const { L } = this;
    const icon = L.divIcon({
      className: `pin ${stop.look}`,
      iconSize: [PIN, PIN],
      html: StopMap.#text(stop.number),
    });
    const pin = L.marker(stop.at, { icon, keyboard: false, riseOnHover: true });
    pin.bindTooltip(StopMap.#text(words), { direction: "top", offset: [0, -PIN / 2] });
    pin.addTo(this.map);
    pin.on("click", () => onChoose(stop));
    this.pins.set(stop.visit, pin);
  }

  // Leaflet takes strings for markup; names are text.
  static #text(words) {
    const element = document.createElement("span");
    element.textContent = words;
    return element;
  }

  #place(points) {
    if (points.length) {
      this.map.fitBounds(this.L.latLngBounds(points).pad(0.15), { maxZoom: CLOSEST, animate: false });
    } else {
      this.map.setView([0, 0], 4, { animate: false });
    }
    this.isPlaced = points.length > 0;
  }

  async drawGround(address) {
    if (!address || this.element.dataset.tiles) return;
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { lines, districts } = await answer.json();
    this.L.polyline(lines, { className: "road", interactive: false }).addTo(this.ground).bringToBack();
    for (const district of districts ?? []) {
      const outline = this.L.polygon(district.rings, { className: "district", interactive: false });
      outline.bindTooltip(StopMap.#text(district.name), {
        permanent: true,
        direction: "center",
        pane: "districts",
        className: "district-name",
      });
      outline.addTo(this.ground).bringToBack();
    }
  }

  // One agent's way stands out; none without an id.
  choose(shift, visit) {
    for (const [id, way] of this.ways) {
      way.getElement()?.classList.toggle("chosen", id === shift);
      if (id === shift) way.bringToFront();
    }
    for (const [id, pin] of this.pins) pin.getElement()?.classList.toggle("chosen", id === visit);
  }
}
