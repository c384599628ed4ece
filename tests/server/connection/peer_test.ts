import { assertEquals } from "@std/assert";
import {
  denoPeer,
  type PeerListener,
  wsPeer,
  type WsSocket,
} from "../../../lib/server/connection/peer.ts";

/** Notes what a peer tells. */
class Listener implements PeerListener {
  readonly heard: unknown[] = [];
  opened = () => void this.heard.push("opened");
  received = (message: unknown) => void this.heard.push(message);
  ponged = () => void this.heard.push("ponged");
  disconnected = () => void this.heard.push("disconnected");
}

/** A socket of `Deno.upgradeWebSocket()`, as far as it is used. */
class DenoSocket extends EventTarget {
  onopen = () => {};
  onmessage = (_event: { readonly data: unknown }) => {};
  onerror = () => {};
  onclose = () => {};
  readyState = 1;
  bufferedAmount = 7;
  readonly done: unknown[] = [];
  send = (data: unknown) => void this.done.push(data);
  close = (...values: readonly unknown[]) => {
    if (this.readyState === 0) throw new Error("Not open");
    this.done.push(values);
  };
}

/** A socket of `ws`, as far as it is used. */
class NodeSocket implements WsSocket {
  readonly protocol = "";
  bufferedAmount = 7;
  readyState = 1;
  readonly done: unknown[] = [];
  readonly listeners = new Map<string, (...values: unknown[]) => void>();
  send = (data: unknown) => void this.done.push(data);
  ping = () => void this.done.push("ping");
  close = (...values: readonly unknown[]) => void this.done.push(values);
  terminate = () => void this.done.push("terminate");
  on = (event: string, listener: (...values: unknown[]) => void) =>
    this.listeners.set(event, listener);
}

Deno.test("denoPeer() passes on what a socket tells", () => {
  const socket = new DenoSocket();
  const listener = new Listener();
  denoPeer(socket as never, listener);
  socket.onopen();
  socket.onmessage({ data: "text" });
  socket.onmessage({ data: new Uint8Array([1]).buffer });
  socket.onerror();
  socket.onclose();
  assertEquals(listener.heard, [
    ...["opened", "text", new Uint8Array([1])],
    ...["disconnected", "disconnected"],
  ]);
});

Deno.test("denoPeer() sends while the socket is open, and closes it at any time", () => {
  const socket = new DenoSocket();
  const peer = denoPeer(socket as never, new Listener());
  assertEquals([peer.unsentBytes, peer.ping], [7, undefined]);
  peer.send("a");
  peer.close(4400, "Why");
  peer.terminate();
  socket.readyState = 0;
  peer.send("b");
  peer.close(4400, "Why");
  assertEquals(socket.done, ["a", [4400, "Why"], [4408, "Terminated"]]);
});

Deno.test("wsPeer() passes on what a socket tells, with data of its own", () => {
  const socket = new NodeSocket();
  const listener = new Listener();
  wsPeer(socket, listener);
  const shared = new Uint8Array([1]);
  socket.listeners.get("message")!(shared, true);
  shared[0] = 2;
  socket.listeners.get("message")!("text", false);
  for (const event of ["pong", "error", "close"]) {
    socket.listeners.get(event)!();
  }
  assertEquals(listener.heard, [
    ...[new Uint8Array([1]), "text"],
    ...["ponged", "disconnected"],
  ]);
});

Deno.test("wsPeer() sends while the socket is open", () => {
  const socket = new NodeSocket();
  const peer = wsPeer(socket, new Listener());
  peer.send("a");
  socket.readyState = 2;
  peer.send("b");
  peer.ping!();
  peer.close(4400, "Why");
  peer.terminate();
  assertEquals(peer.unsentBytes, 7);
  assertEquals(socket.done, ["a", "ping", [4400, "Why"], "terminate"]);
});
