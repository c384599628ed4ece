import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  Checkup,
  type CheckupPlan,
  type StepReport,
} from "../../../lib/cli/doctor/checkup.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { startConnectProxy } from "../../system/servers/proxies/connect_proxy.ts";
import { findUnusedPort } from "../../system/servers/tcp/unused_port.ts";
import { startWsServer } from "../../system/servers/echo/ws_server.ts";
import { AUTHORITY, VALID } from "../../transport/tcp/certificates.ts";
import { startTalkingServer } from "../connect/talking_server.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";
import { startRawServer } from "./raw_server.ts";

function planFor(url: string, plan: Partial<CheckupPlan> = {}): CheckupPlan {
  return {
    url: new URL(url),
    protocols: [],
    headers: {},
    token: undefined,
    allowInsecure: false,
    network: {},
    route: { kind: "direct" },
    execute: [],
    idle: 0,
    timeout: 20_000,
    ...plan,
  };
}

/** Takes all steps; gives name, outcome and exit code of each. */
async function stepsOf(plan: CheckupPlan, clock = PLATFORM_CLOCK) {
  const reports = await Array.fromAsync(new Checkup(plan, clock).steps());
  return { reports, steps: reports.map(briefly) };
}

function briefly({ name, finding }: StepReport): string {
  const { outcome, exitCode } = finding;
  return [name, outcome, exitCode].filter((each) => each !== undefined)
    .join(" ");
}

Deno.test("Checkup.steps() takes all steps with a server that works", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const { steps } = await stepsOf(planFor(server.url));
  assertEquals(steps, ["DNS good", "TCP good", "handshake good", "pings good"]);
});

Deno.test("Checkup.steps() measures each step", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const clock = new ManualClock();
  const steps = new Checkup(planFor(server.url), clock).steps();
  // The texts of errors are loaded before the first step.
  await steps.next();
  const times: unknown[] = [];
  for (const time of [10, 20, 30]) {
    const step = steps.next();
    clock.advance(time);
    const { value } = await step;
    times.push([value?.name, value?.time]);
  }
  assertEquals(times, [["TCP", 10], ["handshake", 20], ["pings", 30]]);
  await steps.return();
});

Deno.test("Checkup.steps() sends the token with the handshake and on the connection", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    token: "secret",
  });
  const withToken = await stepsOf(planFor(server.url, { token: "secret" }));
  assertEquals(withToken.steps.slice(2), ["handshake good", "pings good"]);
  const without = await stepsOf(planFor(server.url));
  assertEquals(without.steps.slice(2), ["handshake bad 5"]);
});

for (
  const [name, answer, last] of [
    ["what is no HTTP", "220 smtp\r\n\r\n", "handshake bad 4"],
    ["a closed connection", "", "handshake bad 4"],
    ["a redirect", "HTTP/1.1 301 Moved\r\n\r\n", "handshake bad 4"],
    ["a login", "HTTP/1.1 401 Unauthorized\r\n\r\n", "handshake bad 5"],
    [
      "a wrong accept",
      "HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: no\r\n\r\n",
      "handshake bad 9",
    ],
  ] as const
) {
  Deno.test(`Checkup.steps() stops at ${name}`, async () => {
    await using server = startRawServer(answer);
    const { steps } = await stepsOf(planFor(server.url));
    assertEquals(steps.at(-1), last);
    assertEquals(steps.length, 3);
  });
}

Deno.test("Checkup.steps() stops where nobody listens", async () => {
  const { steps, reports } = await stepsOf(
    planFor(`ws://127.0.0.1:${findUnusedPort()}`),
  );
  assertEquals(steps, ["DNS good", "TCP bad 3"]);
  assertMatch(reports.at(-1)?.finding.advice ?? "", /Check host and port/);
});

Deno.test("Checkup.steps() stops at a name that does not exist", async () => {
  // RFC 6761, 6.4: no resolver knows a name in `invalid`.
  const { steps } = await stepsOf(planFor("ws://holdfast.invalid"));
  assertEquals(steps, ["DNS bad 3"]);
});

Deno.test("Checkup.steps() takes the steps of TLS", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: VALID,
  });
  const { steps } = await stepsOf(planFor(server.url, {
    network: { tls: { caCerts: [AUTHORITY] } },
  }));
  assertEquals(steps, [
    "DNS good",
    "TCP good",
    "TLS good",
    "certificate good",
    "handshake good",
    "pings good",
  ]);
});

Deno.test("Checkup.steps() goes through a proxy, which resolves the name", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  using proxy = startConnectProxy();
  const url = new URL(`http://user:secret@127.0.0.1:${proxy.port}`);
  const { steps, reports } = await stepsOf(planFor(
    server.url.replace("127.0.0.1", "holdfast.invalid"),
    { route: { kind: "proxy", url, source: 'The option "proxy"' } },
  ));
  assertEquals(steps, [
    "DNS good",
    "TCP good",
    "proxy good",
    "handshake good",
    "pings good",
  ]);
  const texts = reports.map(({ finding }) => finding);
  assertEquals(texts[0]?.details, [
    `--proxy names http://127.0.0.1:${proxy.port}`,
  ]);
  assertMatch(
    texts[2]?.summary ?? "",
    /^CONNECT holdfast\.invalid:\d+: the tunnel is open$/,
  );
  assert(!JSON.stringify(reports).includes("secret"));
});

Deno.test("Checkup.steps() stops at a proxy that refuses", async () => {
  using proxy = startConnectProxy({ answer: "HTTP/1.1 407 Who?\r\n\r\n" });
  const url = new URL(`http://127.0.0.1:${proxy.port}`);
  const { steps, reports } = await stepsOf(planFor("ws://a.example", {
    route: { kind: "proxy", url, source: "The variable http_proxy" },
  }));
  assertEquals(steps.at(-1), "proxy bad 3");
  assertMatch(reports.at(-1)?.finding.advice ?? "", /user and password/);
});

Deno.test("Checkup.steps() sends messages, and measures what compression saves", async () => {
  await using server = await startWsServer({ perMessageDeflate: true });
  const compression = {
    clientNoContextTakeover: false,
    serverNoContextTakeover: false,
    clientMaxWindowBits: 15,
    threshold: 0,
  };
  const text = '{"bid":1,"ask":2}'.repeat(50);
  const { steps, reports } = await stepsOf(planFor(server.url, {
    network: { compression },
    execute: [text, text],
  }));
  assertEquals(steps.slice(3), [
    "pings good",
    "messages good",
    "compression good",
  ]);
  const { summary = "", details = [] } = reports.at(-1)?.finding ?? {};
  assertMatch(summary, /^saves 9\d %$/);
  assertMatch(
    details[0] ?? "",
    /^received: 2 messages, \d+ bytes instead of 1,708$/,
  );
  assertMatch(
    details[1] ?? "",
    /^sent: 2 messages, \d+ bytes instead of 1,716$/,
  );
});

Deno.test("Checkup.steps() notes messages that nobody answers", async () => {
  await using server = startTalkingServer((socket) => socket.onmessage = null);
  const clock = new ManualClock();
  const steps = new Checkup(planFor(server.url, { execute: ["a"] }), clock)
    .steps();
  for (let step = 0; step < 4; step += 1) await steps.next();
  const messages = steps.next();
  clock.advance(20_000);
  const { value } = await messages;
  assertEquals(value && briefly(value), "messages notable");
  await steps.return();
});

Deno.test("Checkup.steps() says why a connection ended at its pings", async () => {
  await using server = startTalkingServer((socket) => socket.close(4404, "no"));
  const { steps, reports } = await stepsOf(planFor(server.url));
  assertEquals(steps.at(-1), "pings bad 7");
  assertMatch(reports.at(-1)?.finding.summary ?? "", /code 4404: no/);
});

Deno.test("Checkup.steps() gives each step its time", async () => {
  await using server = startRawServer("", "stays open");
  const clock = new ManualClock();
  const checking = stepsOf(planFor(server.url, { timeout: 5_000 }), clock);
  await server.request;
  clock.advance(5_000);
  const { steps, reports } = await checking;
  assertEquals(steps.at(-1), "handshake bad 6");
  assertEquals(reports.at(-1)?.time, 5_000);
  assertEquals(reports.at(-1)?.finding.summary, "No answer in time");
});

Deno.test("Checkup.steps() waits in silence as long as the plan says", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const clock = new ManualClock();
  const steps = new Checkup(planFor(server.url, { idle: 60_000 }), clock)
    .steps();
  for (let step = 0; step < 4; step += 1) await steps.next();
  const idle = steps.next();
  clock.advance(60_000);
  const { value } = await idle;
  assertEquals(value?.finding.summary, "still open after 60.0 s");
  assertEquals((await steps.next()).done, true);
});

Deno.test("Checkup.steps() finds that a silent connection is cut", async () => {
  const serverClock = new ManualClock();
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    idleTimeout: 1_000,
    clock: serverClock,
  });
  const steps = new Checkup(
    planFor(server.url, { idle: 60_000 }),
    PLATFORM_CLOCK,
  ).steps();
  for (let step = 0; step < 4; step += 1) await steps.next();
  const idle = steps.next();
  serverClock.advance(1_000);
  const { value } = await idle;
  assertEquals(value && briefly(value), "idle notable");
  assertMatch(value?.finding.summary ?? "", /^cut after \d+\.\d s of silence$/);
  await steps.return();
});

Deno.test("Checkup.stop() ends the step that is under way", async () => {
  await using server = startRawServer("", "stays open");
  const checkup = new Checkup(planFor(server.url), PLATFORM_CLOCK);
  const checking = Array.fromAsync(checkup.steps());
  await server.request;
  assertEquals(checkup.isStopped, false);
  checkup.stop();
  const reports = await checking;
  assertEquals(checkup.isStopped, true);
  assertEquals(reports.at(-1)?.finding.summary, "Interrupted");
});
