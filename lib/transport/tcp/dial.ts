/**
 * Makes the connection that the handshake goes over: TCP, and TLS above it.
 *
 * @module
 */

import type { Attempt } from "./attempt.ts";
import type { Endpoint } from "./tcp_failure.ts";

/** What a client must speak above TLS (RFC 7301; RFC 6455, 4.1). */
const ALPN = ["http/1.1"];

/** The default ports of `ws:` and `wss:` (RFC 6455, 3). */
const PORTS = { "ws:": 80, "wss:": 443 } as const;

/** Whom a URL names. */
export function endpointOf(url: URL): Endpoint {
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === ""
      ? PORTS[url.protocol as keyof typeof PORTS]
      : Number(url.port),
  };
}

/**
 * Connects to the server of a URL. All that it opens is in the attempt's charge.
 *
 * @returns A connection that HTTP can be spoken over.
 */
export async function dial(url: URL, attempt: Attempt): Promise<Deno.Conn> {
  const endpoint = endpointOf(url);
  const conn = await connectTcp(endpoint, attempt);
  return url.protocol === "wss:"
    ? await startTls(conn, endpoint.hostname, attempt)
    : conn;
}

async function connectTcp(
  endpoint: Endpoint,
  attempt: Attempt,
): Promise<Deno.TcpConn> {
  const { signal } = attempt;
  const conn = attempt.hold(await Deno.connect({ ...endpoint, signal }));
  // Small frames must not wait for the acknowledgement of others.
  conn.setNoDelay();
  return conn;
}

async function startTls(
  conn: Deno.TcpConn,
  hostname: string,
  attempt: Attempt,
): Promise<Deno.TlsConn> {
  const tls = attempt.hold(
    await Deno.startTls(conn, { hostname, alpnProtocols: ALPN }),
  );
  await tls.handshake();
  return tls;
}
