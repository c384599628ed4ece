/**
 * The clients that are compared, seen in one way.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import mqtt from "mqtt";
import { io } from "socket.io-client";
import { optionsOf } from "./mqtt_broker.ts";

/** A client of any of them. */
export interface PeerClient {
  /** The numbers that came, in order. */
  readonly got: number[];
  /** What each return reported: that all is there, or that it is not. */
  readonly returns: ("recovered" | "new")[];
  /** How many messages were reported as lost. */
  reported: number;
  /** The id of its session, if it has one that a server can send to. */
  readonly session?: string | undefined;
  /** Sends a number. */
  send(number: number): void;
  close(): void;
}

/** Connects a client of this library. */
export async function connectHoldfast(
  port: number,
  id: number,
): Promise<PeerClient> {
  const socket = new ReconnectingWebSocket(`ws://127.0.0.1:${port}/${id}`, [], {
    session: true,
    backoff: { strategy: "exponential", initialDelay: 300, maxDelay: 600 },
  });
  const client: PeerClient = {
    got: [],
    returns: [],
    reported: 0,
    get session() {
      return socket.session?.id;
    },
    send: (number) => socket.send(`${number}`),
    close: () => socket.close(),
  };
  socket.addEventListener(
    "message",
    ({ data }) => client.got.push(Number(data)),
  );
  socket.addEventListener("open", ({ session }) => {
    client.returns.push(session?.kind === "resumed" ? "recovered" : "new");
  });
  socket.addEventListener("drop", ({ count }) => client.reported += count);
  await socket.opened;
  return client;
}

/** Connects a client of socket.io. */
export async function connectSocketIo(
  port: number,
  id: number,
): Promise<PeerClient> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    auth: { client: id },
    reconnectionDelay: 300,
    reconnectionDelayMax: 600,
  });
  const client: PeerClient = {
    got: [],
    returns: [],
    reported: 0,
    send: (number) => socket.emit("up", number),
    close: () => socket.disconnect(),
  };
  socket.on("down", (number: number) => client.got.push(number));
  await new Promise<void>((resolve) =>
    socket.on("connect", () => {
      client.returns.push(socket.recovered ? "recovered" : "new");
      resolve();
    })
  );
  return client;
}

/** Connects a client of MQTT.js, at QoS 2. */
export async function connectMqtt(
  port: number,
  id: number,
): Promise<PeerClient> {
  const socket = mqtt.connect(`ws://127.0.0.1:${port}`, optionsOf(`${id}`));
  const client: PeerClient = {
    got: [],
    returns: [],
    reported: 0,
    send: (number) => void socket.publish(`up/${id}`, `${number}`, { qos: 2 }),
    close: () => void socket.end(true),
  };
  socket.on("error", () => {});
  socket.on("message", (_, payload) => client.got.push(Number(payload)));
  socket.on("connect", ({ sessionPresent }) => {
    client.returns.push(sessionPresent ? "recovered" : "new");
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  await socket.subscribeAsync("down", { qos: 2 });
  return client;
}
