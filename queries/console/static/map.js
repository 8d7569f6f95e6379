// Pick-ups, drop-offs and kept fixes on a plain ground: no tile of anybody is ever asked for. Replayed in the order
// of time; a chosen trip is driven along its own fixes.

import { asked, colour, counted, shownMoment } from "./console.js";

const FRAME_MS = 120;
const STEPS = 100;
const DRIVEN = 60;
const section = document.querySelector("[data-map]");

// Behind everything: where the kept trips of all begin and end, stronger where more do.
async function ground(map) {
  const around = map.getBounds().pad(1);
  const edges = { south: Math.max(-90, around.getSouth()), west: Math.max(-180, around.getWest()), north: Math.min(90, around.getNorth()), east: Math.min(180, around.getEast()) };
  const answer = await fetch(`/ground?${new URLSearchParams(edges)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { cells, total, side } = await answer.json();
  if (!cells.length) return;
  map.createPane("ground").style.zIndex = "250";
  const layer = L.layerGroup().addTo(map);
  const renderer = L.canvas({ pane: "ground" });
  const most = Math.log1p(cells[0][2]);
  const draw = () => {
    layer.clearLayers();
    for (const [south, west, trips] of cells) {
      L.rectangle([[south, west], [south + side, west + side]], { renderer, pane: "ground", interactive: false, stroke: false, fillColor: colour("muted"), fillOpacity: .06 + .34 * (Math.log1p(trips) / most) }).addTo(layer);
    }
  };
  draw();
  document.addEventListener("theme", draw);
  section.dataset.ground = String(cells.length);
  document.getElementById("ground-told").textContent = `Grey: where kept trips of everybody begin and end, stronger where more do; ${cells.length < total ? `the busiest ${cells.length.toLocaleString()} of ${total.toLocaleString()} squares` : counted(total, "square")} of half a kilometre, those of three riders and more.`;
}

async function begin() {
  const told = document.getElementById("map-told");
  const place = document.getElementById("map-canvas");
  const until = document.getElementById("until");
  const untilTold = document.getElementById("until-told");
  const found = await asked(section.dataset.map);
  if (!found) return;
  const { trips, total } = found;
  if (!trips.length) {
    told.textContent = "No trip with a place is kept for this ring, so there is nothing to draw.";
    place.hidden = true;
    until.closest(".time").hidden = true;
    return;
  }
  told.textContent = `Showing ${trips.length} of ${counted(total, "trip")} with a place; filled: pick-ups inside the ring, hollow: with somebody outside, small: drop-offs; lines: ${counted(trips.filter((trip) => trip.track.length > 1).length, "track")} of kept fixes, thick where a trip is more likely not what it says. Click a line to drive it.`;
  trips.sort((a, b) => a.ts - b.ts);
  until.max = String(trips.length);
  until.value = until.max;
  const map = L.map(place, { attributionControl: false, zoomAnimation: false, fadeAnimation: false, preferCanvas: true });
  const layer = L.layerGroup().addTo(map);
  let driving = 0;
  const drive = (trip) => {
    clearInterval(driving);
    const seconds = trip.track.at(-1)[0] - trip.track[0][0];
    const car = L.circleMarker([trip.track[0][1], trip.track[0][2]], { radius: 7, color: colour("ink"), weight: 2, fillOpacity: .9 }).addTo(map);
    untilTold.textContent = `${shownMoment(trip.ts)}, ${counted(trip.track.length, "fix").replace("fixs", "fixes")} in ${Math.round(seconds / 60)} min${trip.integrity === null ? "" : `, ${Math.round(trip.integrity * 100)} % likely what it says`}`;
    let step = 0;
    driving = setInterval(() => {
      step += 1;
      if (step > DRIVEN) { clearInterval(driving); car.remove(); return; }
      const now = trip.track[0][0] + (seconds * step) / DRIVEN;
      const next = Math.max(1, trip.track.findIndex((fix) => fix[0] >= now));
      const [from, to] = [trip.track[next - 1], trip.track[next]];
      const share = to[0] > from[0] ? (now - from[0]) / (to[0] - from[0]) : 1;
      car.setLatLng([from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share]);
    }, FRAME_MS / 2);
  };
  const draw = () => {
    layer.clearLayers();
    const count = Number(until.value);
    untilTold.textContent = count === trips.length ? "all" : `${shownMoment(trips[count - 1].ts)}, ${counted(count, "trip")}`;
    for (const trip of trips.slice(0, count)) {
      const tone = colour(trip.is_inside ? "promo" : "account");
      if (trip.track.length > 1) {
        const doubtful = trip.integrity !== null && trip.integrity < .5;
        const line = L.polyline(trip.track.map((fix) => [fix[1], fix[2]]), { color: doubtful ? colour("danger") : tone, weight: doubtful ? 2.5 : 1.5, opacity: .6 });
        line.on("click", () => drive(trip)).addTo(layer);
      }
      if (trip.dropoff[0] !== null && trip.dropoff[1] !== null) {
        if (trip.track.length < 2) L.polyline([trip.pickup, trip.dropoff], { color: tone, weight: 1, opacity: .35, dashArray: "3 4" }).addTo(layer);
        L.circleMarker(trip.dropoff, { radius: 2, color: tone, weight: 1, fillOpacity: .6 }).addTo(layer);
      }
      L.circleMarker(trip.pickup, { radius: 5, color: tone, weight: 1.5, fillOpacity: trip.is_inside ? .7 : 0 }).addTo(layer);
    }
  };
  map.fitBounds(trips.map((trip) => trip.pickup), { padding: [30, 30], maxZoom: 15, animate: false });
  L.control.scale({ imperial: false }).addTo(map);
  draw();
  ground(map);
  document.addEventListener("theme", draw);
  until.addEventListener("input", draw);
  let playing = 0;
  const button = document.getElementById("replay");
  const stop = () => { clearInterval(playing); playing = 0; button.textContent = "▶"; };
  button.addEventListener("click", () => {
    if (playing) { stop(); return; }
    until.value = "1";
    button.textContent = "❚❚";
    playing = setInterval(() => {
      until.value = String(Number(until.value) + Math.ceil(trips.length / STEPS));
      draw();
      if (Number(until.value) >= trips.length) stop();
    }, FRAME_MS);
  });
}

if (section) await begin();
