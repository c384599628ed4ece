/**
 * A tunnel through an HTTP proxy (RFC 9110, 9.3.6).
 *
 * @module
 */

import type { Conn } from "./deno_net.ts";
import {
  MAX_INTERIM,
  parseStatusLine,
} from "../../../rfc6455/handshake/client_handshake.ts";
import { headBytes } from "../../../rfc6455/handshake/fields.ts";
import {
  type Head,
  HeadReader,
} from "../../../rfc6455/handshake/head_reader.ts";
import { basicCredentials } from "../../../rfc6455/handshake/request.ts";
import { withUserAgent } from "../../user_agent.ts";
import { type Endpoint, OpeningError, showEndpoint } from "./tcp_failure.ts";
import { writeAll } from "./write_all.ts";

/** The limit for the proxy's answer, in bytes. */
const MAX_BYTES = 64 * 1024;
const SWITCHING_PROTOCOLS = 101;
const READ = 1024;

/** A tunnel to ask for. */
export interface TunnelOptions {
  /** The connection to the proxy. */
  readonly conn: Conn;
  /** The proxy's URL, with its credentials. */
  readonly proxy: URL;
  /** Where the tunnel leads. */
  readonly to: Endpoint;
}

/**
 * Asks a proxy to turn the connection to it into a tunnel.
 *
 * @throws {OpeningError} The proxy refuses, or does not speak HTTP.
 */
export async function openTunnel(options: TunnelOptions): Promise<void> {
  const { conn, proxy, to } = options;
  await writeAll(conn, connectRequest(proxy, to));
  const { startLine } = await readAnswer(options);
  const line = parseStatusLine(startLine);
  if (line === undefined) throw proxyError(options, "is no HTTP proxy");
  const { status, reason } = line;
  if (isTunnel(status)) return;
  const answer = `${status} ${reason}`.trim();
  throw proxyError(
    options,
    `refused to connect to ${showEndpoint(to)}: ${answer}`,
  );
}

/** Shows a proxy without its credentials. */
export function showProxy({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** Makes the bytes that ask for a tunnel. */
export function connectRequest(
  proxy: URL,
  to: Endpoint,
): Uint8Array<ArrayBuffer> {
  const target = showEndpoint(to);
  const credentials = basicCredentials(proxy);
  return headBytes(`CONNECT ${target} HTTP/1.1`, [
    ["Host", target],
    ...Object.entries(withUserAgent({})),
    ...credentials === ""
      ? []
      : [["Proxy-Authorization", `Basic ${credentials}`] as const],
  ]);
}

/** Reads up to the answer that counts: those with `1xx` come before it. */
async function readAnswer(options: TunnelOptions): Promise<Head> {
  const reader = new HeadReader({ message: "response", maxBytes: MAX_BYTES });
  const buffer = new Uint8Array(READ);
  let interim = 0;
  for (;;) {
    const count = await options.conn.read(buffer);
    if (count === null) {
      throw proxyError(options, "closed the connection without an answer");
    }
    const bytes = buffer.subarray(0, count);
    for (let at = 0; at < count;) {
      const result = reader.read(bytes, at);
      if (result.kind === "fault") {
        throw proxyError(options, "is no HTTP proxy");
      }
      if (result.kind === "incomplete") break;
      at = result.end;
      const status = parseStatusLine(result.head.startLine)?.status ?? 0;
      if (isInterim(status) && interim < MAX_INTERIM) {
        interim += 1;
        continue;
      }
      // Nobody speaks before the client does, neither with TLS nor with HTTP.
      if (at < count && isTunnel(status)) {
        throw proxyError(options, "sent bytes before it was asked for any");
      }
      return result.head;
    }
  }
}

/** A proxy that switches protocols is no tunnel, and no other answer follows. */
function isInterim(status: number): boolean {
  return status >= 100 && status < 200 && status !== SWITCHING_PROTOCOLS;
}

function isTunnel(status: number): boolean {
  return status >= 200 && status < 300;
}

function proxyError({ proxy }: TunnelOptions, what: string): OpeningError {
  const detail = `The proxy ${showProxy(proxy)} ${what}`;
  return new OpeningError({ type: "connect", kind: "proxy", detail });
}
