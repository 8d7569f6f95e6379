// Charts in SVG, each with a table beside it. The data come from the server; nothing is worked out here.

import { asked, colour, shownMoment } from "./console.js";

const ring = document.querySelector("[data-ring]");
const drawn = [];

function frame() {
  return {
    animation: false, aria: { enabled: true },
    textStyle: { color: colour("ink"), fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 48, right: 12, top: 28, bottom: 24 },
    legend: { type: "scroll", top: 0, textStyle: { color: colour("muted") }, itemWidth: 12, itemHeight: 9, itemGap: 11 },
  };
}
function axis(extra) {
  return { axisLabel: { color: colour("muted") }, axisLine: { lineStyle: { color: colour("line") } }, splitLine: { lineStyle: { color: colour("line") } }, ...extra };
}

export function draw(place, options) {
  const chart = echarts.init(place, null, { renderer: "svg" });
  const show = () => chart.setOption({ ...frame(), ...options() }, true);
  show();
  drawn.push(show);
  new ResizeObserver(() => chart.resize()).observe(place);
}

export function bars(place, days, series) {
  const tones = ["device", "card", "promo", "account", "ip", "bank_account", "phone"];
  draw(place, () => ({
    color: tones.map(colour),
    xAxis: axis({ type: "category", data: days.map((ms) => shownMoment(ms).slice(0, 10)) }),
    yAxis: axis({ type: "value" }),
    series: Object.entries(series).map(([name, data]) => ({ name, data, type: "bar", stack: "all", barMaxWidth: 22 })),
  }));
}

document.addEventListener("theme", () => drawn.forEach((show) => show()));

const told = ring && await asked(`/rings/${ring.dataset.ring}/series`);
if (told) {
  const money = document.querySelector('[data-chart="money"]');
  if (money) bars(money, told.days, told.money);
  const changes = document.querySelector('[data-chart="changes"]');
  if (changes) draw(changes, () => ({
    legend: { show: false }, grid: { left: 48, right: 12, top: 8, bottom: 20 },
    color: [colour("account"), colour("promo")],
    xAxis: axis({ type: "time" }), yAxis: axis({ type: "value", minInterval: 1, splitNumber: 2 }),
    series: [
      { name: "came in", type: "bar", barWidth: 4, data: told.changes.map((each) => [each.ts, each.added]) },
      { name: "went out", type: "bar", barWidth: 4, data: told.changes.map((each) => [each.ts, -each.removed]) },
    ],
  }));
}

const section = document.querySelector("[data-series]");
const all = section && await asked(section.dataset.series);
if (all) {
  bars(document.getElementById("flags-chart"), all.days, all.flags);
  bars(document.getElementById("days-chart"), all.money_days, all.money);
  document.getElementById("flags-told").textContent = `Showing ${all.shown.toLocaleString()} of ${all.total.toLocaleString()} flags, the newest.`;
}
