/**
 * Judges TLS: a certificate that is trusted, and what is wrong otherwise.
 *
 * @module
 */

import { tlsFaultOf } from "../../transport/tcp/dial/tcp_failure.ts";
import { EXIT_CODES } from "../exit_code.ts";
import type { CertificateFacts } from "./certificate_facts.ts";
import type { Finding } from "./diagnosis.ts";

const DAY = 86_400_000;
/** A certificate should be renewed before it is this close to its end. */
const SOON = 14 * DAY;

/** Judges a trusted certificate. */
export function judgeCertificate(
  certificate: CertificateFacts,
  now: number,
): Finding {
  const left = certificate.to - now;
  const details = certificateLines(certificate);
  const days = Math.floor(left / DAY);
  const summary = `valid for ${days} days`;
  return left > SOON ? { outcome: "good", summary, details } : {
    outcome: "notable",
    summary,
    details,
    advice: `Renew the certificate: it ends on ${dateOf(certificate.to)}`,
  };
}

/** What went wrong with TLS. */
export interface TlsProblem {
  /** What the transport says of it. */
  readonly detail: string;
  readonly host: string;
  /** The server's certificate; `undefined` if there was no way to see it. */
  readonly certificate: CertificateFacts | undefined;
  /** Whether the client has a certificate of its own. */
  readonly client: "known" | "anonymous";
}

/** Judges TLS that failed. */
export function judgeTlsProblem(problem: TlsProblem): Finding {
  const { detail, certificate } = problem;
  const lines = certificate === undefined ? [] : certificateLines(certificate);
  // The transport puts the text of the TLS library in brackets behind its own.
  const [, meaning, text] = /^(The [^(]+) \((.+)\)$/.exec(detail) ?? [];
  return {
    outcome: "bad",
    summary: meaning ?? detail,
    details: text === undefined ? lines : [...lines, text],
    advice: adviceFor(problem),
    exitCode: EXIT_CODES.unreachable,
  };
}

function adviceFor(
  { detail, host, certificate, client }: TlsProblem,
): string {
  switch (tlsFaultOf(detail)) {
    case "unknown-authority":
      return authorityAdvice(certificate);
    case "authority-as-server":
      return "Give the server a certificate that is not one of an authority: " +
        "with basicConstraints=CA:FALSE, or signed by this one";
    case "expired":
      return "Renew the server's certificate";
    case "not-yet-valid":
      return "Check the clocks of both machines";
    case "other-host":
      return `Use a name that the certificate is for, or get one for ${host}`;
    case "client-certificate":
      return client === "known"
        ? "Check that the server trusts the authority of your certificate, and " +
          "that it has not expired"
        : "Show the server a certificate with --cert and --key";
    case "no-common-version":
      return "Let the server speak TLS 1.2 or 1.3";
    case "no-tls":
      return "Check the port; if it speaks no TLS, use a URL that begins with ws://";
    case undefined:
      return "Look into the server's log, and check that the port speaks TLS";
  }
}

function authorityAdvice(certificate: CertificateFacts | undefined): string {
  const { subject = "", issuer = "its authority" } = certificate ?? {};
  if (subject === issuer) {
    return "The certificate is self-signed: trust it with --ca FILE, or get one " +
      "from a public authority";
  }
  return `If you trust ${issuer}, give its certificate with --ca FILE; if it ` +
    "is a public authority, the server must send the whole chain";
}

function certificateLines(
  { subject, issuer, names, from, to }: CertificateFacts,
): readonly string[] {
  return [
    `for ${names === "" ? subject : names}, by ${issuer}`,
    `from ${dateOf(from)} to ${dateOf(to)}`,
  ];
}

function dateOf(time: number): string {
  return Number.isNaN(time)
    ? "unknown"
    : new Date(time).toISOString().slice(0, 10);
}
