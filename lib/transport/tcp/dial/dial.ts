/**
 * Makes the connection that the handshake goes over: TCP, a tunnel through a
 * proxy where there is one, and TLS.
 *
 * @module
 */

import { type Conn, denoNet, type TcpConn, type TlsConn } from "./deno_net.ts";
import type {
  NetworkConfig,
  TlsConfig,
} from "../../../connection/config/network.ts";
import type { DialAttempt } from "./dial_attempt.ts";
import {
  type PossibleRoute,
  readVariable,
  type Route,
  routeTo,
} from "./proxy.ts";
import {
  connectFailure,
  type Endpoint,
  OpeningError,
  startFailure,
} from "./tcp_failure.ts";
import { openTunnel, showProxy } from "./tunnel.ts";

/** What a client must speak above TLS (RFC 7301; RFC 6455, 4.1). */
const ALPN = ["http/1.1"];
const PLAIN: TlsConfig = { caCerts: [] };

/** The default ports (RFC 6455, 3; RFC 9110, 4.2). */
const PORTS: Readonly<Record<string, number>> = {
  "ws:": 80,
  "http:": 80,
  "wss:": 443,
  "https:": 443,
};

/** The endpoint that a URL names. */
export function endpointOf({ hostname, port, protocol }: URL): Endpoint {
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? PORTS[protocol]! : Number(port),
  };
}

/**
 * Connects to the server of a URL. The attempt owns all that it opens.
 *
 * @returns A connection that HTTP can be spoken over.
 */
export async function dial(
  url: URL,
  network: NetworkConfig,
  attempt: DialAttempt,
): Promise<Conn> {
  const route = routeTo(url, network.proxy, readVariable);
  const { tls = PLAIN } = network;
  const isSecure = url.protocol === "wss:";
  requirePossible(route, url, tls);
  if (isSecure && tls.cert !== undefined) {
    return await connectTls(endpointOf(url), tls, attempt);
  }
  const how = { tls, attempt };
  const conn = await connectBy(route, url, how);
  return isSecure ? await startTls(conn as TcpConn, url, how) : conn;
}

/**
 * Checks that Deno can go this way.
 *
 * @throws {OpeningError} It cannot, and no retry changes that.
 */
export function requirePossible(
  route: Route,
  url: URL,
  tls: TlsConfig,
): asserts route is PossibleRoute {
  if (route.kind === "direct") return;
  if (route.kind === "unusable") throw unusable(route.detail);
  if (url.protocol !== "wss:") return;
  // Only `Deno.connectTls` shows a certificate, and it makes its own connection.
  if (tls.cert !== undefined) {
    throw unusable(
      "Deno shows no client certificate through a proxy: " +
        "leave out tls.cert, or use proxy: false",
    );
  }
  if (route.url.protocol === "https:") {
    throw unusable(
      `Deno has no TLS within TLS, which wss: through the proxy ` +
        `${showProxy(route.url)} would be: use a proxy with http:`,
    );
  }
}

/** What all steps share. */
export interface How {
  /** What TLS trusts. */
  readonly tls: TlsConfig;
  /** Owns what they open. */
  readonly attempt: DialAttempt;
}

async function connectBy(
  route: PossibleRoute,
  url: URL,
  how: How,
): Promise<Conn> {
  const to = endpointOf(url);
  if (route.kind === "direct") return await connectTcp(to, how.attempt);
  const proxy = route.url;
  const conn = await connectProxy(proxy, how);
  await openTunnel({ conn, proxy, to });
  return conn;
}

async function connectProxy(proxy: URL, how: How): Promise<Conn> {
  const endpoint = endpointOf(proxy);
  try {
    const conn = await connectTcp(endpoint, how.attempt);
    if (proxy.protocol === "http:") return conn;
    return await startTls(conn, proxy, how);
  } catch (error) {
    const failure = connectFailure(error, endpoint);
    if (failure.type !== "connect") throw new OpeningError(failure);
    const detail = `The proxy ${showProxy(proxy)} cannot be reached: ` +
      failure.detail;
    throw new OpeningError({ type: "connect", kind: "proxy", detail });
  }
}

/** Connects by TCP. */
export async function connectTcp(
  endpoint: Endpoint,
  attempt: DialAttempt,
): Promise<TcpConn> {
  const { signal } = attempt;
  const conn = attempt.hold(await denoNet().connect({ ...endpoint, signal }));
  // Small frames must not wait for the acknowledgement of others.
  conn.setNoDelay();
  return conn;
}

/**
 * Speaks TLS over a connection, with the host of a URL.
 *
 * Where the attempt is given up within the handshake, Deno 2.9 keeps the socket
 * until the peer ends the connection, and has nothing else that would close it.
 */
export async function startTls(
  conn: TcpConn,
  url: URL,
  { tls, attempt }: How,
): Promise<TlsConn> {
  const { hostname } = endpointOf(url);
  const starting = denoNet().startTls(conn, {
    hostname,
    caCerts: [...tls.caCerts],
    alpnProtocols: ALPN,
  });
  const secure = attempt.hold(await started(starting));
  await secure.handshake();
  return secure;
}

/**
 * Connects by TLS, and shows the client's certificate.
 *
 * Cannot be aborted before TCP is connected; a connection that comes then is closed. Deno 2.9
 * has no `setNoDelay()` for it either, so a small frame may wait up to 40 ms for
 * the acknowledgement of the one before it.
 */
export async function connectTls(
  endpoint: Endpoint,
  { caCerts, cert, key }: TlsConfig,
  attempt: DialAttempt,
): Promise<TlsConn> {
  const starting = denoNet().connectTls({
    ...endpoint,
    caCerts: [...caCerts],
    alpnProtocols: ALPN,
    ...cert !== undefined && key !== undefined && { cert, key },
  });
  const secure = attempt.hold(await started(starting));
  await secure.handshake();
  return secure;
}

/** TLS that is ready for its handshake. */
async function started(starting: Promise<TlsConn>): Promise<TlsConn> {
  try {
    return await starting;
  } catch (error) {
    throw startFailure(error);
  }
}

function unusable(detail: string): OpeningError {
  return new OpeningError({ type: "invalid", detail });
}
