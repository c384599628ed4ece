import { assertEquals } from "@std/assert";
import { loadWsTransport } from "../../../lib/transport/ws/ws_transport.ts";
import { Recorder } from "../recorder.ts";
import { startOddServer, testFrames, withField } from "../frame_suite.ts";
import { testPermissions } from "../permission_suite.ts";
import { testTransport } from "../transport_suite.ts";

const traits = {
  symbol: "loadWsTransport()",
  load: () => loadWsTransport("shared"),
  wireCodes: {},
  unanswered: "lost",
  refused: "refused",
  refusal: { headers: { "retry-after": "7" }, retryAfter: 7_000 },
} as const;

testTransport(traits);
testFrames(traits);
testPermissions({ ...traits, name: "ws" });

Deno.test("loadWsTransport() refuses a space before a colon (RFC 9112, 5.1) in a 101", async () => {
  await using server = await startOddServer(withField("X-Odd : a"));
  const socket = new Recorder(await loadWsTransport(), server.url);
  assertEquals((await socket.next("end")).failure?.type, "protocol");
});
