import { assertEquals } from "@std/assert";
import { WebSocket as NodeWebSocket } from "ws";
import { upgradeWebSocket } from "../../lib/platform/upgrade_web_socket.ts";

Deno.test("upgradeWebSocket() selects the subprotocol, and gives binary data as an ArrayBuffer", async () => {
  const received = Promise.withResolvers<unknown>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { socket, response } = upgradeWebSocket(request, {
        protocol: "chat",
        idleTimeout: 0,
      });
      socket.onmessage = ({ data }) => received.resolve(data);
      return response;
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const socket = new WebSocket(url, ["other", "chat"]);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send(new Uint8Array([1, 2]));
  assertEquals(await received.promise, new Uint8Array([1, 2]).buffer);
  assertEquals(socket.protocol, "chat");
  socket.close();
  await closed;
});

Deno.test("upgradeWebSocket() takes a list of subprotocols without spaces, and selects none", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const protocol = new URL(request.url).pathname.slice(1);
      return upgradeWebSocket(request, { protocol, idleTimeout: 0 }).response;
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const cases = [["/b", ["a", "b"], "b"], ["/", [], ""]] as const;
  for (const [path, offered, selected] of cases) {
    // It writes "a,b".
    const socket = new NodeWebSocket(`${url}${path}`, [...offered]);
    await new Promise((resolve) => socket.on("open", resolve));
    assertEquals(socket.protocol, selected);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.close();
    await closed;
  }
});
