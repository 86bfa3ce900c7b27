// The map of the agent's own day; the list below it says the same.
import { StopMap } from "../ui/map.js";

const data = JSON.parse(document.getElementById("route-map-data").textContent);
const map = new StopMap(document.getElementById("map"));
map.show(
  data,
  (stop) => String(stop.number),
  (stop) => document.getElementById(`stop-${stop.number}`)?.focus(),
);
map.choose(data.ways[0]?.shift);
