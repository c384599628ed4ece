/**
 * The flags about TLS, proxy and compression, which `connect` and `doctor`
 * share.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "../client/options/options.ts";
import type { FlagNames, Flags } from "./flags.ts";
import { reasonOf } from "./reason.ts";
import { UsageError } from "./usage_error.ts";

/** The way to a server as the flags describe it: options of a socket. */
export type NetworkFlags = Pick<
  ReconnectingWebSocketOptions,
  "tls" | "proxy" | "compression"
>;

/** The flags of TLS, proxy and compression. */
export const NETWORK_FLAGS = {
  switches: ["no-proxy", "compress"],
  values: ["ca", "cert", "key", "proxy"],
} satisfies FlagNames;

/** The lines about these flags in a help text. */
export const NETWORK_HELP =
  `      --ca FILE               trust these authorities, too; can be repeated
      --cert FILE --key FILE  show this certificate; all files are PEM
      --proxy URL, --no-proxy go through this proxy, or none (the environment's)
      --compress              offer compression
`;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** In PKCS #8 (RFC 5958), and as OpenSSL wrote it before. */
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m;

/**
 * Reads the flags, and the files that they name.
 *
 * @throws {UsageError} A wrong value, or a file that cannot be used.
 */
export function readNetwork(flags: Flags): NetworkFlags {
  const tls = tlsOf(flags);
  const proxy = proxyOf(flags);
  return {
    ...tls !== undefined && { tls },
    ...proxy !== undefined && { proxy },
    ...flags.has("compress") && { compression: true },
  };
}

function tlsOf(flags: Flags): NetworkFlags["tls"] {
  const caCerts = flags.texts("ca").map((file) => readCertificate("ca", file));
  const client = clientOf(flags);
  if (caCerts.length === 0 && client === undefined) return undefined;
  return { caCerts, ...client };
}

function clientOf(
  flags: Flags,
): { readonly cert: string; readonly key: string } | undefined {
  const file = flags.text("cert");
  const keyFile = flags.text("key");
  if (file === undefined) {
    if (keyFile === undefined) return undefined;
    throw new UsageError("--key needs --cert: the certificate of this key");
  }
  const cert = readCertificate("cert", file);
  // One file may have both, as for curl.
  if (keyFile !== undefined) return { cert, key: readKey("key", keyFile) };
  if (PRIVATE_KEY.test(cert)) return { cert, key: readKey("cert", file) };
  throw new UsageError("--cert needs --key: the private key of the client");
}

function readCertificate(flag: string, file: string): string {
  const text = readFile(flag, file);
  if (CERTIFICATE.test(text)) return text;
  throw new UsageError(
    `--${flag}: ${file} is no certificate in PEM; openssl x509 -in ${file} ` +
      "converts other formats",
  );
}

function readKey(flag: string, file: string): string {
  const text = readFile(flag, file);
  if (ENCRYPTED_KEY.test(text)) {
    throw new UsageError(
      `--${flag}: the key in ${file} is encrypted; openssl pkey -in ${file} ` +
        "decrypts it",
    );
  }
  if (PRIVATE_KEY.test(text)) return text;
  throw new UsageError(
    `--${flag}: ${file} is no private key in PEM; openssl pkey -in ${file} ` +
      "converts other formats",
  );
}

/** A file that is no text becomes a text without a certificate. */
function readFile(flag: string, file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    const why = reasonOf(error);
    throw new UsageError(`--${flag}: cannot read ${file}: ${why}`);
  }
}

function proxyOf(flags: Flags): string | false | undefined {
  const text = flags.text("proxy");
  if (flags.has("no-proxy")) {
    if (text === undefined) return false;
    throw new UsageError("--proxy and --no-proxy exclude each other");
  }
  if (text === undefined) return undefined;
  // As curl has it, a proxy without a scheme is one with http:.
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  // It may contain a password, so the message does not repeat it.
  throw new UsageError("--proxy must look like http://user:password@host:port");
}
