import { assertEquals, assertMatch } from "@std/assert";
import { tcpTransport } from "../../../lib/transport/tcp/tcp_transport.ts";
import { concat, encodeFrame } from "../../system/servers/tcp/frames.ts";
import { startTcpServer } from "../../system/servers/tcp/tcp_server.ts";
import { startWsServer } from "../../system/servers/echo/ws_server.ts";
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

/** What a process connects with that may load no package from npm. */
async function carrierOf(
  url: string,
  worker: "none" | "shared",
  { flags = [], args = [] }: {
    readonly flags?: readonly string[];
    readonly args?: readonly string[];
  } = {},
): Promise<string> {
  const script = new URL("./default_main.ts", import.meta.url);
  return await runDeno([
    "run",
    "--no-prompt",
    "--no-npm",
    `--allow-net=${new URL(url).host}`,
    // Deno loads the script of a worker with it.
    ...worker === "shared" ? ["--allow-read"] : [],
    ...flags,
    script.href,
    url,
    worker,
    ...args,
  ]);
}

for (const worker of ["none", "shared"] as const) {
  // With this condition the npm package `ws` is a stub that throws.
  for (const flags of [[], ["--conditions=browser"]]) {
    Deno.test(`tcpTransport is what Deno connects with, without a package from npm (worker: ${worker}) ${flags}`, async () => {
      await using server = await startWsServer();
      assertEquals(await carrierOf(server.url, worker, { flags }), "tcp");
    });
  }

  Deno.test(`tcpTransport is not what Deno connects with where ws is asked for (worker: ${worker})`, async () => {
    await using server = await startWsServer();
    const outcome = await carrierOf(server.url, worker, { args: ["ws"] });
    // It cannot be loaded, so the test above would see it if it were.
    assertMatch(outcome, /Error$/);
  });
}

Deno.test("tcpTransport says how large a message was announced, and where", async () => {
  await using server = await startTcpServer(async (peer) => {
    const frames = [encodeFrame("ok"), encodeFrame("x".repeat(1_001))];
    await peer.accept({ followedBy: concat(frames) });
    await peer.readFrame();
    peer.end();
  });
  const socket = new Recorder(tcpTransport, server.url, {
    maxMessageSize: 1_000,
  });
  await socket.next("open");
  await socket.next("message");
  assertEquals((await socket.next("end")).failure, {
    type: "too-big",
    limit: 1_000,
    size: 1_001,
    offset: 4,
  });
});

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
