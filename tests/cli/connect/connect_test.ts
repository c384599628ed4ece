import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "../../../lib/cli/connect/connect.ts";
import { FakeSessionIo } from "../terminal/fake_session_io.ts";

function serve(
  meet: (socket: WebSocket) => void = () => {},
  options: { readonly port?: number } = {},
): Deno.HttpServer<Deno.NetAddr> {
  const { port = 0 } = options;
  return Deno.serve(
    { port, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(data);
      meet(socket);
      return response;
    },
  );
}

function urlOf({ addr }: Deno.HttpServer<Deno.NetAddr>): string {
  return `ws://127.0.0.1:${addr.port}`;
}

Deno.test("connect() sends the lines of a pipe and ends with it", async () => {
  await using server = serve();
  const io = new FakeSessionIo();
  const code = connect([urlOf(server), "--wait", "forever"], io);
  io.type("one\ntwo\r\nlast");
  io.finish();
  await io.shows("last\n");
  io.interrupt();
  assertEquals([await code, io.written], [130, "one\ntwo\nlast\n"]);
});

Deno.test("connect() executes texts and ends on its own", async () => {
  await using server = serve();
  const io = new FakeSessionIo();
  const args = [urlOf(server), "-x", "a", "--wait", "100ms", "--json"];
  assertEquals(await connect(args, io), 0);
  const types = io.written.trim().split("\n").map((line) => {
    const { type, data = "" } = JSON.parse(line);
    return `${type} ${data}`.trim();
  });
  assertEquals(types, ["open", "message a", "close"]);
});

Deno.test("connect() gives the cause as its exit code", async () => {
  await using denying = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(null, { status: 403 }),
  );
  await using closing = serve((socket) => {
    socket.onopen = () => socket.close(4404, "gone");
  });
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const unreachable = `ws://127.0.0.1:${port}`;
  const codes = [];
  for (const url of [urlOf(denying), urlOf(closing), unreachable]) {
    const io = new FakeSessionIo();
    codes.push(await connect([url, "--max-attempts", "1"], io));
    assertMatch(io.errors, /attempt 1/);
  }
  assertEquals(codes, [5, 7, 3]);
});

Deno.test("connect() says that messages were left unsent", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  const io = new FakeSessionIo();
  const code = connect([url], io);
  io.type("lost\n");
  const accepted = await listener.accept();
  io.interrupt();
  assertEquals(await code, 130);
  assertMatch(io.errors, /1 message not sent \(\d+ bytes, /);
  accepted.close();
  listener.close();
});

Deno.test("connect() keeps what is typed while there is no server", async () => {
  let server = serve((socket) => {
    socket.onmessage = () => socket.close(1012);
  });
  const { port } = server.addr;
  const io = new FakeSessionIo({ interactive: true });
  const code = connect([`ws://127.0.0.1:${port}/?token=abc`], io);
  await io.shows("[open]");
  io.type("drop\r");
  await io.shows("[waiting");
  await server.shutdown();
  io.type("later\r");
  await io.shows("1 queued");
  server = serve(() => {}, { port });
  await io.shows("< later");
  io.type("\x04");
  assertEquals(await code, 0);
  assertEquals(io.keys, ["raw", "lines"]);
  assertMatch(io.written, /Connected again, attempt \d/);
  assert(io.written.includes("token=…") && !io.written.includes("abc"));
  await server.shutdown();
});

Deno.test("connect() logs JSON lines from the level that was asked for", async () => {
  await using server = serve();
  const file = await Deno.makeTempFile();
  const io = new FakeSessionIo();
  const args = [urlOf(server), "-x", "a", "-w", "50ms", "--log-file", file];
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
