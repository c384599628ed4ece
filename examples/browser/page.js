/**
 * The page: two connections side by side, and what can go wrong.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
import { Chart } from "./chart.js";
import { FloodCount } from "./flood_count.ts";
import { PlainClient } from "./plain_client.ts";
import { BEAT, CLIENTS, PAUSE, PING, PONG } from "./seen.ts";

// Plain http: pages are told no UUIDs, save on this machine.
const visitor = String(crypto.getRandomValues(new BigUint64Array(1))[0]);
const address = document.body.dataset["address"] ?? "";
const chart = new Chart(find("chart"));
const counts = { plain: new FloodCount(), holdfast: new FloodCount() };
const longest = { plain: 0, holdfast: 0 };
/** @type {import("./chart.js").Band | undefined} */
let band;
/** @type {import("./seen.ts").Health} */
let health = "up";
/**
 * The freeze whose samples are still to come.
 *
 * @type {import("./chart.js").Band | undefined}
 */
let thawing;
/**
 * When holdfast found out that something is wrong, in milliseconds.
 *
 * @type {number | undefined}
 */
let noticedAt;
/** When the last freeze ended, in milliseconds. */
let awakeAt = 0;
/** When something was made to go wrong, in milliseconds. */
let wrongSince = 0;
/** @type {"connecting" | "connected"} */
let start = "connecting";

const seen = new EventSource(`/seen?visitor=${visitor}`);
await new Promise((resolve) =>
  seen.addEventListener("open", resolve, { once: true })
);
seen.addEventListener("message", ({ data }) => take(JSON.parse(data)));

const plain = new PlainClient(`${address}/plain?visitor=${visitor}`, {
  state: (state) => showState("plain", state),
  message: (data) => counts.plain.take(data),
});

const holdfast = new ReconnectingWebSocket(
  `${address}/holdfast?visitor=${visitor}`,
  [],
  {
    worker: new WorkerHost({ url: "/worker.js" }),
    heartbeat: { interval: BEAT, timeout: 1_000, message: PING, expect: PONG },
    backoff: { strategy: "exponential", initialDelay: 500, maxDelay: 1_000 },
    openTimeout: 1_500,
  },
);
holdfast.addEventListener("message", ({ data }) => {
  counts.holdfast.take(data);
});
holdfast.addEventListener("statuschange", ({ status }) => {
  showState("holdfast", status.kind);
});
holdfast.addEventListener("disconnect", ({ error }) => {
  noticedAt ??= performance.now();
  if (error !== undefined) log(`holdfast: ${error.message}`);
});

find("freeze").addEventListener("click", freeze);
find("kill").addEventListener("click", () => act("kill"));
find("drop").addEventListener("click", () => act("drop"));
find("flood").addEventListener("click", () => act("flood"));
setInterval(showFacts, 250);

/**
 * Blocks this thread as a long computation, a big JSON or a debugger does.
 *
 * @param {Event} click
 */
async function freeze(click) {
  // Whoever clicked on the frozen tab wanted it to wake up.
  if (click.timeStamp < awakeAt) return;
  say(`This tab is frozen for ${PAUSE / 1_000} s. Nothing on it moves.`);
  log("This tab is frozen");
  // What was just said is painted first.
  await painted();
  const from = chart.now;
  longest.plain = longest.holdfast = 0;
  const end = performance.now() + PAUSE;
  while (performance.now() < end);
  awakeAt = performance.now();
  thawing = { label: "tab frozen", from, to: from + PAUSE / 1_000 };
  chart.mark(thawing);
  log("This tab is awake again");
}

function painted() {
  return new Promise((resolve) =>
    requestAnimationFrame(() => setTimeout(resolve))
  );
}

/** @param {"kill" | "drop" | "flood"} action */
async function act(action) {
  if (find(action).ariaDisabled === "true") return;
  if (action === "flood") log("The server floods both");
  else {
    wrongSince = performance.now();
    noticedAt = undefined;
  }
  await fetch(`/${action}?visitor=${visitor}`, { method: "POST" });
}

/** @param {import("./seen.ts").Sample} sample */
function take(sample) {
  chart.add(sample);
  for (const client of CLIENTS) {
    longest[client] = Math.max(longest[client], sample.gaps[client] ?? 0);
  }
  if (band !== undefined) band.to = chart.now;
  if (sample.health !== health) noteHealth(sample.health);
  // A little later, as the plain socket's own backlog comes first.
  if (thawing !== undefined && chart.now > thawing.to + 0.3) conclude();
  if (start === "connected" || CLIENTS.some((each) => !sample.gaps[each])) {
    return;
  }
  start = "connected";
  say("Both are connected. Freeze this tab and look at the dashed line.");
}

/** @param {import("./seen.ts").Health} next */
function noteHealth(next) {
  const last = health;
  health = next;
  for (const id of ["kill", "drop"]) {
    find(id).ariaDisabled = String(next !== "up");
  }
  log(`server: ${next}`);
  if (next === "up") return noteRecovery(last);
  const label = next === "dead" ? "server dead" : next;
  band = { label, from: chart.now, to: chart.now };
  chart.mark(band);
  say(
    next === "dead"
      ? "The server is dead: it refuses connections for 5 s."
      : "Packets are dropped for 5 s. Who notices?",
  );
}

/** @param {import("./seen.ts").Health} last */
function noteRecovery(last) {
  band = undefined;
  if (last === "dead") return say("The server is back. Both connect again.");
  const noticed = noticedAt === undefined
    ? "did not notice"
    : `noticed after ${format(noticedAt - wrongSince)}`;
  say(
    `Packets pass again. The plain WebSocket did not notice, holdfast ${noticed}.`,
  );
}

function conclude() {
  thawing = undefined;
  say(
    `While this tab was frozen: plain silent for ${format(longest.plain)}, ` +
      `holdfast for ${format(longest.holdfast)} at most.`,
  );
}

/**
 * @param {import("./seen.ts").Client} client
 * @param {string} state
 */
function showState(client, state) {
  const element = find(`${client}-state`);
  if (element.dataset["state"] === state) return;
  element.dataset["state"] = state;
  element.textContent = state;
  log(`${client}: ${state}`);
}

function showFacts() {
  const { latency, opens, outbox, inbox } = holdfast.metrics();
  fill("plain", {
    "Longest silence": format(longest.plain),
    "Round trip": format(plain.latency),
    "Connections made": String(plain.opens),
    "Flood received": `${counts.plain}`,
    "Waiting to be sent": `${plain.bufferedAmount} bytes`,
    "Waiting to be read": "not told",
  });
  fill("holdfast", {
    "Longest silence": format(longest.holdfast),
    "Round trip": format(latency),
    "Connections made": String(opens),
    "Flood received": `${counts.holdfast}`,
    "Waiting to be sent": `${outbox.bytes} bytes`,
    "Waiting to be read": `${inbox} messages`,
  });
}

/**
 * @param {import("./seen.ts").Client} client
 * @param {Readonly<Record<string, string>>} facts
 */
function fill(client, facts) {
  const list = find(`${client}-facts`);
  for (const [index, [name, value]] of Object.entries(facts).entries()) {
    const [term, detail] = [
      list.children[2 * index],
      list.children[2 * index + 1],
    ];
    if (detail === undefined || term === undefined) {
      list.append(make("dt", name), make("dd", value));
    } else if (detail.textContent !== value) detail.textContent = value;
  }
}

/** @param {number | undefined} milliseconds */
function format(milliseconds) {
  if (milliseconds === undefined) return "–";
  const digits = milliseconds < 10 ? 1 : 0;
  return `${
    milliseconds.toLocaleString("en", { maximumFractionDigits: digits })
  } ms`;
}

/** @param {string} text */
function say(text) {
  find("verdict").textContent = text;
}

/** @param {string} text */
function log(text) {
  const line = make("li", "");
  line.append(make("time", new Date().toTimeString().slice(0, 8)), text);
  const list = find("log");
  list.prepend(line);
  if (list.children.length > 100) list.lastChild?.remove();
}

/**
 * @param {string} tag
 * @param {string} text
 */
function make(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`There is no #${id} on the page`);
  return element;
}
