import { assertEquals } from "@std/assert";
import {
  openFailure,
  openingFailure,
} from "../../../lib/transport/native/native_failure.ts";

Deno.test("openingFailure() names no cause where the platform hides it", () => {
  assertEquals(openingFailure(""), {
    type: "connect",
    kind: "unknown",
    detail: "The platform does not say why",
  });
});

Deno.test("openingFailure() reads the kind from the text", () => {
  const kinds = {
    "tcp connect error: Connection refused (os error 111)": "refused",
    "dns error: failed to lookup address information": "dns",
    "invalid peer certificate: UnknownIssuer": "tls",
    "received corrupt message of type InvalidContentType": "tls",
    "tcp connect error: No route to host": "unknown",
  } as const;
  for (const [detail, kind] of Object.entries(kinds)) {
    assertEquals(openingFailure(detail), { type: "connect", kind, detail });
  }
});

Deno.test("openingFailure() leaves out what Deno says of each failure", () => {
  const preamble = "NetworkError: failed to connect to WebSocket: ";
  assertEquals(openingFailure(`${preamble}dns error`), {
    type: "connect",
    kind: "dns",
    detail: "dns error",
  });
});

Deno.test("openingFailure() takes a permission that is missing for what never works", () => {
  const detail =
    'Requires net access to "127.0.0.1:80", run again with the --allow-net flag';
  const text = `NetworkError: failed to connect to WebSocket: ${detail}`;
  assertEquals(openingFailure(text), { type: "invalid", detail });
});

Deno.test("openFailure() reads an error without a text as a loss", () => {
  assertEquals(openFailure("", 1), {
    type: "lost",
    detail: "The platform does not say why, but its console may",
    event: "error",
  });
});

Deno.test("openFailure() reads a frame that the platform finds too large", () => {
  assertEquals(openFailure("Frame too large", 7), {
    type: "too-big",
    limit: 7,
  });
});

Deno.test("openingFailure() reads the status of a refused handshake", () => {
  const detail = "Invalid status code: 503";
  assertEquals(openingFailure(detail), {
    type: "handshake",
    status: 503,
    headers: {},
    detail,
  });
});

Deno.test("openingFailure() reads an answer that is no handshake as a violation", () => {
  for (
    const detail of ["invalid HTTP version parsed", "Invalid Upgrade header"]
  ) {
    assertEquals(openingFailure(detail), {
      type: "protocol",
      closeCode: 1002,
      detail,
    });
  }
});

Deno.test("openFailure() reads what the peer did wrong from the text", () => {
  const codes = {
    "Invalid UTF-8": 1007,
    "Reserved bits are not zero": 1002,
    "Control frame must not be fragmented": 1002,
    "Invalid close code": 1002,
  } as const;
  for (const [detail, closeCode] of Object.entries(codes)) {
    assertEquals(openFailure(detail, 1), {
      type: "protocol",
      closeCode,
      detail,
    });
  }
});

Deno.test("openFailure() reads any other text as a loss", () => {
  const detail = "Connection reset by peer (os error 104)";
  assertEquals(openFailure(detail, 1), { type: "lost", detail });
});
