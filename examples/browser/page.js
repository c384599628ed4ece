/**
 * The page: two connections side by side, and faults to try.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
import { Chart } from "./chart.js";
import { FloodCount } from "./flood_count.ts";
import { MessageCount } from "./message_count.ts";
import { PlainClient } from "./plain_client.ts";
import {
  CLIENTS,
  FAULT_DURATION,
  MESSAGE_INTERVAL,
  PING,
  PING_INTERVAL,
  PONG,
} from "./protocol.ts";

// `randomUUID()` needs a secure context, which plain HTTP has only on this machine.
const visitor = String(crypto.getRandomValues(new BigUint64Array(1))[0]);
const address = document.body.dataset["address"] ?? "";
const chart = new Chart(find("chart"));
const floods = { plain: new FloodCount(), holdfast: new FloodCount() };
const counts = { plain: new MessageCount(), holdfast: new MessageCount() };
const longest = { plain: 0, holdfast: 0 };
/** @type {import("./chart.js").Band | undefined} */
let band;
/** @type {import("./protocol.ts").Health} */
let health = "up";
/**
 * The last freeze, until its samples have arrived.
 *
 * @type {import("./chart.js").Band | undefined}
 */
let lastFreeze;
/**
 * When holdfast noticed the fault, in milliseconds.
 *
 * @type {number | undefined}
 */
let noticedAt;
/** When the last freeze ended, in milliseconds. */
let awakeAt = 0;
/** When the fault began, in milliseconds. */
let faultBeganAt = 0;
/** @type {"connecting" | "connected"} */
let start = "connecting";
/**
 * How many messages were lost before the server was killed, and which were sent last
 * when it was back, until these are answered.
 *
 * @typedef {Record<import("./protocol.ts").Client, number>} Numbers
 * @type {{ readonly before: Numbers, readonly sent?: Numbers } | undefined}
 */
let lossesOf;

const seen = new EventSource(`/seen?visitor=${visitor}`);
await new Promise((resolve) =>
  seen.addEventListener("open", resolve, { once: true })
);
seen.addEventListener("message", ({ data }) => take(JSON.parse(data)));

const plain = new PlainClient(`${address}/plain?visitor=${visitor}`, {
  state: (state) => showState("plain", state),
  message: (data) => {
    if (!counts.plain.take(data)) floods.plain.take(data);
  },
});

const worker = new WorkerHost({ url: "/worker.js" });
let holdfast = connect();
setInterval(sendNumbers, MESSAGE_INTERVAL);

find("session").addEventListener("change", () => {
  holdfast.close();
  counts.holdfast = new MessageCount();
  floods.holdfast = new FloodCount();
  lossesOf = undefined;
  holdfast = connect();
  // Not what its predecessor was, until its own first event.
  showState("holdfast", holdfast.status.kind);
  const how = isWithSession() ? "with" : "without";
  log(`holdfast begins anew, ${how} a session`);
  say(
    isWithSession()
      ? "With a session holdfast loses nothing. Kill the server and watch."
      : "Without a session, what is on its way is lost with its connection.",
  );
});
find("freeze").addEventListener("click", freeze);
find("kill").addEventListener("click", () => act("kill"));
find("drop").addEventListener("click", () => act("drop"));
find("flood").addEventListener("click", () => act("flood"));
setInterval(showFacts, 250);

function isWithSession() {
  const box = find("session");
  return box instanceof HTMLInputElement && box.checked;
}

/** Connects holdfast as the switch says. A session has pings of its own. */
function connect() {
  const beats = { interval: PING_INTERVAL, timeout: 1_000 };
  const more = isWithSession()
    ? { session: true, heartbeat: beats }
    : { heartbeat: { ...beats, message: PING, expect: PONG } };
  const socket = new ReconnectingWebSocket(
    `${address}/holdfast?visitor=${visitor}`,
    [],
    {
      ...more,
      worker,
      backoff: { strategy: "exponential", initialDelay: 500, maxDelay: 1_000 },
      openTimeout: 1_500,
    },
  );
  socket.addEventListener("message", ({ data }) => {
    if (socket !== holdfast) return;
    if (!counts.holdfast.take(data)) floods.holdfast.take(data);
  });
  socket.addEventListener("statuschange", ({ status }) => {
    if (socket === holdfast) showState("holdfast", status.kind);
  });
  socket.addEventListener("open", ({ session }) => {
    if (session?.kind === "lost") log(`holdfast: session lost, ${session.why}`);
  });
  socket.addEventListener("disconnect", ({ error }) => {
    noticedAt ??= performance.now();
    if (error !== undefined) log(`holdfast: ${error.message}`);
  });
  return socket;
}

/** A number each, which the server sends back. */
function sendNumbers() {
  if (start === "connecting") return;
  plain.send(counts.plain.next());
  holdfast.send(counts.holdfast.next());
  if (lossesOf?.sent === undefined) return;
  const { before, sent } = lossesOf;
  if (CLIENTS.some((client) => counts[client].last <= sent[client])) return;
  lossesOf = undefined;
  const lost = (/** @type {import("./protocol.ts").Client} */ client) =>
    `${client} ${counts[client].lost - before[client]}`;
  say(
    `The server is back. Messages lost meanwhile: ${lost("plain")}, ` +
      `${lost("holdfast")}${isWithSession() ? " with its session" : ""}.`,
  );
}

/**
 * Blocks this thread, as a long computation or a debugger does.
 *
 * @param {Event} click
 */
async function freeze(click) {
  // Ignore clicks on the frozen tab.
  if (click.timeStamp < awakeAt) return;
  say(
    `This tab is frozen for ${FAULT_DURATION / 1_000} s. Nothing on it moves.`,
  );
  log("This tab is frozen");
  // Wait until the browser has painted these texts.
  await painted();
  const from = chart.now;
  longest.plain = longest.holdfast = 0;
  const end = performance.now() + FAULT_DURATION;
  while (performance.now() < end);
  awakeAt = performance.now();
  lastFreeze = { label: "tab frozen", from, to: from + FAULT_DURATION / 1_000 };
  chart.mark(lastFreeze);
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
    faultBeganAt = performance.now();
    noticedAt = undefined;
  }
  await fetch(`/${action}?visitor=${visitor}`, { method: "POST" });
}

/** @param {import("./protocol.ts").Sample} sample */
function take(sample) {
  chart.add(sample);
  for (const client of CLIENTS) {
    longest[client] = Math.max(longest[client], sample.gaps[client] ?? 0);
  }
  if (band !== undefined) band.to = chart.now;
  if (sample.health !== health) noteHealth(sample.health);
  // A little later: the backlog of the plain socket arrives first.
  if (lastFreeze !== undefined && chart.now > lastFreeze.to + 0.3) conclude();
  if (start === "connected" || CLIENTS.some((each) => !sample.gaps[each])) {
    return;
  }
  start = "connected";
  say("Both are connected. Freeze this tab and look at the dashed line.");
}

/** @param {import("./protocol.ts").Health} next */
function noteHealth(next) {
  const last = health;
  health = next;
  for (const id of ["kill", "drop"]) {
    find(id).ariaDisabled = String(next !== "up");
  }
  log(`server: ${next}`);
  if (next === "up") return noteRecovery(last);
  if (next === "dead") {
    const { plain, holdfast } = counts;
    lossesOf = { before: { plain: plain.lost, holdfast: holdfast.lost } };
  }
  const label = next === "dead" ? "server dead" : next;
  band = { label, from: chart.now, to: chart.now };
  chart.mark(band);
  say(
    next === "dead"
      ? "The server is dead: it refuses connections for 5 s."
      : "Packets are dropped for 5 s. Who notices?",
  );
}

/** @param {import("./protocol.ts").Health} last */
function noteRecovery(last) {
  band = undefined;
  if (last === "dead") {
    const { plain, holdfast } = counts;
    const sent = { plain: plain.sent, holdfast: holdfast.sent };
    if (lossesOf !== undefined) lossesOf = { ...lossesOf, sent };
    return say("The server is back. Both connect again.");
  }
  const noticed = noticedAt === undefined
    ? "did not notice"
    : `noticed after ${format(noticedAt - faultBeganAt)}`;
  say(
    `Packets pass again. The plain WebSocket did not notice, holdfast ${noticed}.`,
  );
}

function conclude() {
  lastFreeze = undefined;
  say(
    `While this tab was frozen: plain silent for ${format(longest.plain)}, ` +
      `holdfast for ${format(longest.holdfast)} at most.`,
  );
}

/**
 * @param {import("./protocol.ts").Client} client
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
    ...messageFacts("plain"),
    "Longest silence": format(longest.plain),
    "Round trip": format(plain.latency),
    "Connections made": String(plain.opens),
    "Flood received": `${floods.plain}`,
    "Waiting to be sent": `${plain.bufferedAmount} bytes`,
    "Waiting to be read": "unknown",
  });
  fill("holdfast", {
    ...messageFacts("holdfast"),
    "Longest silence": format(longest.holdfast),
    "Round trip": format(latency),
    "Connections made": String(opens),
    "Flood received": `${floods.holdfast}`,
    "Waiting to be sent": `${outbox.bytes} bytes`,
    "Waiting to be read": `${inbox} messages`,
  });
}

/** @param {import("./protocol.ts").Client} client */
function messageFacts(client) {
  const { sent, answered, lost, repeated } = counts[client];
  find(`${client}-facts`).dataset["losses"] = lost > 0 ? "some" : "none";
  const count = (/** @type {number} */ value) => value.toLocaleString("en");
  return {
    "Sent, answered": `${count(sent)}, ${count(answered)}`,
    "Lost, repeated": `${count(lost)}, ${count(repeated)}`,
  };
}

/**
 * @param {import("./protocol.ts").Client} client
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
