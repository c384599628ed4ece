/**
 * A TCP proxy in front of the WebSocket server. It can refuse connections and drop
 * packets, as servers and networks do.
 *
 * @module
 */

import { delay } from "@std/async";
import type { Health } from "./protocol.ts";

/** Passes connections on to a server, except during a fault. */
export class FaultProxy implements AsyncDisposable {
  /** Where it listens, on loopback. */
  readonly port: number;
  readonly #target: number;
  readonly #connections = new Set<Deno.Conn>();
  #listener: Deno.TcpListener;
  #passing: Promise<void> = Promise.resolve();
  #health: Health = "up";

  /** Listens on loopback in front of the port `target`. */
  constructor(target: number) {
    this.#target = target;
    this.#listener = this.#listen(0);
    this.port = this.#listener.addr.port;
  }

  /** Which fault is active. */
  get health(): Health {
    return this.#health;
  }

  /** Ends all connections and refuses new ones, for so many milliseconds. */
  async kill(duration: number, signal: AbortSignal): Promise<void> {
    if (this.#health !== "up") return;
    this.#health = "dead";
    this.#end();
    await delay(duration, { signal });
    this.#listener = this.#listen(this.port);
    this.#health = "up";
  }

  /** Lets no packet pass for so many milliseconds; TCP sends them again later. */
  async drop(duration: number, signal: AbortSignal): Promise<void> {
    if (this.#health !== "up") return;
    this.#health = "packets dropped";
    this.#passing = delay(duration, { signal }).catch(() => {});
    await this.#passing;
    this.#health = "up";
  }

  /** Ends all connections. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.#health !== "dead") this.#end();
    return this.#passing;
  }

  #listen(port: number): Deno.TcpListener {
    const listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#accept(listener);
    return listener;
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for await (const near of listener) this.#join(near);
  }

  async #join(near: Deno.Conn): Promise<void> {
    this.#connections.add(near);
    const far = await Deno.connect({
      hostname: "127.0.0.1",
      port: this.#target,
    });
    if (!this.#connections.has(near)) return far.close();
    this.#connections.add(far);
    await Promise.race([this.#pass(near, far), this.#pass(far, near)]);
    this.#close(near);
    this.#close(far);
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const size = await from.read(buffer);
        if (size === null) return;
        await this.#passing;
        await writeAll(to, buffer.subarray(0, size));
      }
    } catch {
      // Either side may end at any time; then the other ends too.
    }
  }

  #end(): void {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
  }

  #close(connection: Deno.Conn): void {
    if (this.#connections.delete(connection)) connection.close();
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await to.write(bytes.subarray(written));
  }
}
