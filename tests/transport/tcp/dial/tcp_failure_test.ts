import { assertEquals } from "@std/assert";
import {
  connectFailure,
  OpeningError,
  showEndpoint,
  startFailure,
  tlsFaultOf,
} from "../../../../lib/transport/tcp/dial/tcp_failure.ts";

const HERE = { hostname: "a.example", port: 443 };

/** What a text of rustls is reported as. */
function tlsDetail(text: string): string {
  const failure = connectFailure(new Deno.errors.InvalidData(text), HERE);
  return failure.type === "connect" && failure.kind === "tls"
    ? failure.detail.replace(` (${text})`, "")
    : failure.type;
}

Deno.test("connectFailure() gives the failure that it is given", () => {
  const failure = { type: "lost", detail: "d" } as const;
  assertEquals(connectFailure(new OpeningError(failure), HERE), failure);
});

Deno.test("connectFailure() names the flag that is missing, which no retry gives", () => {
  const error = new Deno.errors.NotCapable("Requires net access");
  assertEquals(connectFailure(error, { hostname: "::1", port: 8080 }), {
    type: "invalid",
    detail: "No permission to connect to [::1]:8080: run Deno with " +
      "--allow-net=[::1]:8080",
  });
});

Deno.test("connectFailure() tells a refusal, a name that is unknown, and the rest", () => {
  const cases = [
    [new Deno.errors.ConnectionRefused("Connection refused"), "refused"],
    [new Error("failed to lookup address information: nobody"), "dns"],
    [new Error("No such host is known. (os error 11001)"), "dns"],
    [new Error("No route to host (os error 113)"), "unknown"],
    ["thrown", "unknown"],
  ] as const;
  for (const [error, kind] of cases) {
    const detail = error instanceof Error ? error.message : error;
    const failure = connectFailure(error, HERE);
    assertEquals(failure, { type: "connect", kind, detail });
  }
});

Deno.test("connectFailure() says what is wrong with TLS", () => {
  const certificate = "invalid peer certificate: ";
  const cases = {
    [`${certificate}UnknownIssuer`]:
      "The server's certificate is not signed by a trusted authority",
    [`${certificate}expired: certificate is not valid after 1609459200 (9 s)`]:
      "The server's certificate expired on 2021-01-01",
    [`${certificate}not valid yet: not valid before 2208988800 (9 s)`]:
      "The server's certificate is not valid until 2040-01-01",
    [`${certificate}certificate not valid for name "a.example"`]:
      "The server's certificate is for another host",
    "received fatal alert: CertificateRequired":
      "The server does not accept the client's certificate",
    [`${certificate}Other(OtherError(CaUsedAsEndEntity))`]:
      "The server's certificate is that of an authority",
    "received fatal alert: ProtocolVersion":
      "The server speaks no version of TLS that Deno speaks",
    [`${certificate}expired: not valid after the end`]:
      "The server's certificate expired",
    "received corrupt message of type InvalidContentType":
      "The server does not speak TLS",
    "received fatal alert: HandshakeFailure":
      "received fatal alert: HandshakeFailure",
  };
  for (const [text, detail] of Object.entries(cases)) {
    assertEquals(tlsDetail(text), detail);
  }
});

Deno.test("connectFailure() takes certificates and keys that cannot be used for fatal", () => {
  const texts = [
    "keys may not be consistent: KeyMismatch",
    "unexpected error: failed to parse private key as RSA, ECDSA, or EdDSA",
    "Unable to add pem file to certificate store: InvalidByte(0, 33)",
    "Unable to decode certificate",
    "No certificates found in certificate data",
    "No keys found in key data",
  ];
  for (const text of texts) {
    assertEquals(connectFailure(new Error(text), HERE), {
      type: "invalid",
      detail: `Cannot use the option tls: ${text}`,
    });
  }
});

Deno.test("startFailure() takes a certificate that cannot be read for one of ours", () => {
  const unreadable = new Error("invalid peer certificate: BadEncoding");
  const failure = connectFailure(startFailure(unreadable), HERE);
  assertEquals(failure.type, "invalid");
  // The same text of the handshake is about the server's.
  assertEquals(connectFailure(unreadable, HERE).type, "connect");
  const other = new Error("Connection reset by peer");
  assertEquals(startFailure(other), other);
});

Deno.test("tlsFaultOf() knows nothing of other texts", () => {
  assertEquals(tlsFaultOf("received fatal alert: InternalError"), undefined);
});

Deno.test("showEndpoint() puts IPv6 in brackets", () => {
  assertEquals(showEndpoint(HERE), "a.example:443");
  assertEquals(showEndpoint({ hostname: "::1", port: 1 }), "[::1]:1");
});
