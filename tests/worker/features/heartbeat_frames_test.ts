import { assertEquals } from "@std/assert";
import {
  HeartbeatFrames,
  MESSAGE,
} from "../../../lib/worker/features/heartbeat_frames.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";

Deno.test("HeartbeatFrames.ping() sends a frame, and measures the time between pings", () => {
  const heartbeat = new HeartbeatFrames();
  const ignore = () => {};
  const transport = new FakeTransports().connect(
    { url: "", protocols: [], headers: {} },
    { maxMessageSize: 1 },
    {
      open: ignore,
      message: ignore,
      pong: ignore,
      writable: ignore,
      end: ignore,
    },
  );
  heartbeat.start({});
  for (const now of [100, 130, 220]) {
    heartbeat.ping(transport, `1.${now}`, now);
  }
  assertEquals(heartbeat.longestGap, 90);
  heartbeat.start({});
  heartbeat.ping(transport, "2.1", 9_000);
  assertEquals(heartbeat.longestGap, 90);
  assertEquals(transport.pings, ["1.100", "1.130", "1.220", "2.1"]);
});

Deno.test("HeartbeatFrames.classify() takes each message for the application's", () => {
  const heartbeat = new HeartbeatFrames();
  assertEquals(heartbeat.listens, false);
  assertEquals(heartbeat.classify("pong"), MESSAGE);
});
