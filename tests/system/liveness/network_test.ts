import { assert, assertEquals, assertMatch } from "@std/assert";
import { requires } from "../requirements.ts";
import { NetworkCable } from "../servers/tcp/network_namespace.ts";
import {
  instant,
  type PlainOptions,
  SocketProgram,
  type SocketReport,
} from "../servers/remote/socket_program.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

/** How much later than promised the event may be, in milliseconds. */
const SLACK = 250;
const INTERVAL = 500;
const TIMEOUT = 300;
const DELAY = 300;

const OPTIONS = {
  heartbeat: { interval: INTERVAL, timeout: TIMEOUT },
  // Shorter than TCP takes for a second try, so that an attempt is over with its network.
  openTimeout: 900,
  closeTimeout: 500,
  backoff: {
    strategy: "exponential",
    initialDelay: DELAY,
    factor: 1,
    jitter: "none",
  },
} satisfies PlainOptions;

const MEANS = {
  frames: { ...OPTIONS, transport: "tcp" },
  messages: {
    ...OPTIONS,
    transport: "native",
    heartbeat: { ...OPTIONS.heartbeat, message: "ping", expect: "ping" },
  },
} satisfies Record<string, PlainOptions>;

const FAULTS = [
  {
    name: "packets vanish in both directions",
    cut: (cable: NetworkCable) => cable.blackhole("both"),
  },
  {
    name: "only the client's packets vanish",
    cut: (cable: NetworkCable) => cable.blackhole("client"),
  },
  {
    name: "only the server's packets vanish",
    cut: (cable: NetworkCable) => cable.blackhole("server"),
  },
  {
    name: "the link is down",
    cut: (cable: NetworkCable) => cable.unplug("client"),
  },
  {
    name: "the other end of the link is down",
    cut: (cable: NetworkCable) => cable.unplug("server"),
  },
];

for (const { name, cut } of FAULTS) {
  Deno.test(
    `ReconnectingWebSocket() finds out within interval and timeout that ${name}, and recovers within one backoff delay`,
    requires("network-namespaces"),
    async () => {
      await using bench = await makeBench();
      const { cable, program } = bench;
      const names = Object.keys(MEANS);
      for (const [name, options] of Object.entries(MEANS)) {
        await program.open(name, bench.url, options);
      }
      // Right after an answer the next ping is as far away as it can be.
      await Promise.all(names.map((name) => program.next(name, "heartbeat")));
      const cutAt = instant();
      await cut(cable);
      // The programs that cut it take their time.
      const isCutAt = instant();
      const losses = await Promise.all(
        names.map((name) => program.until(name, isLostSince(cutAt))),
      );
      for (const { events } of losses) {
        // On a busy machine the first attempts may have failed.
        const loss = events.find(isLossSince(cutAt));
        assertEquals(loss?.error, "HeartbeatTimeoutError");
        assertMatch(loss?.text ?? "", /No answer to a ping for 0\.3 s/);
        const took = loss!.at - isCutAt;
        assert(took <= INTERVAL + TIMEOUT + SLACK, `Found out in ${took} ms`);
      }
      // While it waits, no attempt is under way that could succeed sooner.
      await Promise.all(names.map((name) => program.next(name, "disconnect")));
      await cable.restore();
      const restoredAt = instant();
      const recoveries = await Promise.all(
        names.map((name) => program.until(name, hasReopened)),
      );
      for (const { events } of recoveries) {
        // An attempt that began without a network ends with openTimeout.
        const failed = events.findLast(({ type }) => type === "disconnect")!.at;
        const began = Math.min(failed, restoredAt + OPTIONS.openTimeout);
        const took = events.findLast(({ type }) => type === "open")!.at -
          Math.max(restoredAt, began);
        assert(took <= DELAY + SLACK, `Recovered in ${took} ms`);
      }
    },
  );
}

Deno.test(
  "ReconnectingWebSocket() survives an outage of 5 s that is shorter than its heartbeat",
  requires("network-namespaces"),
  async () => {
    await using bench = await makeBench();
    const { cable, program, server } = bench;
    const heartbeat = { interval: 1_000, timeout: 9_000 };
    await program.open("frames", bench.url, { heartbeat });
    await program.open("messages", bench.url, {
      transport: "native",
      heartbeat: { ...heartbeat, message: "ping", expect: "ping" },
    });
    await program.next("frames", "heartbeat");
    await cable.blackhole("both");
    await program.block(5_000);
    await cable.restore();
    for (const name of ["frames", "messages"]) {
      await program.send(name, `${name} said in the outage`);
      await program.until(
        name,
        ({ events }) => events.some(({ text }) => text?.endsWith("outage")),
      );
      const { events } = await program.until(name, () => true);
      assertEquals(events.filter(({ type }) => type === "disconnect"), []);
    }
    const { opened, open } = await server.report();
    assertEquals([opened, open], [2, 2]);
  },
);

/** A server and a client on hosts of their own. */
async function makeBench() {
  await using stack = new AsyncDisposableStack();
  const cable = stack.use(await NetworkCable.create());
  const { address: hostname, within } = cable.server;
  const server = stack.use(await startWsServer({ hostname }, { within }));
  const program = stack.use(new SocketProgram(cable.client));
  const owned = stack.move();
  return {
    cable,
    server,
    program,
    url: server.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function isLossSince(since: number) {
  return ({ type, at }: SocketReport["events"][number]): boolean =>
    type === "disconnect" && at >= since;
}

function isLostSince(since: number) {
  return ({ events }: SocketReport): boolean => events.some(isLossSince(since));
}

function hasReopened({ events, status }: SocketReport): boolean {
  return status === "open" && events.some(({ type }) => type === "disconnect");
}
