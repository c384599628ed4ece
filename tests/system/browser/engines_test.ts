/**
 * Firefox and WebKit: `WorkerWebSocket` beside the browser's own `WebSocket`, and a
 * page that is offline, reloaded, or in the background. The common suite and
 * `blocked_test.ts` run there too.
 */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { deadline, delay, pooledMap } from "@std/async";
import { bundle } from "../../../examples/browser/bundle.ts";
import { type Agent, openAgent } from "./pages/browser_agent.ts";
import type { Class, Scenario } from "./programs/traces.ts";
import { requires } from "../requirements.ts";
import { encodeFrame, type Frame, OPCODE } from "../servers/tcp/frames.ts";
import type { AcceptOptions } from "../servers/tcp/tcp_peer.ts";
import { type Script, startTcpServer } from "../servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { within } from "../waiting.ts";
import { type Case, CASES } from "./whatwg_cases.ts";

/** Cases that say nothing about our class, by browser. */
const EXCUSED = {
  // These end once the server ends TCP, which waits for the browser here.
  firefox: [
    "masked frame",
    "subprotocol not answered",
    "subprotocol not asked for",
  ],
  // The same; and WebKit's own class counts frames' heads in `bufferedAmount`.
  webkit: ["send in close", "subprotocol not answered"],
} as const;
/** So many cases run at a time. */
const LANES = 4;
/**
 * A case is tried again whose traces differ, as two sockets are not equally quick:
 * the server then gives the page so long, in milliseconds, to see the handshake.
 */
const PAUSES = [0, 200, 1_000] as const;
/** How long a case may take, in milliseconds. */
const LIMIT = 30_000;

for (const browser of ["firefox", "webkit"] as const) {
  Deno.test(
    `both classes keep their promises in a page of ${browser}`,
    requires(browser),
    async (test) => {
      const bundles = await bundle(
        new URL("./programs/engine.ts", import.meta.url),
        new URL("../../../worker.ts", import.meta.url),
      );
      const parts = { bundles, script: "engine.js" };
      await using agent = await openAgent(browser, parts);
      await test.step("WorkerWebSocket() behaves as the browser's own WebSocket", async () => {
        const excused: readonly string[] = EXCUSED[browser];
        const cases = Object.entries(CASES)
          .filter(([name]) => !excused.includes(name));
        const results = await Array.fromAsync(
          pooledMap(LANES, cases, async ([name, each]) => {
            const traces = await compare(agent, each, IS_SAME[browser]);
            return { name, ...traces };
          }),
        );
        const failures = results.filter((each) =>
          // A trace without an end says that it took too long.
          !IS_SAME[browser](each) || each.ours.length === 1
        );
        assertEquals(failures, []);
      });
      await test.step("WorkerWebSocket() takes and refuses the same arguments", async () => {
        const url = `ws://127.0.0.1:${findUnusedPort()}`;
        const [platform, ours] = await Promise.all(
          (["platform", "ours"] as const).map((kind) =>
            agent.call<readonly string[]>("tryArguments", kind, url)
          ),
        );
        const isExcused = (line: string) =>
          browser === "webkit" && line.startsWith("send late");
        assertEquals(
          ours?.filter((line) => !isExcused(line)),
          platform?.filter((line) => !isExcused(line)),
        );
      });
      await test.step("ReconnectingWebSocket() waits for the network", async () => {
        const [waiting, offline, online] = [
          await agent.call("connectToNothing"),
          await agent.call("tellNetwork", "offline"),
          await agent.call("tellNetwork", "online"),
        ];
        const kind = "waiting";
        assertEquals(waiting, { kind, attempt: 1, retry: "on time" });
        assertEquals(offline, { kind, attempt: 1, retry: "never" });
        assertEquals(online, { kind: "connecting", attempt: 2, retry: "none" });
      });
      await using peer = startPeer();
      await test.step("a page that is reloaded closes its connections with 1001", async () => {
        await agent.call("connect", peer.url);
        await agent.call("reload");
        assertEquals(await within(peer.closes), ["ours 1001", "plain 1001"]);
        assertEquals(await agent.call("stateOfOurs"), "none");
      });
      // WebKit's small browser shows all of its tabs.
      if (browser === "webkit") return;
      await test.step("ReconnectingWebSocket() keeps heartbeats on time in a background tab", async () => {
        await agent.call("connect", peer.url);
        assertEquals(await agent.call("hide"), "hidden");
        const { plain, ours } = await peer.gaps();
        assertGreaterOrEqual(plain, 900);
        assertLessOrEqual(ours, 500);
        assertEquals(await agent.call("stateOfOurs"), "open");
      });
    },
  );
}

/** What listeners of both classes see. */
interface Traces {
  readonly platform: readonly string[];
  readonly ours: readonly string[];
}

/** How the traces of both classes are compared, by browser. */
const IS_SAME = {
  firefox: isSameButForLost,
  webkit: ({ platform, ours }: Traces) => `${platform}` === `${ours}`,
} as const;

/**
 * Firefox's own class, and so ours, loses events that come with the end of the
 * connection, sooner or later than the other one. The end itself is the same.
 */
function isSameButForLost({ platform, ours }: Traces): boolean {
  const [few, many] = platform.length < ours.length
    ? [platform, ours]
    : [ours, platform];
  const rest = many.values();
  return few.every((line) => rest.some((other) => other === line)) &&
    few.at(-1) === many.at(-1);
}

/** Traces a case with both classes; again, if what they saw differs. */
async function compare(
  agent: Agent,
  { script, steps = {}, protocols = [] }: Case,
  isSame: (traces: Traces) => boolean,
): Promise<Traces> {
  let traces: Traces = { platform: [], ours: [] };
  for (const pause of PAUSES) {
    await using peers = await startTcpServer(paced(script, pause));
    const url = `${peers.url}/path?query`;
    const scenario: Scenario = { url, protocols, steps };
    const trace = async (kind: Class) => {
      const lines = agent.call<readonly string[]>("trace", kind, scenario);
      return await deadline(lines, LIMIT).catch((error) => [`${error}`]);
    };
    const [platform, ours] = await Promise.all([
      trace("platform"),
      trace("ours"),
    ]);
    traces = { platform, ours };
    if (isSame(traces)) break;
  }
  return traces;
}

/**
 * Lets the page see the handshake before all else: Firefox's own class loses its
 * `open` and its messages where the end of the connection comes with them.
 */
function paced(script: Script, pause: number): Script {
  return (peer) => {
    /** What came instead of the answer to the ping, which may follow. */
    let early: Frame | undefined;
    const instead = {
      accept: async ({ followedBy, ...options }: AcceptOptions = {}) => {
        const request = await peer.accept(options);
        await peer.write(encodeFrame("", { opcode: OPCODE.ping }));
        const frame = await peer.readFrame();
        if (frame?.opcode !== OPCODE.pong) early = frame;
        // Its network answers pings while the page itself still waits for its turn.
        await delay(pause);
        if (followedBy) await peer.write(followedBy);
        return request;
      },
      readFrame: async () => {
        const frame = early ?? await peer.readFrame();
        early = undefined;
        return frame;
      },
    };
    return script(
      new Proxy(peer, {
        get: (_, name) => {
          if (name in instead) return Reflect.get(instead, name);
          const member: unknown = Reflect.get(peer, name);
          return typeof member === "function" ? member.bind(peer) : member;
        },
      }),
    );
  };
}

type Client = "plain" | "ours";

/** A server of a plain client and one of ours. */
function startPeer() {
  const heard: Record<Client, number[]> = { plain: [], ours: [] };
  const ends: string[] = [];
  const closes = Promise.withResolvers<readonly string[]>();
  let onHeard = () => {};
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const isOurs = new URL(request.url).pathname === "/ours";
      const client = isOurs ? "ours" : "plain";
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = () => {
        heard[client].push(performance.now());
        if (socket.readyState === WebSocket.OPEN) socket.send("pong");
        onHeard();
      };
      socket.onclose = ({ code }) => {
        if (ends.push(`${client} ${code}`) === 2) closes.resolve(ends.sort());
      };
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    closes: closes.promise,
    /** The longest silences, in milliseconds, until the plain client was heard three times. */
    gaps: async (): Promise<Record<Client, number>> => {
      heard.plain = [];
      heard.ours = [];
      const enough = Promise.withResolvers<void>();
      onHeard = () => {
        if (heard.plain.length === 3) enough.resolve();
      };
      await within(enough.promise);
      return { plain: longest(heard.plain), ours: longest(heard.ours) };
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function longest(instants: readonly number[]): number {
  const gaps = instants.map((at, index) => at - (instants[index - 1] ?? at));
  return Math.max(...gaps);
}
