import { assert, assertEquals } from "@std/assert";
import { AUTHORITY, SIGNED } from "../servers/authority.ts";
import { SocketProgram } from "../servers/remote/socket_program.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";

const SIZE = 32 << 20;

Deno.test("ReconnectingWebSocket() sends heartbeats over TLS, and sees the bytes of a large message in progress", async () => {
  await using directory = await makeDirectory();
  const file = `${directory.path}/authority.pem`;
  await Deno.writeTextFile(file, AUTHORITY);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, ...SIGNED },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      const isLarge = request.url.endsWith("/large");
      socket.onopen = () => isLarge && socket.send(new Uint8Array(SIZE));
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    },
  );
  await using proxy = await startTcpProxy(server.addr.port);
  await proxy.apply({
    type: "throttle",
    direction: "down",
    bytesPerSecond: 12 << 20,
  });
  await using program = new SocketProgram({
    within: ["env", `DENO_CERT=${file}`],
  });
  const url = `wss://127.0.0.1:${proxy.port}`;
  await program.open("large", `${url}/large`, {
    heartbeat: { interval: 300, timeout: 600 },
    maxMessageSize: SIZE,
  });
  await program.open("native", url, {
    transport: "native",
    heartbeat: {
      interval: 300,
      timeout: 5_000,
      message: "ping",
      expect: "ping",
    },
  });
  const { events } = await program.until(
    "large",
    ({ events }) => events.some(({ type }) => type === "message"),
  );
  const [opened, message] = ["open", "message"].map((type) =>
    events.find((event) => event.type === type)
  );
  assert(message!.at - opened!.at > 1_500, "It was not slow enough");
  await program.next("large", "heartbeat");
  await program.next("native", "heartbeat");
  const { sockets } = await program.report();
  for (const { events } of Object.values(sockets)) {
    assertEquals(events.filter(({ type }) => type === "disconnect"), []);
  }
  assertEquals((await proxy.report()).accepted, 2);
});

async function makeDirectory(): Promise<
  AsyncDisposable & { readonly path: string }
> {
  const path = await Deno.makeTempDir({ prefix: "holdfast-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
