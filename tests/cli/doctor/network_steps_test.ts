import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  hostOf,
  openTcp,
  openTls,
  portOf,
  resolveHost,
  shakeHands,
} from "../../../lib/cli/doctor/network_steps.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { findUnusedPort } from "../../system/servers/unused_port.ts";
import { SELF_SIGNED } from "../../system/servers/self_signed.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";
import { startRawServer } from "./raw_server.ts";

const ADDRESS = "127.0.0.1";

/** No limit: the test ends first. */
function limits(signal = new AbortController().signal) {
  return { signal };
}

async function shakeHandsWith(
  port: number,
  { path = "/", protocols = [], headers = {}, signal = limits().signal }: {
    readonly path?: string;
    readonly protocols?: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
) {
  const url = new URL(`ws://${ADDRESS}:${port}${path}`);
  const socket = await openTcp({ address: ADDRESS, port }, limits());
  try {
    return await shakeHands(socket, { url, protocols, headers }, { signal });
  } finally {
    socket.destroy();
  }
}

Deno.test("portOf() and hostOf() read a URL as a connection needs it", () => {
  const urls = ["ws://a", "wss://a", "ws://a:81", "ws://[::1]:9/b"]
    .map((url) => new URL(url));
  assertEquals(urls.map(portOf), [80, 443, 81, 9]);
  assertEquals(urls.map(hostOf), ["a", "a", "a", "::1"]);
});

Deno.test("resolveHost() gives addresses, also of a URL with one", async () => {
  assertEquals(await resolveHost(new URL("ws://127.0.0.1")), ["127.0.0.1"]);
  assertEquals(await resolveHost(new URL("ws://[::1]")), ["::1"]);
});

Deno.test("openTcp() rejects where nobody listens", async () => {
  const port = findUnusedPort();
  await assertRejects(
    () => openTcp({ address: ADDRESS, port }, limits()),
    Error,
    "ECONNREFUSED",
  );
});

Deno.test("openTls() refuses a certificate that is not trusted, and shows it if asked", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: SELF_SIGNED,
  });
  const url = new URL(server.url.replace(ADDRESS, "localhost"));
  const open = async (trust: "judged" | "any") => {
    const port = portOf(url);
    const socket = await openTcp({ address: ADDRESS, port }, limits());
    return await openTls({ socket, url, trust }, limits());
  };
  await assertRejects(() => open("judged"), Error);
  const { socket, certificate } = await open("any");
  socket.destroy();
  assertEquals(certificate, {
    subject: "localhost",
    issuer: "localhost",
    names: "localhost, 127.0.0.1",
    from: Date.UTC(2026, 10, 21, 4, 13, 26),
    to: Date.UTC(2126, 9, 28, 4, 13, 26),
  });
});

Deno.test("shakeHands() accepts the answer of a WebSocket server", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const { status, statusLine, accepted } = await shakeHandsWith(
    portOf(new URL(server.url)),
  );
  assertEquals([status, accepted], [101, true]);
  assertMatch(statusLine, /^HTTP\/1\.1 101 /);
});

Deno.test("shakeHands() sends what it was asked to, and reads the head of the answer", async () => {
  await using server = startRawServer(
    "HTTP/1.1 302 Found\r\nLocation: /b: c\r\nX\r\n\r\nbody",
  );
  const { status, headers, accepted } = await shakeHandsWith(server.port, {
    path: "/a?b=c",
    protocols: ["one", "two"],
    headers: { "X-Mine": "yes" },
  });
  assertEquals([status, accepted], [302, false]);
  assertEquals([...headers], [["location", "/b: c"], ["x", ""]]);
  const request = await server.request;
  assert(request.startsWith("GET /a?b=c HTTP/1.1\r\n"), request);
  for (
    const line of [
      `Host: ${ADDRESS}:${server.port}`,
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: one, two",
      "X-Mine: yes",
    ]
  ) assert(request.includes(`\r\n${line}\r\n`), line);
});

Deno.test("shakeHands() gives the status 0 if the answer is not HTTP", async () => {
  await using server = startRawServer("220 smtp.example.com\r\n\r\n");
  const { status, statusLine } = await shakeHandsWith(server.port);
  assertEquals([status, statusLine], [0, "220 smtp.example.com"]);
});

Deno.test("shakeHands() rejects when no head comes", async () => {
  await using silent = startRawServer("");
  await assertRejects(
    () => shakeHandsWith(silent.port),
    Error,
    "closed the connection without an answer",
  );
  await using endless = startRawServer("x".repeat(100_000), "stays open");
  await assertRejects(
    () => shakeHandsWith(endless.port),
    Error,
    "The head of the answer is too long",
  );
});

Deno.test("shakeHands() rejects with the reason of its signal", async () => {
  await using server = startRawServer("HTTP/1.1 101", "stays open");
  const limit = new AbortController();
  const answer = shakeHandsWith(server.port, { signal: limit.signal });
  await server.request;
  limit.abort(new Error("Too late"));
  await assertRejects(() => answer, Error, "Too late");
});
