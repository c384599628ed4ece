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
  /** As the machine takes it. */
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

/** Reads why no connection to an endpoint came about. */
export function connectFailure(error: unknown, to: Endpoint): Failure {
  if (error instanceof OpeningError) return error.failure;
  if (error instanceof denoNet().errors.NotCapable) {
    return { type: "invalid", detail: permissionDetail(to) };
  }
  const detail = error instanceof Error ? error.message : String(error);
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

/** Says of the usual errors what they mean; rustls's own text stays in brackets. */
function tlsDetail(text: string): string {
  const meaning = meaningOf(text);
  return meaning === undefined ? text : `${meaning} (${text})`;
}

function meaningOf(text: string): string | undefined {
  if (text.includes("UnknownIssuer")) {
    return "The server's certificate is not signed by a trusted authority";
  }
  const expired = /not valid after (\d+)/.exec(text)?.[1];
  if (expired !== undefined) {
    return `The server's certificate expired on ${dayOf(expired)}`;
  }
  const early = /not valid before (\d+)/.exec(text)?.[1];
  if (early !== undefined) {
    return `The server's certificate is not valid until ${dayOf(early)}`;
  }
  if (text.includes("not valid for name")) {
    return "The server's certificate is for another host";
  }
  if (/CertificateRequired|BadCertificate|UnknownCA/.test(text)) {
    return "The server does not accept the client's certificate";
  }
  if (text.includes("InvalidContentType")) {
    return "The server does not speak TLS";
  }
  return undefined;
}

/** The day of an instant in seconds since the epoch. */
function dayOf(seconds: string): string {
  return new Date(Number(seconds) * 1_000).toISOString().slice(0, 10);
}
