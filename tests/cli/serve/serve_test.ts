import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serve } from "../../../lib/cli/serve/serve.ts";
import { SELF_SIGNED } from "../../system/servers/self_signed.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";

/** Starts `serve` on a free port, and waits until it listens. */
async function start(...args: readonly string[]) {
  const io = new FakeProcessIo();
  const code = serve(["--port", "0", ...args], io);
  await io.shows("Listening on ");
  const url = io.written.trim().slice("Listening on ".length);
  return { io, code, url };
}

Deno.test("serve() says where it listens, what happens, and ends at an interrupt", async () => {
  const { io, code, url } = await start();
  assertMatch(url, /^ws:\/\/127\.0\.0\.1:\d+$/);
  const socket = new WebSocket(url);
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onclose = closed.resolve;
  await io.shows("serve: #1 connected\n");
  io.interrupt();
  assertEquals(await code, 0);
  assertEquals((await closed.promise).code, 1001);
  await io.shows("serve: #1 closed with 1001\n");
});

Deno.test("serve() speaks TLS with the certificate that it is given", async () => {
  const directory = await Deno.makeTempDir();
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  await Deno.writeTextFile(cert, SELF_SIGNED.cert);
  await Deno.writeTextFile(key, SELF_SIGNED.key);
  const { io, code, url } = await start("--cert", cert, "--key", key);
  assertMatch(url, /^wss:/);
  io.interrupt();
  assertEquals(await code, 0);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("serve() shows where it cannot listen, an IPv6 address in brackets", async () => {
  const { io, code, url } = await start("--host", "::1");
  const { host, port } = new URL(url);
  assertEquals(host, `[::1]:${port}`);
  const second = new FakeProcessIo();
  assertEquals(await serve(["--host", "::1", "--port", port], second), 1);
  assertStringIncludes(second.errors, `Cannot listen on ${host}: `);
  io.interrupt();
  assertEquals(await code, 0);
});

Deno.test("serve() says that it cannot listen, with exit code 1", async () => {
  const { io, code, url } = await start();
  const { port } = new URL(url);
  const second = new FakeProcessIo();
  assertEquals(await serve(["--port", port], second), 1);
  assertMatch(
    second.errors,
    new RegExp(`^serve: Cannot listen on 127\\.0\\.0\\.1:${port}: .+\\n$`),
  );
  io.interrupt();
  assertEquals(await code, 0);
});

for (
  const [args, complaint] of [
    ["--port 65536", "--port is"],
    ["--port=-1", "--port is"],
    ["--idle-timeout 0", "--idle-timeout is 0, must be longer"],
    ["--drop-every 0s", "--drop-every is 0, must be longer"],
    ["--cert a.pem", "--cert and --key go together"],
    ["--key a.pem", "--cert and --key go together"],
    ["--cert /no/such --key /no/such", "Cannot read /no/such: "],
    ["8080", "Give options only"],
  ] as const
) {
  Deno.test(`serve() refuses ${args} with exit code 2`, async () => {
    const io = new FakeProcessIo({ columns: Infinity });
    assertEquals(await serve(args.split(" "), io), 2);
    assertEquals(io.errors.startsWith(`serve: ${complaint}`), true, io.errors);
  });
}
