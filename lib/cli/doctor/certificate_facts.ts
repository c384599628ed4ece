/**
 * The steps to a server on plain sockets: DNS, TCP, TLS, handshake.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type PeerCertificate } from "node:tls";

/** The limit of a step. */
export interface StepLimits {
  /** Aborts when the step has taken too long. */
  readonly signal: AbortSignal;
}

/** What a server answered to a handshake. */
export interface HandshakeReply {
  /** The HTTP status; 0 if the answer is not HTTP. */
  readonly status: number;
  /** The first line. */
  readonly statusLine: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether `Sec-WebSocket-Accept` is right (RFC 6455, 4.2.2). */
  readonly accepted: boolean;
}

/** What a handshake contains. */
export interface HandshakeRequest {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** What a certificate says. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** Gives the addresses of a host. */
export async function resolveHost(url: URL): Promise<readonly string[]> {
  const found = await lookup(hostOf(url), { all: true });
  return found.map(({ address }) => address);
}

/** Opens a TCP connection. */
export async function openTcp(
  { address, port }: { readonly address: string; readonly port: number },
  { signal }: StepLimits,
): Promise<Socket> {
  const socket = connectTcp({ host: address, port });
  await happens(socket, "connect", signal);
  return socket;
}

/**
 * Speaks TLS over a connection.
 *
 * @param trust `"judged"` refuses a certificate that is not trusted, `"any"`
 * takes each one.
 */
export async function openTls(
  { socket, url, trust }: {
    readonly socket: Socket;
    readonly url: URL;
    readonly trust: "judged" | "any";
  },
  { signal }: StepLimits,
): Promise<
  { readonly socket: Socket; readonly certificate: CertificateFacts }
> {
  const host = hostOf(url);
  const tls = connectTls({
    socket,
    host,
    // RFC 6066, 3: an IP address is not a server name.
    ...isIP(host) === 0 && { servername: host },
    rejectUnauthorized: trust === "judged",
  });
  await happens(tls, "secureConnect", signal);
  return { socket: tls, certificate: factsOf(tls.getPeerCertificate()) };
}

/** Sends the opening handshake (RFC 6455, 4.1) and reads the answer's head. */
export async function shakeHands(
  socket: Socket,
  request: HandshakeRequest,
  { signal }: StepLimits,
): Promise<HandshakeReply> {
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  socket.write(requestText(request, key));
  const head = await readHead(socket, signal);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = new Map(lines.map(parseHeader));
  return {
    status: Number(/^HTTP\/1\.\d (\d{3})/.exec(statusLine)?.[1] ?? 0),
    statusLine,
    headers,
    accepted: headers.get("sec-websocket-accept") === await acceptFor(key),
  };
}

/** Gives the port of a URL, or the default port of its scheme. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "wss:" ? 443 : 80;
}

/** Gives the host of a URL, without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** How long the head of an answer may be, in characters. */
const MAX_HEAD = 64 * 1024;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function requestText(
  { url, protocols, headers }: HandshakeRequest,
  key: string,
): string {
  const fields: Readonly<Record<string, string>> = {
    Host: url.host,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    ...protocols.length > 0 &&
      { "Sec-WebSocket-Protocol": protocols.join(", ") },
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function readHead(socket: Socket, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (data: string) => {
    text += data;
    const end = text.indexOf("\r\n\r\n");
    if (end !== -1) resolve(text.slice(0, end));
    else if (text.length > MAX_HEAD) {
      reject(new Error("The head of the answer is too long"));
    }
  });
  socket.on("error", reject);
  socket.on("close", () => {
    reject(new Error("The server closed the connection without an answer"));
  });
  signal.addEventListener("abort", () => reject(signal.reason));
  return await promise;
}

function parseHeader(line: string): readonly [name: string, value: string] {
  const [name = "", ...value] = line.split(":");
  return [name.toLowerCase(), value.join(":").trim()];
}

async function acceptFor(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + GUID);
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)).toBase64();
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
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, () => resolve());
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("The server hung up")));
  signal.addEventListener("abort", () => reject(signal.reason));
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
