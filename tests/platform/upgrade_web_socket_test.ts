import { assertEquals } from "@std/assert";
import { upgradeWebSocket } from "../../lib/platform/upgrade_web_socket.ts";

Deno.test("upgradeWebSocket() selects the subprotocol, and gives binary data as an ArrayBuffer", async () => {
  const received = Promise.withResolvers<unknown>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { socket, response } = upgradeWebSocket(request, "chat");
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
