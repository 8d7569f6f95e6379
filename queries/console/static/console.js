// What every page has: the reader's own numbers and times, the theme, keys, and flags as they come.

const root = document.documentElement;
const language = navigator.language || "en";
const counts = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const amounts = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  setTimeout(() => { if (said.textContent === text) said.textContent = ""; }, 4000);
}

// What the server answers in JSON; null where it refuses, as when the session has ended, and then says why.
export async function asked(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (answer.ok) return told;
  say(told.detail);
  return null;
}

export function counted(count, what) {
  return `${count.toLocaleString(language)} ${what}${count === 1 ? "" : "s"}`;
}

export function colour(name) {
  return getComputedStyle(root).getPropertyValue(`--${name}`).trim();
}

export function shownMoment(ms) {
  const local = localStorage.getItem("zone") === "local";
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: local ? undefined : "UTC" };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(new Date(ms)).map((each) => [each.type, each.value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

function localise(within) {
  for (const each of within.querySelectorAll("data.money")) each.textContent = amounts.format(Number(each.value));
  for (const each of within.querySelectorAll("data.number")) each.textContent = counts.format(Number(each.value));
  const local = localStorage.getItem("zone") === "local";
  const zone = local ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
  for (const each of within.querySelectorAll("time[datetime]")) {
    const whole = shownMoment(Date.parse(each.dateTime));
    each.textContent = each.textContent.trim().length > 10 ? whole : whole.slice(0, 10);
    each.title = `${whole} ${zone}`;
  }
  for (const each of document.querySelectorAll(".zone, [data-toggle-zone]")) if (each.textContent !== zone) each.textContent = zone;
}

localise(document);
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1 && node.parentNode && (node.querySelector("data, time") || node.matches("data, time"))) localise(node.parentNode);
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle-theme]")) {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    document.dispatchEvent(new CustomEvent("theme"));
  } else if (event.target.closest("[data-toggle-zone]")) {
    localStorage.setItem("zone", localStorage.getItem("zone") === "local" ? "utc" : "local");
    localise(document);
  } else if (event.target.closest("[data-open]")) {
    document.getElementById(event.target.closest("[data-open]").dataset.open).showModal();
  } else if (!event.target.closest(".search")) {
    const found = document.getElementById("found");
    if (found) found.textContent = "";
  }
});

// Keys. Two-letter ones begin with g.
let before = "";
const pages = { q: "/queue", o: "/overview", m: "/model", r: "/rules", h: "/health" };
const places = { v: "verdict", m: "members", h: "history" };

function rows() { return [...document.querySelectorAll("[data-row]")]; }
function chosen() { return document.querySelector('[data-row][aria-selected="true"]'); }
function choose(row) {
  chosen()?.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  row.querySelector("a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.id === "q") { document.getElementById("found").textContent = ""; event.target.blur(); }
  if (event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select") || document.querySelector("dialog[open]")) return;
  const after = before;
  before = event.key === "g" ? "g" : "";
  if (after === "g" && pages[event.key]) { location.assign(pages[event.key]); return; }
  const all = rows();
  const at = all.indexOf(chosen());
  if (event.key === "/") { event.preventDefault(); document.getElementById("q")?.focus(); }
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key === "j" && all.length) choose(all[Math.min(at + 1, all.length - 1)]);
  else if (event.key === "k" && all.length) choose(all[Math.max(at - 1, 0)]);
  else if (event.key === "x" && at >= 0) all[at].querySelector("input")?.click();
  else if (event.key === "c") (all.length ? all[at] : document)?.querySelector("[data-claim]")?.click();
  else if (event.key === "n") document.querySelector("[data-next]")?.click();
  else if (event.key === "v" || (!after && places[event.key])) {
    const place = document.getElementById(places[event.key]);
    place?.scrollIntoView();
    place?.querySelector("input, button, a")?.focus({ preventScroll: true });
  }
});

// Flags as they come: the queue takes in what is new, and says so.
const live = document.getElementById("live");
if (live) {
  let count = 0, waiting = 0;
  const source = new EventSource("/v1/flags/stream");
  const refresh = async () => {
    waiting = 0;
    const answer = await fetch(location.href, { headers: { "HX-Request": "true", Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ring = chosen()?.dataset.ring;
    const ticked = new Set([...document.querySelectorAll("[data-row] input:checked")].map((each) => each.value));
    const fresh = page.getElementById("queue");
    document.getElementById("queue").replaceWith(fresh);
    for (const each of fresh.querySelectorAll("[data-row] input")) each.checked = ticked.has(each.value);
    fresh.querySelector(`[data-ring="${CSS.escape(ring ?? "")}"]`)?.setAttribute("aria-selected", "true");
    live.hidden = false;
    live.textContent = `${counted(count, "new flag")} since you opened this page; the queue is up to date.`;
  };
  source.addEventListener("flag", () => {
    count += 1;
    waiting = waiting || setTimeout(refresh, 700);
  });
  addEventListener("pagehide", () => source.close());
}
