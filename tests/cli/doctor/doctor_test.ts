import { assert, assertEquals, assertMatch } from "@std/assert";
import { doctor } from "../../../lib/cli/doctor/doctor.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { startConnectProxy } from "../../system/servers/proxies/connect_proxy.ts";
import { SELF_SIGNED } from "../../system/servers/self_signed.ts";
import { AUTHORITY, CLIENT, VALID } from "../../transport/tcp/certificates.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";
import { startRawServer } from "./raw_server.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";

Deno.test("doctor() finds a server that works", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const io = new FakeProcessIo();
  assertEquals(await doctor([server.url, "--idle", "50ms"], io), 0);
  const steps = io.written.match(/^ok {4}\w+/gm);
  assertEquals(steps?.map((step) => step.slice(6)), [
    "DNS",
    "TCP",
    "handshake",
    "pings",
    "idle",
  ]);
  assertMatch(io.written, /\nIt works\.\n$/);
});

Deno.test("doctor() finds a server that cuts idle connections", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    idleTimeout: 300,
  });
  const io = new FakeProcessIo();
  assertEquals(await doctor([server.url, "--idle", "20s"], io), 0);
  assertMatch(io.written, /note {2}idle .* cut after 0\.\d s of silence/);
  assertMatch(io.written, /with reservations/);
});

Deno.test("doctor() shows the dates of a certificate that nobody trusts", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: SELF_SIGNED,
  });
  const io = new FakeProcessIo();
  assertEquals(await doctor([server.url], io), 3);
  assertMatch(io.written, /FAIL {2}TLS/);
  assertMatch(io.written, /from 2026-11-21 to 2126-10-28/);
  assert(io.written.split("\n").every((line) => line.length <= 80));
});

Deno.test("doctor() gives up on a handshake that is never answered", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  const io = new FakeProcessIo();
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  assertEquals(await doctor([url, "--timeout", "100ms"], io), 6);
  assertMatch(io.written, /FAIL {2}handshake .*No answer in time/);
  (await accepted).close();
  listener.close();
});

Deno.test("doctor() shows control characters of a server, and cuts long lines", async () => {
  await using server = startRawServer(
    "HTTP/1.1 302 \x1b]52;c;eA==\x07\r\nServer: \x9b2Jx\nIt works.\r\n" +
      `Location: /${"a".repeat(400)}\r\n\r\n`,
  );
  const io = new FakeProcessIo({ isTerminal: true });
  assertEquals(await doctor([server.url], io), 4);
  assertMatch(io.written, / {3}302 \\x1b\]52;c;eA==\\x07\n/);
  assertMatch(io.written, / {31}server: \\x9b2Jx\n/);
  assertMatch(io.written, / {31}location:\n {31}\/a{289}…\n/);
  assertMatch(io.written, /^[\x20-\x7e\n…]+$/);
});

Deno.test("doctor() gives the exit code of its findings when nobody reads stdout any more", async () => {
  await using server = startRawServer("HTTP/1.1 403 Forbidden\r\n\r\n");
  const steps = ["DNS", "TCP", "handshake"].length;
  const codes = [];
  for (const writes of [2, steps, steps + 1]) {
    const io = new FakeProcessIo({ writes });
    codes.push(await doctor([server.url], io));
    assertEquals(io.errors, "");
  }
  assertEquals(codes, [0, 5, 5]);
});

Deno.test("doctor() colours the outcome on a terminal only", async () => {
  await using server = startRawServer("HTTP/1.1 404 Not Found\r\n\r\n");
  const io = new FakeProcessIo({ isTerminal: true, noColor: false });
  assertEquals(await doctor([server.url], io), 4);
  assertEquals(io.written.split("\x1b[31mFAIL\x1b[0m  handshake").length, 2);
  assertEquals(io.written.split("\x1b[32mok  \x1b[0m  ").length, 3);
});

Deno.test("doctor() ends at an interrupt with 130", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  const io = new FakeProcessIo();
  const code = doctor([server.url, "--idle", "1h"], io);
  await io.shows("pings");
  io.interrupt();
  assertEquals(await code, 130);
  assertMatch(io.written, /ms {3}5 answered: [^\n]+\n$/);
});

Deno.test("doctor() goes through the environment's proxy, and says so", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  using proxy = startConnectProxy();
  const url = server.url.replace("127.0.0.1", "holdfast.invalid");
  const environment = { HTTP_PROXY: `user:secret@127.0.0.1:${proxy.port}` };
  const io = new FakeProcessIo({ environment });
  assertEquals(await doctor([url, "--idle", "0"], io), 0);
  assertMatch(
    io.written,
    /The variable HTTP_PROXY names\n {31}http:\/\/127\.0\.0\.1:/,
  );
  assertMatch(io.written, /ok {4}proxy .* CONNECT holdfast\.invalid:/);
  assert(!io.written.includes("secret"));
  const direct = new FakeProcessIo({ environment });
  assertEquals(await doctor([url, "--no-proxy"], direct), 3);
  assertMatch(direct.written, /FAIL {2}DNS/);
});

Deno.test("doctor() trusts the authority of --ca, and weighs compression", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: VALID,
  });
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, AUTHORITY);
  const io = new FakeProcessIo();
  const url = server.url.replace("127.0.0.1", "localhost");
  const text = "holdfast ".repeat(200);
  const args = [url, "--ca", file, "--compress", "-x", text, "--idle", "0"];
  assertEquals(await doctor(args, io), 0);
  assertMatch(io.written, /ok {4}certificate .* valid for \d+ days/);
  assertMatch(io.written, /compression .* (saves 9\d %|does not accept it)/);
  assert(io.written.split("\n").every((line) => line.length <= 80), io.written);
  await Deno.remove(file);
});

Deno.test("doctor() says which proxies Deno cannot use", async () => {
  const files = await Deno.makeTempDir();
  const [cert, key] = [`${files}/cert`, `${files}/key`];
  await Deno.writeTextFile(cert, CLIENT.cert);
  await Deno.writeTextFile(key, CLIENT.key);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["wss://a", "--proxy", "https://p"], /no TLS within TLS/],
    [
      ["wss://a", "--proxy", "p", "--cert", cert, "--key", key],
      /leave out --cert, or use --no-proxy/,
    ],
    [["ws://a.example"], /ALL_PROXY names a proxy with socks5:/],
  ];
  for (const [args, pattern] of cases) {
    const environment = { ALL_PROXY: "socks5://p:1080" };
    const io = new FakeProcessIo({ environment, columns: Infinity });
    assertEquals(await doctor(args, io), 2);
    assertMatch(io.errors, pattern);
  }
  await Deno.remove(files, { recursive: true });
});

/** Each way in which a server sends a secret back. */
const ECHOES: Readonly<Record<string, (secret: string) => string>> = {
  "a refusal": (secret) =>
    `HTTP/1.1 401 bad token ${secret}\r\nWWW-Authenticate: Bearer x="${secret}"` +
    `\r\n\r\nno: ${secret}`,
  "a redirect": (secret) =>
    `HTTP/1.1 302 Found\r\nLocation: /login?next=/&token=${secret}\r\n\r\n`,
  "a violation": (secret) => `HTTP/1.1 ${secret}\r\n\r\n`,
  "no HTTP": (secret) => `${secret}\r\n\r\n`,
};

for (const [echo, answer] of Object.entries(ECHOES)) {
  Deno.test(`doctor() shows no secret that comes back as ${echo}`, async () => {
    const canary = "canary".repeat(50);
    await using server = startRawServer(answer(canary));
    const { host } = new URL(server.url);
    const environment = { TOKEN: canary };
    for (
      const args of [
        [server.url, "--token-env", "TOKEN"],
        [server.url, "-H", `X-Key: ${canary}`],
        [server.url, "-p", `auth.${canary}`],
        [`ws://user:${canary}@${host}`],
        [`${server.url}/?key=${canary}`],
      ]
    ) {
      const io = new FakeProcessIo({ environment });
      await doctor(args, io);
      assertMatch(io.written, /FAIL {2}handshake/);
      const start = io.written.includes(canary.slice(0, 6));
      assert(!start, io.written);
    }
  });
}

Deno.test("doctor() refuses what can never be sent, as wrong usage", async () => {
  const environment = { TOKEN: "a\nb", EMPTY: "\n" };
  for (
    const args of [
      ["-H", "Host: x"],
      ["-H", "X-A: \u20ac"],
      ["-p", "a b"],
      ["-p", "a", "-p", "a"],
      ["--token-env", "TOKEN"],
      ["--token-env", "EMPTY"],
    ]
  ) {
    const io = new FakeProcessIo({ environment });
    assertEquals(await doctor(["ws://127.0.0.1:1", ...args], io), 2, args[1]);
    assertEquals(io.written, "");
  }
});

Deno.test("doctor() sends a token without its line break, and in place of the header", async () => {
  await using server = startRawServer("HTTP/1.1 403 No\r\n\r\n");
  const io = new FakeProcessIo({ environment: { TOKEN: "secret\n" } });
  const args = ["-H", "authorization: Basic eDp5", "--token-env", "TOKEN"];
  assertEquals(await doctor([server.url, ...args], io), 5);
  const fields = (await server.request).match(/^authorization: .*$/gim);
  assertEquals(fields, ["Authorization: Bearer secret"]);
});
