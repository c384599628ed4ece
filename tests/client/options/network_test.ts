import { assertEquals, assertThrows } from "@std/assert";
import { networkOf } from "../../../lib/client/options/network.ts";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
import type { ReconnectingWebSocketOptions } from "../../../lib/client/options/options.ts";
import { remove } from "../../globals.ts";
import { AUTHORITY, CLIENT } from "../../transport/tcp/certificates.ts";

/** What crosses to the worker of the way to the server. */
function resolve(options: ReconnectingWebSocketOptions) {
  return resolveOptions("wss://a.example", [], options).setup.network;
}

const COMPRESSION = {
  clientNoContextTakeover: false,
  serverNoContextTakeover: false,
  clientMaxWindowBits: 15,
  threshold: 256,
};

Deno.test("networkOf() gives what the options say", () => {
  assertEquals(resolve({}), undefined);
  assertEquals(resolve({ compression: false }), undefined);
  assertEquals(resolve({ compression: true }), { compression: COMPRESSION });
  assertEquals(resolve({ compression: { threshold: 0 } }), {
    compression: { ...COMPRESSION, threshold: 0 },
  });
  assertEquals(resolve({ proxy: false }), { proxy: false });
  assertEquals(resolve({ proxy: "http://p", transport: "tcp" }), {
    proxy: "http://p",
  });
  assertEquals(resolve({ tls: {} }), { tls: { caCerts: [] } });
  const tls = { caCerts: [AUTHORITY], ...CLIENT };
  assertEquals(resolve({ tls }), { tls });
});

Deno.test("networkOf() refuses what another transport cannot do", () => {
  for (const transport of ["ws", "native"] as const) {
    assertThrows(
      () => resolve({ compression: true, transport }),
      TypeError,
      'Option "compression" cannot be used here: it needs the transport "tcp"',
    );
    assertEquals(resolve({ compression: false, transport }), undefined);
  }
});

Deno.test("networkOf() refuses where there is no Deno", () => {
  using _deno = remove(globalThis, "Deno");
  assertThrows(
    () => networkOf({ proxy: false }, "auto"),
    TypeError,
    '"proxy"',
  );
  assertEquals(networkOf({}, "auto"), undefined);
});

const WRONG: readonly [options: unknown, message: string][] = [
  [{ tls: { caCerts: ["ca.pem"] } }, "must be an array of certificates in PEM"],
  [{ tls: { caCerts: AUTHORITY } }, "not this string"],
  [{ tls: { cert: "x" } }, '"tls.cert" must be a certificate in PEM'],
  [{ tls: { key: CLIENT.cert } }, '"tls.key" must be a private key in PEM'],
  [{ tls: { cert: CLIENT.cert } }, '"tls.cert" and "tls.key" need each other'],
  [{ tls: { ca: [] } }, 'Unknown option "tls.ca"'],
  // Nothing switches the check of the server's certificate off.
  [{ tls: { rejectUnauthorized: false } }, "Unknown option"],
  [{ tls: { unsafelyIgnoreCertificateErrors: [] } }, "Unknown option"],
  [{ proxy: "socks5://p" }, "must be false, or a URL with http: or https:"],
  [{ proxy: "user:secret@p" }, "not this string"],
  [{ proxy: true }, "not true"],
  [{ compression: "yes" }, "must be an object"],
  [{ compression: { level: 9 } }, 'Unknown option "compression.level"'],
];

for (const [options, message] of WRONG) {
  Deno.test(`resolveOptions() throws a TypeError for ${Deno.inspect(options, { strAbbreviateSize: 20 })}`, () => {
    const given = options as ReconnectingWebSocketOptions;
    assertThrows(() => resolve(given), TypeError, message);
  });
}

Deno.test("resolveOptions() throws a RangeError for a window that deflate has not", () => {
  for (const clientMaxWindowBits of [7, 16, 9.5]) {
    assertThrows(
      () => resolve({ compression: { clientMaxWindowBits } }),
      RangeError,
      "from 8 to 15",
    );
  }
});
