/**
 * An address where TCP is never connected.
 *
 * @module
 */

interface Place {
  readonly hostname: string;
  readonly port: number;
}

/** An address, until it is disposed of. */
export interface Silence extends Place, AsyncDisposable {}

/** Nobody is there: it is for documentation (RFC 5737). */
const NOBODY: Place = { hostname: "192.0.2.1", port: 9 };
/** How long an answer may take, in milliseconds. */
const PATIENCE = 300;
/** More than any backlog. */
const MANY = 5_000;

/**
 * Finds an address that does not answer. Where the network says at once that
 * there is no way to it, that is a listener whose backlog is full.
 *
 * @throws {Error} The system has no such thing.
 */
export async function findSilence(): Promise<Silence> {
  if (await connect(NOBODY) === "silent") {
    return { ...NOBODY, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const place = { hostname: "127.0.0.1", port: listener.addr.port };
  const conns: Deno.Conn[] = [];
  const dispose = () => {
    listener.close();
    for (const conn of conns) conn[Symbol.dispose]();
    return Promise.resolve();
  };
  for (let count = 0; count < MANY; count += 1) {
    const conn = await connect(place);
    if (conn === "silent") return { ...place, [Symbol.asyncDispose]: dispose };
    if (conn !== "refused") conns.push(conn);
  }
  await dispose();
  throw new Error("Each address answers");
}

async function connect(
  place: Place,
): Promise<Deno.Conn | "silent" | "refused"> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE);
  const { signal } = controller;
  try {
    return await Deno.connect({ ...place, signal });
  } catch {
    return signal.aborted ? "silent" : "refused";
  } finally {
    clearTimeout(timer);
  }
}
