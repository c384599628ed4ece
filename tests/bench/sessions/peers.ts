/**
 * The same faults for clients of sessions, of socket.io with connection state
 * recovery, and of MQTT at QoS 2: what arrived, what is lost, and what was reported.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  startTcpProxy,
  type TcpProxy,
} from "../../system/servers/tcp/tcp_proxy.ts";
import { MqttBroker } from "./mqtt_broker.ts";
import { compare, type Outcome, total } from "./outcome.ts";
import {
  connectHoldfast,
  connectMqtt,
  connectSocketIo,
  type PeerClient,
} from "./peer_clients.ts";
import {
  type PeerReport,
  PeerServer,
  type ServerOfPeers,
} from "./peer_server.ts";
import { cutQuickly, judgeFault } from "./steps.ts";

/** Who is compared. */
export const PEERS = ["holdfast", "socketio", "mqtt"] as const;

/** One of them. */
export type Peer = typeof PEERS[number];

/** A fault of the table. */
export interface PeerFault {
  readonly title: string;
  run(stage: Stage): Promise<Outcome>;
}

const CLIENTS = 20;
/** Each way, in milliseconds. */
const LATENCY = 20;
/** How long clients have to catch up, in milliseconds. */
const PATIENCE = 15_000;
/** How long something may come again after all has come, in milliseconds. */
const AFTERMATH = 1_500;

/** A server, a proxy and clients. */
export class Stage implements AsyncDisposable {
  readonly server: ServerOfPeers;
  readonly proxy: TcpProxy;
  readonly clients: readonly PeerClient[];
  #emitted = 0;

  private constructor(
    server: ServerOfPeers,
    proxy: TcpProxy,
    clients: readonly PeerClient[],
  ) {
    this.server = server;
    this.proxy = proxy;
    this.clients = clients;
  }

  /** Connects all clients. */
  static async open(peer: Peer): Promise<Stage> {
    const server = peer === "mqtt"
      ? await MqttBroker.start()
      : await PeerServer.start(peer);
    const proxy = await startTcpProxy(server.port);
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, id) => CONNECT[peer](proxy.port, id)),
    );
    const stage = new Stage(server, proxy, clients);
    await stage.calm();
    // What was never sent anything cannot recover (socket.io issue 5538).
    await stage.emit(1, 0);
    await delay(200);
    return stage;
  }

  /** Ends the fault; what is left is a network with a way. */
  async calm(): Promise<void> {
    await this.proxy.apply({ type: "clear" });
    await this.proxy.apply({
      ...{ type: "delay", direction: "both", milliseconds: LATENCY },
    });
  }

  /** Sends numbers to all clients, one every so many milliseconds. */
  async emit(count: number, every: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await this.server.emit(this.#emitted += 1);
      await delay(every);
    }
  }

  /** Judges what clients got since `run` began. */
  async judgeDown(run: () => Promise<void>): Promise<Outcome> {
    const first = this.#emitted + 1;
    for (const client of this.clients) client.returns.length = 0;
    await run();
    const wanted = this.#emitted - first + 1;
    await untilAllCame(() =>
      this.clients.every(({ got }) =>
        new Set(got.filter((number) => number >= first)).size === wanted
      )
    );
    const parts = this.clients.map(({ got, returns, reported }) => ({
      ...compare(got.filter((number) => number >= first), wanted),
      isSure: returns.every((each) => each === "recovered"),
      reported,
    }));
    return total(parts, wanted * CLIENTS);
  }

  /** Judges what the server got. */
  async judgeUp(count: number, run: () => Promise<void>): Promise<Outcome> {
    await run();
    let received: PeerReport["received"] = [];
    const numbersOf = (id: number) =>
      received.filter(([client]) => client === id).map(([, it]) => it);
    await untilAllCame(async () => {
      received = await this.server.received();
      return this.clients.every((_, id) =>
        new Set(numbersOf(id)).size === count
      );
    });
    received = await this.server.received();
    const parts = this.clients.map(({ reported }, id) => ({
      ...compare(numbersOf(id), count),
      // Nothing is reported of what is sent.
      isSure: reported === 0,
      reported,
    }));
    return total(parts, count * CLIENTS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.close();
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** What comes late is not lost. */
async function untilAllCame(
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end && !await isSo()) await delay(100);
  await delay(AFTERMATH);
}

const CONNECT = {
  holdfast: connectHoldfast,
  socketio: connectSocketIo,
  mqtt: connectMqtt,
};

/** The faults of the table, in its order. */
export const FAULTS: readonly PeerFault[] = [
  down("a cut", ({ proxy }) => cut(proxy)),
  down("half-open: the client notices, the server does not", async (stage) => {
    await stage.proxy.apply({ type: "hold-close" });
    await stage.proxy.apply({ type: "half-close", direction: "down" });
  }),
  down("cut three times within the recovery", async ({ proxy }) => {
    for (let time = 0; time < 3; time += 1) {
      await cut(proxy);
      await delay(420);
    }
  }),
  down(
    "the server is killed, and started again",
    ({ server }) => server.restart(),
  ),
  {
    title: "four rounds of four quick cuts under a steady stream",
    run: (stage) =>
      stage.judgeDown(async () => {
        for (let round = 0; round < 4; round += 1) {
          await cutQuickly(stage, () => cut(stage.proxy));
        }
      }),
  },
  {
    title: "client to server, one cut",
    run: (stage) =>
      stage.judgeUp(40, async () => {
        for (let number = 1; number <= 40; number += 1) {
          for (const client of stage.clients) client.send(number);
          if (number === 20) await cut(stage.proxy);
          await delay(20);
        }
      }),
  },
];

function down(
  title: string,
  fault: (stage: Stage) => Promise<void>,
): PeerFault {
  return { title, run: (stage) => judgeFault(stage, fault) };
}

async function cut(proxy: TcpProxy): Promise<void> {
  await proxy.apply({ type: "reset" });
}
