// Pick-ups and drop-offs on a plain ground: no tile of anybody is ever asked for. Replayed in the order of time.

import { colour, counted, shownMoment } from "./console.js";

const FRAME_MS = 120;
const STEPS = 100;
const section = document.querySelector("[data-map]");

async function begin() {
  const told = document.getElementById("map-told");
  const place = document.getElementById("map-canvas");
  const until = document.getElementById("until");
  const untilTold = document.getElementById("until-told");
  const answer = await fetch(section.dataset.map, { headers: { Accept: "application/json" } });
  const { trips, total } = await answer.json();
  if (!trips.length) {
    told.textContent = "No trip with a place is kept for this ring, so there is nothing to draw.";
    place.hidden = true;
    until.closest(".time").hidden = true;
    return;
  }
  told.textContent = `Showing ${trips.length} of ${counted(total, "trip")} with a place; filled: pick-ups inside the ring, hollow: with somebody outside, small: drop-offs.`;
  trips.sort((a, b) => a.ts - b.ts);
  until.max = String(trips.length);
  until.value = until.max;
  const map = L.map(place, { attributionControl: false, zoomAnimation: false, fadeAnimation: false, preferCanvas: true });
  const layer = L.layerGroup().addTo(map);
  const draw = () => {
    layer.clearLayers();
    const count = Number(until.value);
    untilTold.textContent = count === trips.length ? "all" : `${shownMoment(trips[count - 1].ts)}, ${counted(count, "trip")}`;
    for (const trip of trips.slice(0, count)) {
      const tone = colour(trip.is_inside ? "promo" : "account");
      if (trip.dropoff[0] !== null && trip.dropoff[1] !== null) {
        L.polyline([trip.pickup, trip.dropoff], { color: tone, weight: 1, opacity: .35 }).addTo(layer);
        L.circleMarker(trip.dropoff, { radius: 2, color: tone, weight: 1, fillOpacity: .6 }).addTo(layer);
      }
      L.circleMarker(trip.pickup, { radius: 5, color: tone, weight: 1.5, fillOpacity: trip.is_inside ? .7 : 0 }).addTo(layer);
    }
  };
  map.fitBounds(trips.map((trip) => trip.pickup), { padding: [30, 30], maxZoom: 15, animate: false });
  L.control.scale({ imperial: false }).addTo(map);
  draw();
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
