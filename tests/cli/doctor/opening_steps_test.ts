import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Finding } from "../../../lib/cli/doctor/diagnosis.ts";
import {
  type OpeningPlan,
  OpeningSteps,
} from "../../../lib/cli/doctor/opening_steps.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { startConnectProxy } from "../../system/servers/proxies/connect_proxy.ts";
import { findUnusedPort } from "../../system/servers/tcp/unused_port.ts";
import {
  AUTHORITY,
  type Certificate,
  CLIENT,
  EARLY,
  EXPIRED,
  OTHER,
  VALID,
} from "../../transport/tcp/certificates.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";
import { startRawServer } from "./raw_server.ts";

const NEVER = new AbortController().signal;
const TRUSTED = { tls: { caCerts: [AUTHORITY] } };

/** The steps of a plan, whose connection is closed at the end. */
class Stage extends OpeningSteps implements Disposable {
  constructor(url: string, plan: Partial<OpeningPlan> = {}) {
    super({
      url: new URL(url),
      protocols: [],
      headers: {},
      token: undefined,
      allowInsecure: false,
      network: TRUSTED,
      route: { kind: "direct" },
      ...plan,
    }, PLATFORM_CLOCK);
  }

  [Symbol.dispose](): void {
    this.abort();
  }
}

/** A server over TLS that no handshake gets to. */
function startTls(certificate: Certificate) {
  return startEchoServer({ ...ECHO_SETTINGS, certificate });
}

function local(url: string): string {
  return url.replace("127.0.0.1", "localhost");
}

/** TCP and TLS with a server; gives what is said of TLS. */
async function secure(
  certificate: Certificate,
  network: OpeningPlan["network"] = TRUSTED,
): Promise<Finding> {
  await using server = await startTls(certificate);
  using stage = new Stage(local(server.url), { network });
  assertEquals((await stage.connect()).outcome, "good");
  return await stage.secure(NEVER);
}

const FAULTS: Readonly<
  Record<string, readonly [Certificate, OpeningPlan["network"], RegExp, RegExp]>
> = {
  "an unknown authority": [
    VALID,
    {},
    /not signed by a trusted authority/,
    /If you trust Test CA of tcp, .*--ca FILE/,
  ],
  "another host": [OTHER, TRUSTED, /another host/, /for, or get one for local/],
  "a certificate that expired": [EXPIRED, TRUSTED, /2021-01-01/, /Renew/],
  "a certificate of the future": [EARLY, TRUSTED, /2120-01-01/, /clocks/],
};

for (
  const [what, [certificate, network, why, advice]] of Object.entries(FAULTS)
) {
  Deno.test(`OpeningSteps.secure() tells ${what}, and shows the certificate`, async () => {
    const finding = await secure(certificate, network);
    assertEquals([finding.outcome, finding.exitCode], ["bad", 3]);
    assertMatch(finding.summary, why);
    assertMatch(finding.advice ?? "", advice);
    assertMatch(finding.details?.[0] ?? "", /^for .*, by Test CA of tcp$/);
  });
}

Deno.test("OpeningSteps.secure() says that a port speaks no TLS", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  using stage = new Stage(server.url.replace("ws:", "wss:"));
  await stage.connect();
  const finding = await stage.secure(NEVER);
  assertEquals(finding.exitCode, 3);
  assertMatch(finding.advice ?? "", /ws:\/\//);
});

Deno.test("OpeningSteps.secure() says that a server hung up", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using stage = new Stage(`wss://127.0.0.1:${listener.addr.port}`);
  await stage.connect();
  (await listener.accept()).close();
  const { outcome, exitCode } = await stage.secure(NEVER);
  assertEquals([outcome, exitCode], ["bad", 3]);
});

Deno.test("OpeningSteps.secure() shows the client's certificate on a connection of its own", async () => {
  const { cert, key } = CLIENT;
  const finding = await secure(VALID, {
    tls: { caCerts: [AUTHORITY], cert, key },
  });
  assertEquals(finding.outcome, "good");
});

Deno.test("OpeningSteps.inspect() judges the certificate", async () => {
  await using server = await startTls(VALID);
  using stage = new Stage(local(server.url));
  const finding = await stage.inspect(NEVER);
  assertMatch(finding.summary, /^valid for \d+ days$/);
  using nobody = new Stage(`wss://127.0.0.1:${findUnusedPort()}`);
  assertMatch((await nobody.inspect(NEVER)).summary, /could not be read/);
});

Deno.test("OpeningSteps.connect() names address and port", async () => {
  await using server = startRawServer("");
  using stage = new Stage(local(server.url));
  assertEquals(
    (await stage.connect()).summary,
    `127.0.0.1, port ${server.port}`,
  );
});

Deno.test("OpeningSteps.connect() says that a proxy is out of reach", async () => {
  const url = new URL(`http://127.0.0.1:${findUnusedPort()}`);
  using stage = new Stage("ws://a.example", {
    route: { kind: "proxy", url, source: "--proxy" },
  });
  const { exitCode, advice } = await stage.connect();
  assertEquals(exitCode, 3);
  assertMatch(advice ?? "", /the proxy's URL.*--no-proxy/);
});

Deno.test("OpeningSteps.tunnel() speaks TLS with a proxy that wants it", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  using proxy = startConnectProxy({ certificate: VALID });
  const url = new URL(`https://localhost:${proxy.port}`);
  using stage = new Stage(server.url, {
    route: { kind: "proxy", url, source: "--proxy" },
  });
  await stage.connect();
  assertEquals((await stage.tunnel(url)).outcome, "good");
  assertEquals((await stage.performHandshake(NEVER)).outcome, "good");
});

Deno.test("OpeningSteps.tunnel() says that a proxy speaks no HTTP", async () => {
  await using server = startRawServer("220 smtp\r\n\r\n");
  const url = new URL(server.url.replace("ws:", "http:"));
  using stage = new Stage("ws://a.example", {
    route: { kind: "proxy", url, source: "--proxy" },
  });
  await stage.connect();
  const finding = await stage.tunnel(url);
  assertMatch(finding.summary, /is no HTTP proxy$/);
  assertMatch(finding.advice ?? "", /HTTP proxy/);
});

Deno.test("OpeningSteps.performHandshake() sends what the plan has", async () => {
  await using server = startRawServer("HTTP/1.1 302 Found\r\n\r\n");
  using stage = new Stage(`${server.url}/a?b=c`, {
    protocols: ["one", "two"],
    headers: { "X-Mine": "yes" },
    token: "secret",
  });
  await stage.connect();
  assertEquals((await stage.performHandshake(NEVER)).summary, "302 Found");
  assertEquals(stage.opened, undefined);
  const request = await server.request;
  assert(request.startsWith("GET /a?b=c HTTP/1.1\r\n"), request);
  for (
    const line of [
      `Host: 127.0.0.1:${server.port}`,
      "Sec-WebSocket-Protocol: one, two",
      "X-Mine: yes",
      "Authorization: Bearer secret",
    ]
  ) assert(request.includes(`\r\n${line}\r\n`), line);
});
