import { assertEquals } from "@std/assert";
import { PeerSocket } from "../../../lib/server/connection/peer_socket.ts";
import { noting, TestNode, TestPeer } from "../nodes.ts";

Deno.test("PeerSocket.ask() uses ping frames where there are any", async () => {
  await using node = new TestNode();
  const peer = new TestPeer();
  const link = new PeerSocket(node, peer);
  assertEquals([link.ask(), link.ask()], [1, 2]);
  peer.ping = () => void peer.done.push("ping");
  assertEquals([link.ask(), ...peer.done], [undefined, "ping"]);
});

Deno.test("PeerSocket.check() advises by what was heard", async () => {
  await using node = new TestNode();
  const link = new PeerSocket(node, new TestPeer());
  assertEquals([link.check(), link.check()], ["nothing", "ask"]);
  link.heard();
  assertEquals([link.check(), link.check(), link.check()], [
    ...["nothing", "ask", "drop"],
  ]);
});

Deno.test("PeerSocket.send() tells when the client takes too little", async () => {
  await using node = new TestNode({ limits: { unsentBytes: 10 } });
  const peer = new TestPeer();
  const link = new PeerSocket(node, peer);
  peer.unsentBytes = 10;
  assertEquals(link.send(["a"]), true);
  peer.unsentBytes = 11;
  assertEquals(link.send(["b"]), false);
  assertEquals(peer.sent, ["a", "b"]);
});

Deno.test("PeerSocket counts and logs how it ends", async () => {
  const records: string[] = [];
  await using node = new TestNode({ logger: noting(records) });
  const peer = new TestPeer();
  const link = new PeerSocket(node, peer);
  link.close(4400, "Why", "s");
  link.terminate("Silent", "s");
  assertEquals(peer.done, ["close 4400 Why", "terminate"]);
  const { closed, terminated } = node.counters.read();
  assertEquals([closed, terminated], [{ 4400: 1 }, 1]);
  assertEquals(records, ["debug Connection closed", "info Connection dropped"]);
});
