import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectError, ReconnectingWebSocket } from "@holdfast/websocket";
import { PROGRAMS, requires } from "./requirements.ts";
import { startReverseProxy } from "./servers/reverse_proxy.ts";
import { startWsServer } from "./servers/ws_server.ts";
import { next, within } from "./waiting.ts";

/** A proxy that opens tunnels to this port only, for who has a password. */
function startTinyproxy(port: number) {
  return startReverseProxy({
    configure: (place) => `
Port ${place.port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
BasicAuth user secret
ConnectPort ${port}
`,
    command: (file) => [PROGRAMS.tinyproxy, "-d", "-c", file],
  });
}

for (const worker of ["shared", "none"] as const) {
  Deno.test(
    `ReconnectingWebSocket() goes through tinyproxy (worker: ${worker})`,
    requires("tinyproxy"),
    async () => {
      await using server = await startWsServer();
      const port = Number(new URL(server.url).port);
      await using tinyproxy = await startTinyproxy(port);
      const { host } = new URL(tinyproxy.url);
      await using socket = new ReconnectingWebSocket(server.url, [], {
        worker,
        proxy: `http://user:secret@${host}`,
      });
      socket.send("hello");
      assertEquals(await within(socket.receive()), "hello");
      assert(await within(socket.probe()) >= 0);
    },
  );
}

Deno.test(
  "ReconnectingWebSocket() says that tinyproxy refuses, without the password",
  requires("tinyproxy"),
  async () => {
    await using server = await startWsServer();
    await using tinyproxy = await startTinyproxy(1);
    const { host } = new URL(tinyproxy.url);
    for (const credentials of ["user:secret@", "user:wrong@"]) {
      await using socket = new ReconnectingWebSocket(server.url, [], {
        proxy: `http://${credentials}${host}`,
      });
      const { error } = await next(socket, "disconnect");
      assertInstanceOf(error, ConnectError);
      assertEquals([error.kind, error.retryable], ["proxy", true]);
      const status = credentials.includes("wrong") ? /: 40[17] / : /: 403 /;
      assert(status.test(error.message), error.message);
      assert(!error.message.includes("secret"));
    }
  },
);
