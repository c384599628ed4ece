/**
 * An HTTP proxy that opens tunnels (RFC 9110, 9.3.6), over TCP or TLS.
 *
 * @module
 */

/** The options of {@linkcode startConnectProxy}. */
export interface ConnectProxyOptions {
  /** Makes it a proxy over TLS. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** What it answers instead of opening a tunnel; `""`: it closes at once. */
  readonly answer?: string;
  /** What it sends before it answers that the tunnel is open. */
  readonly interim?: string;
  /**
   * The address that each tunnel leads to, whatever host is asked for.
   *
   * @default {"127.0.0.1"}
   */
  readonly target?: string;
}

/** A proxy that listens. */
export interface ConnectProxy extends Disposable {
  /** Its port on loopback. */
  readonly port: number;
  /** The heads of the requests so far. */
  readonly requests: readonly string[];
}

/** Starts a proxy. */
export function startConnectProxy(
  { certificate, answer, interim, target = "127.0.0.1" }: ConnectProxyOptions =
    {},
): ConnectProxy {
  const place = { hostname: "127.0.0.1", port: 0 };
  const listener = certificate === undefined
    ? Deno.listen(place)
    : Deno.listenTls({ ...place, ...certificate });
  const requests: string[] = [];
  const conns = new Set<Deno.Conn>();
  const tunnel = async (client: Deno.Conn) => {
    const head = await readHead(client);
    requests.push(head);
    const port = /^CONNECT \S+:(\d+) /.exec(head)?.[1];
    if (answer !== undefined || port === undefined) {
      if (answer) await client.write(new TextEncoder().encode(answer));
      return;
    }
    using server = await Deno.connect({
      hostname: target,
      port: Number(port),
    });
    if (interim) await client.write(new TextEncoder().encode(interim));
    await client.write(
      new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n"),
    );
    await Promise.all([copy(client, server), copy(server, client)]);
  };
  serve(listener, async (client) => {
    conns.add(client);
    try {
      await tunnel(client);
    } finally {
      client[Symbol.dispose]();
      conns.delete(client);
    }
  });
  return {
    port: listener.addr.port,
    requests,
    [Symbol.dispose]() {
      listener.close();
      for (const conn of conns) conn[Symbol.dispose]();
    },
  };
}

async function serve(
  listener: Deno.Listener<Deno.Conn>,
  handle: (conn: Deno.Conn) => Promise<void>,
): Promise<void> {
  try {
    for await (const conn of listener) handle(conn).catch(() => {});
  } catch {
    // A client that does not trust the certificate ends the iteration.
  }
}

async function readHead(conn: Deno.Conn): Promise<string> {
  let head = "";
  const buffer = new Uint8Array(1024);
  while (!head.endsWith("\r\n\r\n")) {
    const count = await conn.read(buffer);
    if (count === null) return head;
    head += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return head;
}

/** Ends the other side when this one ends. */
async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      for (let at = 0; at < count;) {
        at += await to.write(buffer.subarray(at, count));
      }
    }
  } finally {
    to[Symbol.dispose]();
    from[Symbol.dispose]();
  }
}
