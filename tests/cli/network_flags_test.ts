import { assertEquals, assertThrows } from "@std/assert";
import { Flags } from "../../lib/cli/flags.ts";
import {
  NETWORK_FLAGS,
  type NetworkFlags,
  readNetwork,
} from "../../lib/cli/network_flags.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { AUTHORITY, CLIENT } from "../transport/tcp/certificates.ts";

function read(...args: readonly string[]): NetworkFlags {
  return readNetwork(new Flags(args, NETWORK_FLAGS));
}

/** Files with these contents, whose names begin with the directory. */
async function makeFiles(files: Readonly<Record<string, string | Uint8Array>>) {
  const path = await Deno.makeTempDir({ prefix: "holdfast-" });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    await Deno.writeFile(`${path}/${name}`, bytes);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("readNetwork() gives nothing without flags", () => {
  assertEquals(read(), {});
});

Deno.test("readNetwork() reads authorities, and the client's certificate with its key", async () => {
  const { cert, key } = CLIENT;
  const both = `${cert}${key}`;
  await using files = await makeFiles({ ca: AUTHORITY, cert, key, both });
  const { path } = files;
  assertEquals(read("--ca", `${path}/ca`, "--ca", `${path}/cert`), {
    tls: { caCerts: [AUTHORITY, cert] },
  });
  assertEquals(read("--cert", `${path}/cert`, "--key", `${path}/key`), {
    tls: { caCerts: [], cert, key },
  });
  assertEquals(read("--cert", `${path}/both`), {
    tls: { caCerts: [], cert: both, key: both },
  });
});

Deno.test("readNetwork() reads the proxy, with or without a scheme", () => {
  const proxies = {
    "http://user:p%40ss@proxy.example:3128":
      "http://user:p%40ss@proxy.example:3128/",
    "https://proxy.example": "https://proxy.example/",
    "proxy.example:3128": "http://proxy.example:3128/",
    "user:secret@127.0.0.1:8888": "http://user:secret@127.0.0.1:8888/",
  };
  for (const [text, proxy] of Object.entries(proxies)) {
    assertEquals(read("--proxy", text), { proxy });
  }
  assertEquals(read("--no-proxy"), { proxy: false });
});

Deno.test("readNetwork() offers compression", () => {
  assertEquals(read("--compress"), { compression: true });
});

Deno.test("readNetwork() says what is wrong with a file, and what to do", async () => {
  const { cert, key } = CLIENT;
  const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n";
  const old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
  const binary = Uint8Array.of(0x30, 0x82, 0xff, 0xfe);
  await using files = await makeFiles({ cert, key, encrypted, old, binary });
  const { path } = files;
  const cases: readonly (readonly [args: string, complaint: string])[] = [
    ["--ca none", "--ca: cannot read "],
    ["--ca binary", "/binary is no certificate in PEM; openssl x509 -in "],
    ["--ca key", "/key is no certificate in PEM"],
    ["--cert binary --key key", "--cert: "],
    ["--cert cert --key cert", "/cert is no private key in PEM; openssl pkey"],
    ["--cert cert --key none", "--key: cannot read "],
    ["--cert cert --key encrypted", "/encrypted is encrypted; openssl pkey"],
    ["--cert cert --key old", "/old is encrypted"],
    ["--cert cert", "--cert needs --key"],
    ["--key key", "--key needs --cert"],
  ];
  for (const [args, complaint] of cases) {
    const all = args.split(" ").map((arg) =>
      arg.startsWith("--") ? arg : `${path}/${arg}`
    );
    assertThrows(() => read(...all), UsageError, complaint);
  }
});

Deno.test("readNetwork() refuses a proxy that is no HTTP proxy, without repeating it", () => {
  for (const proxy of ["socks5://user:secret@p:1080", "http://", "a b"]) {
    const error = assertThrows(() => read("--proxy", proxy), UsageError);
    assertEquals(
      error.message,
      "--proxy must look like http://user:password@host:port",
    );
  }
  assertThrows(
    () => read("--proxy", "p", "--no-proxy"),
    UsageError,
    "exclude each other",
  );
});
