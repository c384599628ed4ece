/**
 * HAProxy as a reverse proxy that cuts idle connections.
 *
 * @module
 */

import { PROGRAMS } from "../../requirements.ts";
import {
  type ProxyTls,
  type ReverseProxy,
  startReverseProxy,
} from "./reverse_proxy.ts";

/** The options of {@linkcode startHaproxyProxy}; times are in milliseconds. */
export interface HaproxyProxyOptions {
  /**
   * `timeout tunnel`: the idle limit of an open WebSocket.
   *
   * @default {3_600_000}
   */
  readonly tunnel?: number;
  /**
   * `timeout client`: the idle limit before that, on the client's side.
   *
   * @default {60_000}
   */
  readonly client?: number;
  /**
   * `timeout server`: the same on the server's side.
   *
   * @default {60_000}
   */
  readonly server?: number;
  /** Makes it speak TLS; its URL stays that of 127.0.0.1. */
  readonly tls?: ProxyTls;
}

/**
 * Starts HAProxy in front of a server.
 *
 * @param upstreamPort The server's port on loopback.
 * @param options The limits.
 * @returns The proxy, listening.
 */
export function startHaproxyProxy(
  upstreamPort: number,
  options: HaproxyProxyOptions = {},
): Promise<ReverseProxy> {
  const { tunnel = 3_600_000, client = 60_000, server = 60_000 } = options;
  return startReverseProxy({
    configure: ({ port, directory }) => `
defaults
  mode http
  timeout connect 2000ms
  timeout client ${client}ms
  timeout server ${server}ms
  timeout tunnel ${tunnel}ms
frontend clients
  bind 127.0.0.1:${port}${options.tls ? tlsWords(options.tls, directory) : ""}
  default_backend servers
backend servers
  server upstream 127.0.0.1:${upstreamPort}
`,
    // -db: one process, in the foreground.
    command: (file) => [PROGRAMS.haproxy, "-db", "-q", "-f", file],
  });
}

function tlsWords(
  { certificate: { cert, key }, authority }: ProxyTls,
  directory: string,
): string {
  Deno.writeTextFileSync(`${directory}/both`, `${cert}${key}`);
  if (authority === undefined) return ` ssl crt ${directory}/both`;
  Deno.writeTextFileSync(`${directory}/authority`, authority);
  return ` ssl crt ${directory}/both ca-file ${directory}/authority verify required`;
}
