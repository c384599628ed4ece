/**
 * A server that hears and says nothing, for hosts of the names `h0.example`,
 * `h1.example`, … These names come in the clear, both in a request to a proxy
 * and in the ClientHello of TLS (RFC 6066, 3).
 *
 * @module
 */

/** In milliseconds. */
const MOMENT = 50;

/** The hosts whose names have come. */
export class Arrivals {
  readonly #hosts = new Map<string, PromiseWithResolvers<void>>();

  /** Waits until a host's name has come. */
  of(host: string): Promise<void> {
    return this.#of(host).promise;
  }

  /** Reads until a host's name has come, and hangs up a moment later. */
  readonly serveForAMoment = async (conn: Deno.Conn): Promise<void> => {
    await this.#hear(conn);
    await new Promise((resolve) => setTimeout(resolve, MOMENT));
  };

  /** Reads until the end. */
  readonly serve = async (conn: Deno.Conn): Promise<void> => {
    await this.#hear(conn);
    const buffer = new Uint8Array(16 * 1024);
    while (await conn.read(buffer) !== null);
  };

  async #hear(conn: Deno.Conn): Promise<void> {
    const decoder = new TextDecoder("latin1");
    const buffer = new Uint8Array(16 * 1024);
    let text = "";
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) return;
      text += decoder.decode(buffer.subarray(0, count));
      const host = /h\d+\.example/.exec(text)?.[0];
      if (host !== undefined) return this.#of(host).resolve();
    }
  }

  #of(host: string): PromiseWithResolvers<void> {
    const known = this.#hosts.get(host) ?? Promise.withResolvers<void>();
    this.#hosts.set(host, known);
    return known;
  }
}
