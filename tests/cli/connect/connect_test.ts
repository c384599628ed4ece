import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "../../../lib/cli/connect/connect.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { startConnectProxy } from "../../system/servers/proxies/connect_proxy.ts";
import { findUnusedPort } from "../../system/servers/tcp/unused_port.ts";
import { AUTHORITY, VALID } from "../../transport/tcp/certificates.ts";
import { startRawServer } from "../doctor/raw_server.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";
import { startTalkingServer } from "./talking_server.ts";

Deno.test("connect() sends the lines of a pipe and ends with it", async () => {
  await using server = startTalkingServer();
  const io = new FakeProcessIo();
  const code = connect([server.url, "--wait", "forever"], io);
  io.type("one\ntwo\r\nlast");
  io.finish();
  await io.shows("last\n");
  io.interrupt();
  assertEquals([await code, io.written], [130, "one\ntwo\nlast\n"]);
});

Deno.test("connect() sends the texts of -x and ends by itself", async () => {
  await using server = startTalkingServer();
  const clock = new ManualClock();
  const io = new FakeProcessIo({ clock });
  const code = connect([server.url, "-x", "a", "--wait", "1h", "--json"], io);
  await io.shows('"data":"a"');
  clock.advance(3_600_000);
  assertEquals(await code, 0);
  const types = io.written.trim().split("\n").map((line) => {
    const { type, data = "" } = JSON.parse(line);
    return `${type} ${data}`.trim();
  });
  assertEquals(types, ["open", "message a", "close"]);
});

/** Connects once; gives exit code and last note. */
async function exitOf(url: string, ...args: readonly string[]) {
  const io = new FakeProcessIo();
  const all = [url, "--max-attempts", "1", "-w", "forever", ...args];
  const code = await connect([...all, "-x", "hi"], io);
  return { code, last: io.errors.trimEnd().split("\n").at(-1) ?? "" };
}

Deno.test("connect() ends with 3 where nobody listens, and names the flag that helps", async () => {
  const { code, last } = await exitOf(`ws://127.0.0.1:${findUnusedPort()}`);
  assertEquals(code, 3);
  assertMatch(
    last,
    /^connect: Gave up after 1 attempt .* raise --max-attempts$/,
  );
});

for (
  const [expected, answer] of [
    [4, "404 Not Found"],
    [4, "302 Found\r\nLocation: /\x9b2J"],
    [5, "401 Unauthorized"],
    [5, "403 Forbidden"],
    [9, "101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade"],
  ] as const
) {
  Deno.test(`connect() ends with ${expected} at ${JSON.stringify(answer)}`, async () => {
    await using server = startRawServer(`HTTP/1.1 ${answer}\r\n\r\n`);
    const { code, last } = await exitOf(server.url);
    assertEquals(code, expected, last);
    assertMatch(last, /^connect: [\x20-\x7e…]+$/);
  });
}

Deno.test("connect() ends with 7 when the server closes for good", async () => {
  await using server = startTalkingServer((socket) => socket.close(4404));
  const { code, last } = await exitOf(server.url);
  assertEquals(code, 7);
  assertMatch(last, /^connect: Closed by the server with code 4404/);
});

Deno.test("connect() ends with 8 when the connection is lost", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    dropEvery: 200,
  });
  const { code, last } = await exitOf(server.url);
  assertEquals(code, 8);
  assertMatch(last, /Connection lost/);
});

Deno.test("connect() says that messages were left unsent", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  const io = new FakeProcessIo();
  const code = connect([url], io);
  io.type("lost\n");
  const accepted = await listener.accept();
  io.interrupt();
  assertEquals(await code, 130);
  assertMatch(io.errors, /1 message not sent \(\d+ bytes, /);
  accepted.close();
  listener.close();
});

Deno.test("connect() keeps what is typed while the server is away", async () => {
  let first: WebSocket | undefined;
  await using server = startTalkingServer((socket) => first ??= socket);
  const io = new FakeProcessIo({ interactive: true });
  const code = connect([`${server.url}/?token=abc`], io);
  await io.shows("[open] · ");
  server.leave();
  first?.close(1012);
  await io.shows("[waiting");
  io.type("later\r");
  await io.shows("1 queued");
  server.comeBack();
  await io.shows("< later");
  io.type("\x04");
  assertEquals(await code, 0);
  assertEquals(io.keys, ["raw", "lines"]);
  assertMatch(io.written, /Connected again, attempt \d/);
  assert(io.written.includes("token=…") && !io.written.includes("abc"));
});

Deno.test("connect() logs JSON lines from the given level on", async () => {
  await using server = startTalkingServer();
  const file = await Deno.makeTempFile();
  const io = new FakeProcessIo();
  const args = [server.url, "-x", "a", "-w", "50ms", "--log-file", file];
  assertEquals(await connect(args, io), 0);
  const lines = (await Deno.readTextFile(file)).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  assertEquals(
    records.map(({ level, message, attempt }) =>
      `${level} ${message} ${attempt}`
    ),
    ["info connecting 1", "info open 1", "info closing 1", "info closed 1"],
  );
  await Deno.remove(file);
});

Deno.test({
  name: "connect() goes on without a log file that takes no more",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using server = startTalkingServer();
    const io = new FakeProcessIo();
    const args = [server.url, "-x", "a", "-w", "50ms"];
    assertEquals(await connect([...args, "--log-file", "/dev/full"], io), 0);
    assertEquals(io.written, "a\n");
    const lines = io.errors.split("\n").filter((line) => /log file/.test(line));
    assertEquals(lines.length, 1);
    assertMatch(lines[0]!, /^connect: Cannot write .*; going on without it$/);
  },
});

Deno.test("connect() goes through the proxy of --proxy to a server that --ca trusts", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: VALID,
  });
  using proxy = startConnectProxy();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, AUTHORITY);
  const url = server.url.replace("127.0.0.1", "localhost");
  const io = new FakeProcessIo();
  const way = ["--ca", file, "--proxy", `user:secret@127.0.0.1:${proxy.port}`];
  const code = connect([url, ...way, "--wait", "forever"], io);
  io.type("hello\n");
  await io.shows("hello\n");
  io.interrupt();
  assertEquals([await code, io.written], [130, "hello\n"]);
  assertMatch(proxy.requests[0] ?? "", /^CONNECT localhost:\d+ /);
  await Deno.remove(file);
});

Deno.test("connect() says which fault of TLS or proxy it is, and names flags", async () => {
  await using server = await startEchoServer({
    ...ECHO_SETTINGS,
    certificate: VALID,
  });
  using proxy = startConnectProxy({ answer: "HTTP/1.1 407 Who?\r\n\r\n" });
  const url = server.url.replace("127.0.0.1", "localhost");
  const untrusted = await exitOf(url);
  assertEquals(untrusted.code, 3);
  assertMatch(untrusted.last, /not signed by a trusted authority/);
  const refused = await exitOf(url, "--proxy", `127.0.0.1:${proxy.port}`);
  assertEquals(refused.code, 3);
  assertMatch(refused.last, /refused to connect to localhost:\d+: 407 Who\?/);
});

Deno.test("connect() takes the transport of --transport", async () => {
  await using server = startTalkingServer();
  for (const transport of ["tcp", "native"]) {
    const io = new FakeProcessIo();
    const args = [server.url, "--transport", transport, "-x", "a", "--json"];
    const code = connect([...args, "-w", "forever"], io);
    await io.shows('"data":"a"');
    io.interrupt();
    assertEquals(await code, 130);
  }
});
