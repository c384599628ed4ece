/**
 * Clients that send numbers and expect each of them back.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import type { Tally } from "./tally.ts";

/** How often each client sends a number, in milliseconds. */
const INTERVAL = 200;

/** Opens the clients. */
export async function openClients(
  count: number,
  url: string,
  tally: Tally,
): Promise<Clients> {
  const all = Array.from(
    { length: count },
    (_, index) => new Client(url, `client-${index + 1}`, tally),
  );
  await Promise.all(all.map(({ opened }) => opened));
  return new Clients(all);
}

/** All clients. */
export class Clients implements AsyncDisposable {
  readonly #all: readonly Client[];

  /** For clients that are open. */
  constructor(all: readonly Client[]) {
    this.#all = all;
  }

  /** Sends until it is disposed. */
  send(): Disposable {
    const timers = this.#all.map((client) =>
      setInterval(() => client.send(), INTERVAL)
    );
    return { [Symbol.dispose]: () => timers.forEach(clearInterval) };
  }

  /** Says good-bye: the sessions end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((client) => client.close()));
  }
}

class Client {
  readonly #name: string;
  readonly #tally: Tally;
  readonly #socket: ReconnectingWebSocket;

  constructor(url: string, name: string, tally: Tally) {
    this.#name = name;
    this.#tally = tally;
    this.#socket = new ReconnectingWebSocket(`${url}/?client=${name}`, [], {
      session: true,
      // A node that was stopped is noticed within two seconds.
      heartbeat: { interval: 1_000, timeout: 1_000 },
      openTimeout: 3_000,
    });
    this.#socket.addEventListener("open", ({ session }) => {
      if (session?.kind !== "lost") return;
      tally.note(`${name}: session lost (${session.why})`);
    });
    this.#socket.addEventListener("drop", ({ count, reason }) => {
      tally.note(`${name}: ${count} dropped (${reason})`);
    });
    this.#socket.addEventListener("message", ({ data }) => {
      tally.answered(name, Number(data));
    });
  }

  get opened(): Promise<unknown> {
    return this.#socket.opened;
  }

  send(): void {
    this.#socket.send(`${this.#tally.nextOf(this.#name)}`);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#socket.closed;
  }
}
