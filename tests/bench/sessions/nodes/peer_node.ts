/**
 * What the nodes of the comparison obey, and how they are started.
 *
 * @module
 */

import { openModule } from "../../../system/servers/remote/place.ts";
import { Remote } from "../../../system/servers/remote/remote.ts";
import type { Peer } from "../peers.ts";

/** A command to a node. */
export type NodeCommand =
  /** Listens, and shares the Redis on this port with others. */
  | { readonly type: "start"; readonly redis: number }
  /** Sends a number to all clients: those of these sessions, if there are any. */
  | {
    readonly type: "emit";
    readonly number: number;
    readonly sessions: readonly string[];
  }
  | { readonly type: "report" };

/** What a node tells. */
export interface NodeReport {
  readonly port: number;
  /** What came from clients, in order. */
  readonly received: readonly (readonly [client: number, number: number])[];
  /** How many messages `send()` rejected. */
  readonly rejected: number;
}

/** A node in a process of its own. */
export class PeerNode implements AsyncDisposable {
  /** Where it listens on loopback. */
  readonly port: number;
  readonly #remote: Remote<NodeCommand, NodeReport>;

  private constructor(remote: Remote<NodeCommand, NodeReport>, port: number) {
    this.#remote = remote;
    this.port = port;
  }

  /** Starts one that shares a Redis with others. */
  static async start(peer: Peer, redis: number): Promise<PeerNode> {
    const module = new URL(`./${peer}_node.ts`, import.meta.url);
    const remote = new Remote<NodeCommand, NodeReport>(
      openModule(module, "process"),
    );
    const { port } = await remote.call({ type: "start", redis });
    return new PeerNode(remote, port);
  }

  /** Has it do something. */
  call(command: NodeCommand): Promise<NodeReport> {
    return this.#remote.call(command);
  }

  /** What clients sent. */
  async received(): Promise<NodeReport["received"]> {
    return (await this.#remote.call({ type: "report" })).received;
  }

  /** Stops or continues its process. */
  signal(signal: Deno.Signal): void {
    this.#remote.signal(signal);
  }

  /** Kills it by SIGKILL. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}
