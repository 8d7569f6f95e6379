// The canvas: a scene laid out on the server, drawn here. A scene is where it begins and the steps taken from
// there; both, with what was pinned and hidden, stand in the address, so that a link opens the same picture.

import { colour, counted, say, shownMoment } from "./console.js";

const section = document.getElementById("graph");
const canvas = document.getElementById("canvas");
const told = document.getElementById("told");
const panel = document.getElementById("panel");
const whyPlace = document.getElementById("why");
const SHAPES = { account: "ellipse", device: "round-rectangle", card: "round-diamond", bank_account: "round-hexagon", phone: "round-triangle", email: "round-tag", ip: "round-octagon", promo: "star" };
const MOST_HISTORY = 50;
const MOST_DRAWN_ANEW = 400;

const ring = section.dataset.ring ?? null;
const start = section.dataset.start ?? null;
let state = { steps: [], pins: {}, hidden: [] };
let history = [];
let scene = null;
let cy = null;

function remembered() {
  try {
    const kept = JSON.parse(new URLSearchParams(location.hash.slice(1)).get("scene") ?? "null");
    if (kept && Array.isArray(kept.steps)) state = { steps: kept.steps, pins: kept.pins ?? {}, hidden: kept.hidden ?? [] };
  } catch { say("The address holds no scene that can be read; the ring is shown as it is."); }
}
function remember() {
  const text = encodeURIComponent(JSON.stringify(state));
  const plain = !state.steps.length && !state.hidden.length && !Object.keys(state.pins).length;
  window.history.replaceState(null, "", plain ? location.pathname + location.search : `#scene=${text}`);
}
function change(next) {
  history = [...history, state].slice(-MOST_HISTORY);
  state = next;
  remember();
}

function toneOf(node) {
  if (node.kind === "account") return colour(node.role === "driver" ? "driver" : "account");
  return colour(node.kind);
}
function elements() {
  const nodes = scene.nodes.map((node) => ({
    group: "nodes", classes: `${node.is_member ? "member" : ""} ${node.kind === "account" ? "" : "satellite"}`,
    data: { id: node.key, ...node, shape: SHAPES[node.kind] ?? "ellipse", tone: toneOf(node), text: node.hidden ? `${node.label}  +${node.hidden.toLocaleString()}` : node.label, size: node.kind === "account" ? 26 : 20 + Math.min(18, 4 * Math.log2(1 + node.links)) },
    position: state.pins[node.key] ?? { x: node.x, y: node.y },
  }));
  const edges = scene.edges.map((edge, n) => ({ group: "edges", data: { id: `edge ${n}`, ...edge, width: 1 + Math.min(4, Math.log2(edge.events)) } }));
  return [...nodes, ...edges];
}
function style() {
  return [
    { selector: "node", style: { "background-color": "data(tone)", shape: "data(shape)", width: "data(size)", height: "data(size)", label: "data(text)", color: colour("ink"), "font-size": 12, "text-valign": "bottom", "text-margin-y": 3, "min-zoomed-font-size": 7, "text-outline-color": colour("ground"), "text-outline-width": 2, "background-opacity": .55 } },
    { selector: "node.member", style: { "background-opacity": 1, "border-width": 2, "border-color": colour("ink") } },
    { selector: "node.satellite", style: { "background-opacity": .9 } },
    { selector: "edge", style: { width: "data(width)", "line-color": colour("edge"), "curve-style": "haystack", opacity: .7 } },
    { selector: "edge[link = 'rode_with']", style: { "line-style": "dashed" } },
    { selector: ".pinned", style: { "border-width": 4, "border-color": colour("warn") } },
    { selector: ":selected", style: { "border-width": 4, "border-color": colour("accent"), "line-color": colour("accent"), opacity: 1 } },
    { selector: ".way", style: { "line-color": colour("danger"), "border-color": colour("danger"), "border-width": 4, width: 4, opacity: 1 } },
    { selector: ".gone", style: { display: "none" } },
    { selector: ".later", style: { opacity: .12 } },
  ];
}

async function load(fit) {
  told.textContent = "Loading the graph…";
  canvas.setAttribute("aria-busy", "true");
  const answer = await fetch("/scenes", { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify({ ring_id: ring, start, steps: state.steps }) });
  const found = await answer.json();
  canvas.removeAttribute("aria-busy");
  if (!answer.ok) {
    told.textContent = found.detail;
    if (history.length) { state = history.pop(); remember(); }
    return;
  }
  scene = found;
  show(fit);
}
function show(fit) {
  if (!cy) {
    cy = cytoscape({ container: canvas, style: style(), minZoom: .05, maxZoom: 4, pixelRatio: 1 });
    cy.on("tap", "node", (event) => look(event.target.id()));
    cy.on("dragfree", "node", (event) => pin(event.target));
    document.addEventListener("theme", () => { for (const node of cy.nodes()) node.data("tone", toneOf(node.data())); cy.style(style()); legend(); });
  }
  // A large scene is panned as a picture. Asked anew each time: a scene grows when something is unfolded.
  cy.renderer().textureOnViewport = scene.nodes.length > MOST_DRAWN_ANEW;
  cy.batch(() => {
    cy.elements().remove();
    cy.add(elements());
    for (const key of state.hidden) cy.getElementById(key).addClass("gone");
    for (const key of Object.keys(state.pins)) cy.getElementById(key).addClass("pinned");
  });
  if (fit) cy.fit(undefined, 30);
  section.dataset.ready = String(Date.now());
  legend();
  twin();
  extent();
}
function extent() {
  const visible = cy.nodes().not(".gone").length;
  told.textContent = `Showing ${visible.toLocaleString()} of ${scene.total.toLocaleString()}: ${scene.told.join("; ")}${state.hidden.length ? `; ${state.hidden.length} hidden by you` : ""}.`;
}
function legend() {
  const groups = new Map();
  for (const node of cy.nodes().not(".gone")) {
    const name = node.data("kind") === "account" ? (node.data("role") ?? "account") : node.data("kind");
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  const place = document.getElementById("legend");
  place.replaceChildren(...[...groups].sort().map(([name, nodes]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = '<svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5.5"></circle></svg><span></span><b></b>';
    button.querySelector("circle").setAttribute("fill", nodes[0].data("tone"));
    button.querySelector("span").textContent = name.replace("_", " ");
    button.querySelector("b").textContent = nodes.length.toLocaleString();
    button.addEventListener("click", () => { cy.elements().unselect(); for (const node of nodes) node.select(); say(`${nodes.length} selected`); });
    return button;
  }));
}
function twin() {
  const table = document.createElement("table");
  table.className = "rows";
  table.innerHTML = '<thead><tr><th scope="col">One end</th><th scope="col">Link</th><th scope="col">Other end</th><th scope="col" class="right">Times</th><th scope="col">First</th><th scope="col">Last</th></tr></thead><tbody></tbody>';
  const body = table.querySelector("tbody");
  for (const edge of scene.edges) {
    const row = body.insertRow();
    for (const [text, key] of [[named(edge.source), edge.source], [edge.link.replaceAll("_", " ")], [named(edge.target), edge.target], [edge.events], [shownMoment(edge.first_ms)], [shownMoment(edge.last_ms)]]) {
      const cell = row.insertCell();
      if (key) {
        const button = document.createElement("button");
        button.type = "button"; button.className = "quiet"; button.textContent = text;
        button.addEventListener("click", () => { cy.elements().unselect(); cy.getElementById(key).select(); look(key); });
        cell.append(button);
      } else cell.textContent = text;
    }
    row.cells[3].className = "right";
  }
  document.getElementById("twin").replaceChildren(table);
}
function named(key) {
  const node = scene.nodes.find((each) => each.key === key);
  return node ? `${node.kind.replace("_", " ")} ${node.label}` : key;
}

async function part(place, address) {
  place.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
  place.innerHTML = await answer.text();
  place.removeAttribute("aria-busy");
}
function look(key) { return part(panel, `/scenes/panel?key=${encodeURIComponent(key)}`); }
function selected() { return cy.nodes(":selected").not(".gone").map((node) => node.id()); }

function unfold(key, mode) {
  change({ ...state, steps: [...state.steps.filter((step) => step.key !== key), { key, mode }] });
  return load(false);
}
function fold(key) {
  if (!state.steps.some((step) => step.key === key)) { say("It is not unfolded."); return; }
  change({ ...state, steps: state.steps.filter((step) => step.key !== key) });
  load(false);
}
function pin(node) {
  change({ ...state, pins: { ...state.pins, [node.id()]: { x: Math.round(node.position("x")), y: Math.round(node.position("y")) } } });
  node.addClass("pinned");
}
function path() {
  const [a, b] = selected();
  cy.elements().removeClass("way");
  if (!b) { say("Select two things first: click one, shift and click the other."); return; }
  const found = cy.elements().not(".gone").aStar({ root: cy.getElementById(a), goal: cy.getElementById(b) });
  if (!found.found) { say("Nothing on the canvas joins them; ask why they are linked."); return; }
  found.path.addClass("way");
  say(`${counted(found.distance, "link")}: ${found.path.nodes().map((node) => node.data("label")).join(", ")}`);
}
function why() {
  const [a, b] = selected();
  if (!b) { say("Select two things first: click one, shift and click the other."); return; }
  part(whyPlace, `/why?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`);
}
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function svg() {
  const box = cy.elements().not(".gone").boundingBox();
  const escape = (text) => String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);
  const lines = cy.edges().not(".gone").filter((edge) => edge.source().visible() && edge.target().visible()).map((edge) => {
    const [from, to] = [edge.source().position(), edge.target().position()];
    return `<line x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}" stroke="${colour("edge")}" stroke-width="${edge.data("width")}"><title>${escape(edge.data("link"))}</title></line>`;
  });
  const dots = cy.nodes().not(".gone").map((node) => {
    const { x, y } = node.position();
    const r = node.data("size") / 2;
    const body = node.data("kind") === "account" ? `<circle cx="${x}" cy="${y}" r="${r}" fill="${node.data("tone")}"/>` : `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" rx="4" fill="${node.data("tone")}"/>`;
    return `${body}<text x="${x}" y="${y + r + 10}" font-size="9" text-anchor="middle" fill="${colour("ink")}">${escape(node.data("text"))}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.x1 - 20} ${box.y1 - 20} ${box.w + 40} ${box.h + 40}" font-family="sans-serif"><rect x="${box.x1 - 20}" y="${box.y1 - 20}" width="100%" height="100%" fill="${colour("ground")}"/>${lines.join("")}${dots.join("")}</svg>`;
}

const doing = {
  fit: () => cy.fit(cy.elements().not(".gone"), 30),
  in: () => cy.zoom({ level: cy.zoom() * 1.3, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
  out: () => cy.zoom({ level: cy.zoom() / 1.3, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
  pin: () => { const nodes = cy.nodes(":selected"); for (const node of nodes) pin(node); say(`${nodes.length} pinned`); },
  hide: () => {
    const keys = selected();
    change({ ...state, hidden: [...new Set([...state.hidden, ...keys])] });
    for (const key of keys) cy.getElementById(key).unselect().addClass("gone");
    legend(); extent();
    say(`${keys.length} hidden; undo brings them back`);
  },
  undo: () => {
    if (!history.length) { say("There is nothing to undo."); return; }
    const steps = JSON.stringify(state.steps);
    state = history.pop();
    remember();
    if (JSON.stringify(state.steps) === steps) show(false); else load(false);
  },
  path, why,
  link: async () => { remember(); await navigator.clipboard?.writeText(location.href); say("The link to this scene is copied."); },
  svg: () => save(new Blob([svg()], { type: "image/svg+xml" }), `${ring ?? "graph"}.svg`),
  png: async () => save(await cy.png({ output: "blob-promise", full: true, scale: 2, bg: colour("ground") }), `${ring ?? "graph"}.png`),
};

section.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !scene) return;
  if (button.dataset.do) doing[button.dataset.do]();
  else if (button.dataset.unfold) unfold(button.dataset.key, button.dataset.unfold);
  else if ("fold" in button.dataset) fold(button.dataset.key);
});
document.addEventListener("keydown", (event) => {
  if (!cy || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const key = { p: "pin", d: "hide", u: "undo", w: "why" }[event.key];
  if (key) doing[key]();
  else if (event.key === "e" && selected().length === 1) unfold(selected()[0], "newest");
  else if (event.key === "f" && selected().length === 1) fold(selected()[0]);
});

// Time: how the ring came about, from its ledger and the first time of each link.
const scrub = document.getElementById("scrub");
if (scrub) {
  const asOf = document.getElementById("as-of");
  let waiting = 0, playing = 0, newest = 0;
  const goTo = async (ms) => {
    scrub.value = String(ms);
    const isNow = Number(scrub.value) >= Number(scrub.max);
    asOf.textContent = isNow ? "now" : shownMoment(Number(scrub.value));
    if (!cy) return;
    const mine = ++newest;
    let accounts = null;
    if (!isNow) {
      const answer = await fetch(`/rings/${ring}/moment?at=${scrub.value}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== newest) return;
      accounts = new Set((await answer.json()).accounts);
      asOf.textContent = `${shownMoment(Number(scrub.value))}, ${accounts.size} in`;
    }
    cy.batch(() => {
      for (const node of cy.nodes(".member")) node.toggleClass("later", accounts !== null && !accounts.has(node.id()));
      for (const edge of cy.edges()) edge.toggleClass("later", !isNow && edge.data("first_ms") > Number(scrub.value));
    });
    section.dataset.asOf = isNow ? "now" : scrub.value;
  };
  scrub.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => goTo(Number(scrub.value)), 80); });
  for (const button of document.querySelectorAll("[data-moment]")) button.addEventListener("click", () => { goTo(Number(button.dataset.moment)); section.scrollIntoView(); });
  document.getElementById("play").addEventListener("click", (event) => {
    if (playing) { clearInterval(playing); playing = 0; event.target.textContent = "▶"; return; }
    const moments = [...document.querySelectorAll("[data-moment]")].map((each) => Number(each.dataset.moment));
    let at = 0;
    event.target.textContent = "❚❚";
    playing = setInterval(() => {
      if (at >= moments.length) { clearInterval(playing); playing = 0; event.target.textContent = "▶"; goTo(Number(scrub.max)); return; }
      goTo(moments[at++]);
    }, 900);
  });
}

remembered();
await load(true);
