import { assertEquals } from "@std/assert";
import { PeerSocket } from "../../../lib/server/connection/peer_socket.ts";
import { noting, TestNode, TestPeer } from "../nodes.ts";

Deno.test("PeerSocket.ask() uses ping frames where there are any", async () => {
  await using node = new TestNode();
  const peer = new TestPeer();
  const socket = new PeerSocket(node, peer);
  assertEquals([socket.ask(), socket.ask()], [1, 2]);
  peer.ping = () => void peer.done.push("ping");
  assertEquals([socket.ask(), ...peer.done], [undefined, "ping"]);
});

Deno.test("PeerSocket.check() advises by what was heard", async () => {
  await using node = new TestNode();
  const socket = new PeerSocket(node, new TestPeer());
  assertEquals([socket.check(), socket.check()], ["nothing", "ask"]);
  socket.heard();
  assertEquals([socket.check(), socket.check(), socket.check()], [
    ...["nothing", "ask", "drop"],
  ]);
});

Deno.test("PeerSocket.send() tells when the client takes too little", async () => {
  await using node = new TestNode({ limits: { unsentBytes: 10 } });
  const peer = new TestPeer();
  const socket = new PeerSocket(node, peer);
  peer.unsentBytes = 10;
  assertEquals(socket.send(["a"]), true);
  peer.unsentBytes = 11;
  assertEquals(socket.send(["b"]), false);
  assertEquals(peer.sent, ["a", "b"]);
});

Deno.test("PeerSocket counts and logs how it ends", async () => {
  const records: string[] = [];
  await using node = new TestNode({ logger: noting(records) });
  const peer = new TestPeer();
  const socket = new PeerSocket(node, peer);
  socket.close(4400, "Why", "s");
  socket.terminate("Silent", "s");
  assertEquals(peer.done, ["close 4400 Why", "terminate"]);
  const { closed, terminated } = node.counters.read();
  assertEquals([closed, terminated], [{ 4400: 1 }, 1]);
  assertEquals(records, ["debug Connection closed", "info Connection dropped"]);
});
