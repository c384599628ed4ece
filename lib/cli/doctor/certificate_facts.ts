/**
 * Reads the certificate of a server, on a connection of its own: Deno's own TLS
 * does not show it.
 *
 * @module
 */

import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type PeerCertificate } from "node:tls";
import { connectRequest } from "../../transport/tcp/dial/tunnel.ts";
import type { Endpoint } from "../../transport/tcp/dial/tcp_failure.ts";

/** What a certificate says. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** Whose certificate to read, and how to get there. */
export interface CertificateSource {
  readonly server: Endpoint;
  /** The HTTP proxy to go through. */
  readonly proxy?: { readonly url: URL; readonly endpoint: Endpoint };
}

/**
 * Reads the certificate of a server, whether it is trusted or not.
 *
 * @returns `undefined` if the server shows none.
 */
export async function readCertificateFacts(
  source: CertificateSource,
  signal: AbortSignal,
): Promise<CertificateFacts | undefined> {
  const { hostname, port } = source.proxy?.endpoint ?? source.server;
  const socket = connectTcp({ host: hostname, port });
  const destroy = () => socket.destroy();
  signal.addEventListener("abort", destroy);
  try {
    await happens(socket, "connect");
    if (source.proxy !== undefined) {
      socket.write(connectRequest(source.proxy.url, source.server));
      await readHead(socket);
    }
    return await certificateOver(socket, source.server.hostname);
  } catch {
    // The step before has said what is wrong with the connection.
    return undefined;
  } finally {
    destroy();
    signal.removeEventListener("abort", destroy);
  }
}

async function certificateOver(
  socket: Socket,
  host: string,
): Promise<CertificateFacts> {
  const tls = connectTls({
    socket,
    host,
    // RFC 6066, 3: an IP address is not a server name.
    ...isIP(host) === 0 && { servername: host },
    rejectUnauthorized: false,
  });
  try {
    await happens(tls, "secureConnect");
    return factsOf(tls.getPeerCertificate());
  } finally {
    tls.destroy();
  }
}

/** The end of the answer that counts: those with `1xx` come before it. */
const ANSWER = /(?:^|\r\n\r\n)HTTP\/1\.\d [^1][^]*?\r\n\r\n/;

/** Skips the answer of a proxy, behind which it says nothing by itself. */
async function readHead(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let head = "";
  const take = (data: { toString(encoding: "latin1"): string }) => {
    head += data.toString("latin1");
    if (ANSWER.test(head)) resolve();
  };
  socket.on("data", take);
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("The proxy hung up")));
  await promise;
  socket.off("data", take);
}

function factsOf(certificate: PeerCertificate): CertificateFacts {
  const { subject, issuer, subjectaltname = "" } = certificate;
  return {
    subject: String(subject?.CN ?? ""),
    issuer: String(issuer?.CN ?? issuer?.O ?? ""),
    names: subjectaltname.replaceAll("DNS:", "").replaceAll("IP Address:", ""),
    from: Date.parse(certificate.valid_from),
    to: Date.parse(certificate.valid_to),
  };
}

async function happens(
  socket: Socket,
  event: "connect" | "secureConnect",
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, () => resolve());
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("The server hung up")));
  await promise;
}
