/**
 * Two hosts on one machine: two network namespaces of Linux, joined by a virtual
 * cable whose faults are real. It needs root and iproute2.
 *
 * @module
 */

import { PROGRAMS } from "../../requirements.ts";

/** No interface has this address: what is sent to it vanishes, and no error tells. */
const NOBODY = "02:00:00:00:00:01";

/** The two hosts. */
export type HostName = "client" | "server";

/** Which packets vanish, named by who sends them. */
export type Lost = HostName | "both";

/** One of the two hosts. */
export interface NetworkHost {
  /** The command line that runs another one on this host; a `Place`, for fixtures. */
  readonly within: readonly string[];
  /** Its address. */
  readonly address: string;
}

interface End extends NetworkHost {
  readonly namespace: string;
  readonly device: string;
  readonly mac: string;
}

let cables = 0;

/** Two hosts and the cable between them; disposing it removes them. */
export class NetworkCable implements AsyncDisposable {
  readonly #ends: Readonly<Record<HostName, End>>;

  private constructor(ends: Readonly<Record<HostName, End>>) {
    this.#ends = ends;
  }

  /**
   * Makes two hosts and joins them.
   *
   * @returns The cable, which is up.
   */
  static async create(): Promise<NetworkCable> {
    const name = `hf${Deno.pid}x${cables++}`;
    const cable = new NetworkCable({
      client: makeEnd(`${name}c`, 1),
      server: makeEnd(`${name}s`, 2),
    });
    try {
      await cable.#build();
      return cable;
    } catch (error) {
      await cable[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The host for the client. */
  get client(): NetworkHost {
    return this.#ends.client;
  }

  /** The host for the server. */
  get server(): NetworkHost {
    return this.#ends.server;
  }

  /**
   * Makes packets vanish on the cable, without any error to either side.
   *
   * @param from Whose packets.
   */
  async blackhole(from: Lost): Promise<void> {
    const { client, server } = this.#ends;
    if (from !== "server") await setNeighbour(client, server, NOBODY);
    if (from !== "client") await setNeighbour(server, client, NOBODY);
  }

  /** Lets all packets pass again, and plugs the cable in. */
  async restore(): Promise<void> {
    const { client, server } = this.#ends;
    for (const end of [client, server]) {
      await ip("-n", end.namespace, "link", "set", end.device, "up");
    }
    // A link that went down has forgotten its neighbours.
    await setNeighbour(client, server, server.mac);
    await setNeighbour(server, client, client.mac);
  }

  /**
   * Takes a host's end of the link down.
   *
   * @param host Whose end; the other one loses its carrier.
   */
  async unplug(host: HostName): Promise<void> {
    const { namespace, device } = this.#ends[host];
    await ip("-n", namespace, "link", "set", device, "down");
  }

  /**
   * Gives the client IPv6, and makes what it sends to an address vanish.
   *
   * @param address An address of the network 2001:db8::/64 (RFC 3849).
   */
  async loseIPv6(address: string): Promise<void> {
    const { namespace, device } = this.#ends.client;
    await ip(
      ...["-n", namespace, "address", "add", "2001:db8::1/64"],
      ...["dev", device, "nodad"],
    );
    await setNeighbour(this.#ends.client, { address }, NOBODY);
  }

  /** Removes the hosts; what still runs there keeps running without a network. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { namespace } of Object.values(this.#ends)) {
      await ip("netns", "delete", namespace).catch(() => {});
    }
  }

  async #build(): Promise<void> {
    const { client, server } = this.#ends;
    await ip("netns", "add", client.namespace);
    await ip("netns", "add", server.namespace);
    await ip(
      ...["-n", client.namespace, "link", "add", client.device],
      ...["address", client.mac, "type", "veth", "peer", server.device],
      ...["address", server.mac, "netns", server.namespace],
    );
    for (const { namespace, device, address } of [client, server]) {
      await ip(
        "-n",
        namespace,
        "address",
        "add",
        `${address}/24`,
        "dev",
        device,
      );
      await ip("-n", namespace, "link", "set", "lo", "up");
    }
    await this.restore();
  }
}

function makeEnd(namespace: string, number: 1 | 2): End {
  return {
    namespace,
    device: `veth${number}`,
    address: `10.0.0.${number}`,
    mac: `02:00:00:00:01:0${number}`,
    within: [PROGRAMS.ip, "netns", "exec", namespace],
  };
}

/** Fixes the hardware address under which one end reaches the other. */
async function setNeighbour(
  end: End,
  other: Pick<End, "address">,
  mac: string,
): Promise<void> {
  await ip(
    ...["-n", end.namespace, "neighbour", "replace", other.address],
    ...["lladdr", mac, "dev", end.device, "nud", "permanent"],
  );
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(PROGRAMS.ip, { args })
    .output();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim();
  throw new Error(`Cannot run "ip ${args.join(" ")}": ${reason}`);
}
