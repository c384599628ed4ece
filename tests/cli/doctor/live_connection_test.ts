import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { LiveConnection } from "../../../lib/cli/doctor/live_connection.ts";
import { type Clock, PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { OpeningHandshake } from "../../../lib/transport/tcp/opening_handshake.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { encodeFrame } from "../../system/servers/tcp/frames.ts";
import type { TcpPeer } from "../../system/servers/tcp/tcp_peer.ts";
import { startTcpServer } from "../../system/servers/tcp/tcp_server.ts";
import { within } from "../../system/waiting.ts";
import { startTalkingServer } from "../connect/talking_server.ts";

async function open(
  url: string,
  clock: Clock = PLATFORM_CLOCK,
): Promise<LiveConnection> {
  const { hostname, port } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const target = { url, protocols: [], headers: {} };
  const opened = await new OpeningHandshake(target).perform(conn);
  return new LiveConnection(opened, clock);
}

Deno.test("LiveConnection counts messages, and no control frames", async () => {
  await using server = startTalkingServer();
  const clock = new ManualClock();
  await using live = await open(server.url, clock);
  const ping = live.ping();
  clock.advance(30);
  assertEquals(await ping, 30);
  const arrived = Promise.withResolvers<void>();
  live.onmessage = () => {
    if (live.received.messages === 2) arrived.resolve();
  };
  live.send("abc");
  live.send("é".repeat(100));
  await arrived.promise;
  await live.ping();
  // A header of 2 or 4 bytes, a masking key of 4 from the client.
  assertEquals(live.received, { messages: 2, plain: 209, wire: 209 });
  assertEquals(live.sent, { messages: 2, plain: 217, wire: 217 });
});

Deno.test("LiveConnection counts what came behind the handshake", async () => {
  let peer: TcpPeer | undefined;
  await using server = await startTcpServer(async (each) => {
    peer = each;
    await each.accept({ followedBy: encodeFrame("first") });
  });
  const live = await open(server.url);
  assertEquals(live.received.messages, 1);
  peer!.end();
  const { info, failure } = await live.ended;
  assertEquals([info.closeCode, failure?.type], [1006, "lost"]);
  await live[Symbol.asyncDispose]();
});

Deno.test("LiveConnection does not wait for long for the server's close frame", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
  });
  const clock = new ManualClock();
  const live = await open(server.url, clock);
  let isClosed = false;
  const closed = live[Symbol.asyncDispose]().then(() => isClosed = true);
  clock.advance(999);
  await delay(0);
  assertEquals(isClosed, false);
  clock.advance(1);
  await within(closed);
  await within(server.peers[0]!.ended);
});
