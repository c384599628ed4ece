/**
 * A TCP server whose connections follow a script, for handshakes and frames that
 * no WebSocket server would send. It runs in the test's own thread.
 *
 * @module
 */

import { createServer, type Server } from "node:net";
import { TcpPeer } from "./tcp_peer.ts";

/** What is done with one connection. What it leaves open stays open. */
export type Script = (peer: TcpPeer) => Promise<void> | void;

/** A server that plays a script to each connection. */
export class TcpServer implements AsyncDisposable {
  /** The port, chosen by the OS. */
  readonly port: number;
  /** Its URL, without a path. */
  readonly url: string;
  readonly #server: Server;
  readonly #peers: readonly TcpPeer[];
  readonly #scripts: readonly Promise<void>[];

  /**
   * Takes over what {@linkcode startTcpServer} has started.
   *
   * @param server The listening server.
   * @param peers The connections so far; it grows.
   * @param scripts Their running scripts; it grows.
   */
  constructor(
    server: Server,
    peers: readonly TcpPeer[],
    scripts: readonly Promise<void>[],
  ) {
    this.#server = server;
    this.#peers = peers;
    this.#scripts = scripts;
    const address = server.address();
    if (address === null || typeof address === "string") {
      throw new TypeError(`Cannot tell the port of ${address}`);
    }
    this.port = address.port;
    this.url = `ws://127.0.0.1:${address.port}`;
  }

  /** The connections so far, oldest first. */
  get peers(): readonly TcpPeer[] {
    return this.#peers;
  }

  /**
   * Drops what is open and listens no more.
   *
   * @throws {Error} What a script has thrown.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    for (const peer of this.#peers) peer.destroy();
    await closed.promise;
    await Promise.all(this.#scripts);
  }
}

/**
 * Starts a scripted TCP server on loopback.
 *
 * @param script Played to each connection.
 * @returns The server, listening.
 */
export async function startTcpServer(script: Script): Promise<TcpServer> {
  const peers: TcpPeer[] = [];
  const scripts: Promise<void>[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new TcpPeer(socket);
    peers.push(peer);
    const played = play(script, peer);
    // Disposing throws it; until then it is nobody's rejection.
    played.catch(() => {});
    scripts.push(played);
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  return new TcpServer(server, peers, scripts);
}

async function play(script: Script, peer: TcpPeer): Promise<void> {
  await script(peer);
}
