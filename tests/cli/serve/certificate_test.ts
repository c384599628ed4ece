import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  makeCertificate,
  readCertificate,
} from "../../../lib/cli/serve/certificate.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

Deno.test("readCertificate() reads both files", async () => {
  const [cert, key] = [await Deno.makeTempFile(), await Deno.makeTempFile()];
  await Deno.writeTextFile(cert, "the certificate");
  await Deno.writeTextFile(key, "the key");
  assertEquals(await readCertificate(cert, key), {
    cert: "the certificate",
    key: "the key",
  });
  await Deno.remove(cert);
  await Deno.remove(key);
});

Deno.test("readCertificate() says which file cannot be read", async () => {
  await assertRejects(
    () => readCertificate("/no/such/cert.pem", "/no/such/key.pem"),
    UsageError,
    "Cannot read /no/such/cert.pem: ",
  );
});

Deno.test("makeCertificate() says what to do without openssl", async () => {
  await assertRejects(
    () => makeCertificate("/no/such/openssl"),
    UsageError,
    "--tls needs openssl, or a certificate given with --cert and --key",
  );
});

Deno.test("makeCertificate() says what openssl says", async () => {
  await assertRejects(
    () => makeCertificate(Deno.execPath()),
    UsageError,
    "openssl could not make a certificate: error: ",
  );
});

Deno.test("makeCertificate() leaves the certificate for clients, without its key, until it is disposed of", async () => {
  const directory = await Deno.makeTempDir();
  const program = `${directory}/openssl`;
  await Deno.writeTextFile(program, PRETENDER, { mode: 0o700 });
  let left = "";
  {
    await using made = await makeCertificate(program);
    left = made.file;
    assertEquals([made.cert, made.key], ["certificate\n", "key\n"]);
    assertEquals(await Deno.readTextFile(made.file), "certificate\n");
    const folder = made.file.slice(0, made.file.lastIndexOf("/"));
    const names = await Array.fromAsync(Deno.readDir(folder));
    assertEquals(names.map(({ name }) => name), ["cert.pem"]);
  }
  await assertRejects(() => Deno.stat(left), Deno.errors.NotFound);
  assertMatch(left, /holdfast-/);
  await Deno.remove(directory, { recursive: true });
});

/** Writes to the files that it is given, as openssl does. */
const PRETENDER = `#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -keyout) echo key > "$2" ;;
    -out) echo certificate > "$2" ;;
  esac
  shift
done
`;
