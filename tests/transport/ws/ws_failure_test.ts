import { assertEquals } from "@std/assert";
import {
  handshakeFailure,
  openFailure,
  openingFailure,
} from "../../../lib/transport/ws/ws_failure.ts";

const NOW = Date.UTC(2026, 0, 1);

function coded(code: string, message = "x"): Error {
  return Object.assign(new Error(message), { code });
}

Deno.test("openingFailure() takes a missing permission for fatal", () => {
  const detail =
    'Requires net access to "127.0.0.1:9", run again with the --allow-net flag';
  assertEquals(openingFailure(new Error(detail)), { type: "invalid", detail });
});

Deno.test("openingFailure() reads the kind from the code", () => {
  const kinds = {
    ECONNREFUSED: "refused",
    ENOTFOUND: "dns",
    EAI_AGAIN: "dns",
    DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
    CERT_HAS_EXPIRED: "tls",
    ERR_TLS_CERT_ALTNAME_INVALID: "tls",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
    EPROTO: "tls",
    EHOSTUNREACH: "unknown",
    ETIMEDOUT: "unknown",
  } as const;
  for (const [code, kind] of Object.entries(kinds)) {
    assertEquals(openingFailure(coded(code)), {
      type: "connect",
      kind,
      detail: "x",
    });
  }
});

Deno.test("openFailure() reads an error without a code as a loss", () => {
  assertEquals(openFailure(new Error("x"), 1), { type: "lost", detail: "x" });
});

Deno.test("openingFailure() recognises a certificate by the text", () => {
  const error = coded("ERR_UNKNOWN", "invalid peer certificate: Expired");
  assertEquals(openingFailure(error), {
    type: "connect",
    kind: "tls",
    detail: "invalid peer certificate: Expired",
  });
});

Deno.test("openingFailure() reads an answer that is no handshake as a violation", () => {
  const errors = [
    coded("HPE_INVALID_CONSTANT"),
    new Error("Invalid Sec-WebSocket-Accept header"),
    new Error("Invalid Upgrade header"),
    new Error("Server sent an invalid subprotocol"),
    new Error("Server indicated an extension that was not requested"),
  ];
  for (const error of errors) {
    assertEquals(openingFailure(error), {
      type: "protocol",
      closeCode: 1002,
      detail: error.message,
    });
  }
});

Deno.test("openFailure() reads what the peer did wrong from the code", () => {
  for (
    const code of [
      "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
      "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
    ]
  ) assertEquals(openFailure(coded(code), 7), { type: "too-big", limit: 7 });
  assertEquals(openFailure(coded("WS_ERR_INVALID_UTF8"), 7), {
    type: "protocol",
    closeCode: 1007,
    detail: "x",
  });
  assertEquals(openFailure(coded("WS_ERR_INVALID_OPCODE"), 7), {
    type: "protocol",
    closeCode: 1002,
    detail: "x",
  });
  assertEquals(openFailure(coded("ECONNRESET"), 7).type, "lost");
});

Deno.test("handshakeFailure() reads status, headers and Retry-After", () => {
  const response = {
    statusCode: 503,
    statusMessage: "Service Unavailable",
    headers: {
      "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT",
      "set-cookie": ["a=1", "b=2"],
      missing: undefined,
    },
  };
  assertEquals(handshakeFailure(response, NOW), {
    type: "handshake",
    status: 503,
    headers: {
      "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT",
      "set-cookie": "a=1,b=2",
    },
    retryAfter: 10_000,
    detail: "503 Service Unavailable",
  });
});

Deno.test("handshakeFailure() has no retryAfter without the header", () => {
  const response = { statusCode: 404, statusMessage: "", headers: {} };
  assertEquals(handshakeFailure(response, NOW), {
    type: "handshake",
    status: 404,
    headers: {},
    detail: "404",
  });
});
