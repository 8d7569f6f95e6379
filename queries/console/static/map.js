// Pick-ups and drop-offs on a plain ground: no tile of anybody is ever asked for.

import { colour } from "./console.js";

const section = document.querySelector("[data-map]");
if (section) {
  const told = document.getElementById("map-told");
  const place = document.getElementById("map-canvas");
  const answer = await fetch(section.dataset.map, { headers: { Accept: "application/json" } });
  const { trips, total } = await answer.json();
  if (!trips.length) {
    told.textContent = "No trip with a place is kept for this ring, so there is nothing to draw.";
    place.hidden = true;
  } else {
    told.textContent = `Showing ${trips.length} of ${total.toLocaleString()} trips with a place; filled: pick-ups inside the ring, hollow: with somebody outside, small: drop-offs.`;
    const map = L.map(place, { attributionControl: false, zoomAnimation: false, fadeAnimation: false, preferCanvas: true });
    const layer = L.layerGroup().addTo(map);
    const draw = () => {
      layer.clearLayers();
      for (const trip of trips) {
        const tone = colour(trip.is_inside ? "promo" : "account");
        const hasEnd = trip.dropoff[0] !== null && trip.dropoff[1] !== null;
        if (hasEnd) {
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
  }
}
