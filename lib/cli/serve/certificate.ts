/**
 * Certificates for the echo server: from files, or made by `openssl`.
 *
 * @module
 */

import { reasonOf } from "../reason.ts";
import { UsageError } from "../usage_error.ts";
import type { Certificate } from "./echo_server.ts";

/**
 * Reads a certificate and its key.
 *
 * @throws {UsageError} A file cannot be read.
 */
export async function readCertificate(
  cert: string,
  key: string,
): Promise<Certificate> {
  return { cert: await read(cert), key: await read(key) };
}

/** A certificate that was made for one run of the server. */
export interface MadeCertificate extends Certificate, AsyncDisposable {
  /** The file that clients can trust. It is removed with this object. */
  readonly file: string;
}

/**
 * Makes a self-signed certificate for `localhost`, valid for 30 days.
 *
 * @throws {UsageError} There is no `openssl`, or it fails.
 */
export async function makeCertificate(
  openssl = "openssl",
): Promise<MadeCertificate> {
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  const remove = () => Deno.remove(directory, { recursive: true });
  const file = `${directory}/cert.pem`;
  const keyFile = `${directory}/key.pem`;
  try {
    const args = [...REQUEST, "-keyout", keyFile, "-out", file];
    await runOpenssl(openssl, args);
    const certificate = await readCertificate(file, keyFile);
    await Deno.remove(keyFile);
    return { ...certificate, file, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const REQUEST: readonly string[] = [
  "req",
  "-x509",
  "-nodes",
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:prime256v1",
  "-days",
  "30",
  "-subj",
  "/CN=localhost",
  "-addext",
  "subjectAltName=DNS:localhost,IP:127.0.0.1",
  // Rustls does not accept the certificate of an authority as that of a server.
  "-addext",
  "basicConstraints=critical,CA:FALSE",
];

async function runOpenssl(
  openssl: string,
  args: readonly string[],
): Promise<void> {
  const command = new Deno.Command(openssl, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  });
  try {
    const { success, stderr } = await command.output();
    if (success) return;
    const [why = ""] = new TextDecoder().decode(stderr).trim().split("\n");
    throw new UsageError(`openssl could not make a certificate: ${why}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(
      "--tls needs openssl, or a certificate given with --cert and --key",
    );
  }
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = reasonOf(error);
    throw new UsageError(`Cannot read ${path}: ${why}`);
  }
}
