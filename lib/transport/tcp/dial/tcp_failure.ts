/**
 * Why Deno could not connect, read from the classes, codes and texts of its
 * errors.
 *
 * @module
 */

import { denoNet } from "./deno_net.ts";
import type { Failure } from "../../../connection/failure.ts";

/** Whom the connection goes to. */
export interface Endpoint {
  /** A name or an address, IPv6 without brackets. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
}

/** No connection came about, and this is why. */
export class OpeningError extends Error {
  override readonly name = "OpeningError";
  /** In the form that the machine takes. */
  readonly failure: Failure;

  /** Wraps a failure, so that it can be thrown. */
  constructor(failure: Failure) {
    super(failure.type);
    this.failure = failure;
  }
}

/** What the resolver of the system says, and its codes on Windows. */
const NO_NAME = /failed to lookup address|\(os error 1100[1-4]\)/;
/** What rustls says of a certificate, an alert, or bytes that are not TLS. */
const NO_TLS =
  /peer certificate|fatal alert|corrupt message|misbehaved|incompatible/i;

/** What Deno says of certificates and keys of ours that it cannot use. */
const BAD_OPTIONS =
  /KeyMismatch|parse private key|Unable to (?:add pem file|decode)|No (?:certificates|keys) found/;

/** What rustls says of a certificate that it cannot read, whoever's it is. */
const UNREADABLE = /BadEncoding/;

/**
 * Reads why TLS could not begin. The server has shown no certificate then, so one
 * that cannot be read is ours.
 */
export function startFailure(error: unknown): unknown {
  const detail = error instanceof Error ? error.message : "";
  return UNREADABLE.test(detail)
    ? new OpeningError(unusableTls("a certificate cannot be read"))
    : error;
}

function unusableTls(detail: string): Failure {
  return { type: "invalid", detail: `Cannot use the option tls: ${detail}` };
}

/** Reads why no connection to an endpoint came about. */
export function connectFailure(error: unknown, to: Endpoint): Failure {
  if (error instanceof OpeningError) return error.failure;
  if (error instanceof denoNet().errors.NotCapable) {
    return { type: "invalid", detail: permissionDetail(to) };
  }
  const detail = error instanceof Error ? error.message : String(error);
  if (BAD_OPTIONS.test(detail)) return unusableTls(detail);
  if (NO_TLS.test(detail)) {
    return { type: "connect", kind: "tls", detail: tlsDetail(detail) };
  }
  return { type: "connect", kind: kindOf(error, detail), detail };
}

/** Shows an endpoint as `--allow-net` takes it. */
export function showEndpoint({ hostname, port }: Endpoint): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

function permissionDetail(to: Endpoint): string {
  const endpoint = showEndpoint(to);
  return `No permission to connect to ${endpoint}: run Deno with ` +
    `--allow-net=${endpoint}`;
}

function kindOf(
  error: unknown,
  detail: string,
): "refused" | "dns" | "unknown" {
  if (error instanceof denoNet().errors.ConnectionRefused) return "refused";
  return NO_NAME.test(detail) ? "dns" : "unknown";
}

/** What can be wrong with TLS, as far as the faults can be distinguished. */
export type TlsFault =
  | "unknown-authority"
  | "authority-as-server"
  | "expired"
  | "not-yet-valid"
  | "other-host"
  | "client-certificate"
  | "no-common-version"
  | "no-tls";

/** What rustls says, the first that fits. */
const TLS_FAULTS: readonly (readonly [text: RegExp, fault: TlsFault])[] = [
  [/CaUsedAsEndEntity/, "authority-as-server"],
  [/UnknownIssuer/, "unknown-authority"],
  [/not valid after/, "expired"],
  [/not valid before/, "not-yet-valid"],
  [/not valid for name/, "other-host"],
  [/CertificateRequired|BadCertificate|UnknownCA/, "client-certificate"],
  [/ProtocolVersion|DoesNotSupportTls/, "no-common-version"],
  [/InvalidContentType/, "no-tls"],
];

/** Reads what is wrong with TLS from the text of an error. */
export function tlsFaultOf(text: string): TlsFault | undefined {
  return TLS_FAULTS.find(([pattern]) => pattern.test(text))?.[1];
}

/** Explains the usual errors; rustls's own text stays in brackets. */
function tlsDetail(text: string): string {
  const fault = tlsFaultOf(text);
  return fault === undefined ? text : `${meaningOf(fault, text)} (${text})`;
}

function meaningOf(fault: TlsFault, text: string): string {
  switch (fault) {
    case "unknown-authority":
      return "The server's certificate is not signed by a trusted authority";
    case "authority-as-server":
      return "The server's certificate is that of an authority";
    case "expired":
      return `The server's certificate expired${dayIn(text, "on")}`;
    case "not-yet-valid":
      return `The server's certificate is not valid${dayIn(text, "until")}`;
    case "other-host":
      return "The server's certificate is for another host";
    case "client-certificate":
      return "The server does not accept the client's certificate";
    case "no-common-version":
      return "The server speaks no version of TLS that Deno speaks";
    case "no-tls":
      return "The server does not speak TLS";
  }
}

/** The day of an instant in seconds since the epoch, as rustls gives it. */
function dayIn(text: string, word: string): string {
  const seconds = /not valid (?:after|before) (\d+)/.exec(text)?.[1];
  if (seconds === undefined) return "";
  const day = new Date(Number(seconds) * 1_000).toISOString().slice(0, 10);
  return ` ${word} ${day}`;
}
