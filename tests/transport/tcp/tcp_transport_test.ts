import { assertEquals } from "@std/assert";
import { tcpTransport } from "../../../lib/transport/tcp/tcp_transport.ts";
import { startWsServer } from "../../system/servers/ws_server.ts";
import { testFrames } from "../frame_suite.ts";
import { runDeno, testPermissions } from "../permission_suite.ts";
import { Recorder } from "../recorder.ts";
import { testTransport } from "../transport_suite.ts";

const traits = {
  symbol: "tcpTransport",
  load: () => Promise.resolve(tcpTransport),
  wireCodes: {},
  unanswered: "lost",
  refused: "refused",
  refusal: { headers: { "retry-after": "7" }, retryAfter: 7_000 },
} as const;

testTransport(traits);
testFrames(traits);
testPermissions({ ...traits, name: "tcp" });

for (const conditions of [[], ["--conditions=browser"]]) {
  // `ws` reads the environment when it is loaded, and is a stub for browsers.
  Deno.test(`tcpTransport is what Deno connects with, without ws ${conditions}`, async () => {
    await using server = await startWsServer();
    const { host } = new URL(server.url);
    const script = new URL("./in_thread_main.ts", import.meta.url);
    const flags = ["--no-prompt", `--allow-net=${host}`, ...conditions];
    const output = await runDeno(["run", ...flags, script.href, server.url]);
    assertEquals(output, "tcp");
  });
}

Deno.test(
  "tcpTransport names the flag that lets it connect, and does not try again",
  {
    permissions: { net: ["127.0.0.1:1"] },
  },
  async () => {
    const socket = new Recorder(tcpTransport, "ws://127.0.0.1:2/");
    assertEquals((await socket.next("end")).failure, {
      type: "invalid",
      detail: "No permission to connect to 127.0.0.1:2: run Deno with " +
        "--allow-net=127.0.0.1:2",
    });
  },
);
