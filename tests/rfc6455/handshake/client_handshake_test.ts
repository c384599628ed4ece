import { createHash } from "node:crypto";
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  acceptInput,
  ClientHandshake,
  type HandshakeOptions,
  type HandshakeResult,
} from "../../../lib/rfc6455/handshake/client_handshake.ts";
import {
  below,
  chunksOf,
  randomCut,
  randomFrom,
} from "../conformance/random_streams.ts";
import { bytesOf, chunks, concat, frame } from "../frames.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const UPGRADE = ["Upgrade: websocket", "Connection: Upgrade"];
const VALID = [...UPGRADE, `Sec-WebSocket-Accept: ${ACCEPT}`];

function response(
  lines: readonly string[],
  status = "101 Switching Protocols",
) {
  return `HTTP/1.1 ${status}\r\n${
    lines.map((line) => `${line}\r\n`).join("")
  }\r\n`;
}

function handshake(options: Partial<HandshakeOptions> = {}): ClientHandshake {
  return new ClientHandshake({ accept: ACCEPT, protocols: [], ...options });
}

/** The result, whatever chunks the response comes in. */
function receive(
  text: string,
  options: Partial<HandshakeOptions> = {},
): HandshakeResult {
  const results = [Infinity, 1, 7].map((size) => {
    const client = handshake(options);
    let result: HandshakeResult = { kind: "incomplete" };
    for (const chunk of chunks(bytesOf(text), size)) {
      result = client.receive(chunk);
      if (result.kind !== "incomplete") break;
    }
    return result.kind === "accepted" ? { ...result, end: 0 } : result;
  });
  for (const result of results) assertEquals(result, results[0]);
  return results[0]!;
}

function detail(text: string, options: Partial<HandshakeOptions> = {}): string {
  const result = receive(text, options);
  return result.kind === "failed" ? result.detail : result.kind;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("acceptInput() is what the example of RFC 6455, 1.3 hashes", () => {
  const hash = createHash("sha1").update(acceptInput(KEY)).digest("base64");
  assertEquals(hash, ACCEPT);
});

Deno.test("ClientHandshake accepts the response of RFC 6455, 1.2", () => {
  const lines = [...VALID, "Sec-WebSocket-Protocol: chat"];
  assertEquals(receive(response(lines), { protocols: ["chat", "superchat"] }), {
    kind: "accepted",
    protocol: "chat",
    extensions: "",
    fields: [
      ["upgrade", "websocket"],
      ["connection", "Upgrade"],
      ["sec-websocket-accept", ACCEPT],
      ["sec-websocket-protocol", "chat"],
    ],
    end: 0,
  });
});

Deno.test("ClientHandshake says where the frames of the same packet begin", () => {
  const head = response(VALID);
  const result = handshake().receive(concat(head, frame(0x81, "hi")));
  assertEquals(result.kind === "accepted" && result.end, head.length);
  assertEquals(result.kind === "accepted" && result.protocol, "");
});

Deno.test("ClientHandshake accepts what browsers accept", () => {
  const lines = [
    "UPGRADE:WebSocket",
    "Connection: keep-alive",
    "connection: foo ,upgrade",
    "Server:",
    " folded",
    `sec-websocket-accept :\t${ACCEPT} `,
  ];
  const accepted = [
    response(lines),
    response(lines).replaceAll("\r\n", "\n"),
    response(VALID, "101"),
    response(VALID, "101 "),
    response(VALID).replace("HTTP/1.1 101", "http/1.0  101"),
    response([...VALID, `x: ${"y".repeat(60_000)}`]),
    response([], "100 Continue") + response(["a: b"], "103") + response(VALID),
  ];
  for (const text of accepted) assertEquals(detail(text), "accepted");
});

Deno.test("ClientHandshake says what is wrong with a response (RFC 6455, 4.1)", () => {
  const cases: readonly [readonly string[], string][] = [
    [
      VALID.slice(1),
      'Upgrade is missing instead of "websocket" (RFC 6455, 4.1)',
    ],
    [
      ["Upgrade: websocket, h2c", ...VALID.slice(1)],
      'Upgrade is "websocket, h2c" instead of "websocket" (RFC 6455, 4.1)',
    ],
    [
      ["Upgrade: websocket", ...VALID],
      'Upgrade is "websocket", "websocket" instead of "websocket" (RFC 6455, 4.1)',
    ],
    [
      ["Upgrade: websocket", "Connection: close", VALID[2]!],
      'Connection is "close", without "upgrade" (RFC 6455, 4.1)',
    ],
    [
      UPGRADE,
      `Sec-WebSocket-Accept is missing instead of "${ACCEPT}" (RFC 6455, 4.1)`,
    ],
    [
      [...UPGRADE, "Sec-WebSocket-Accept: x"],
      `Sec-WebSocket-Accept is "x" instead of "${ACCEPT}" (RFC 6455, 4.1)`,
    ],
    [
      [...VALID, VALID[2]!],
      `Sec-WebSocket-Accept is "${ACCEPT}", "${ACCEPT}" instead of ` +
      `"${ACCEPT}" (RFC 6455, 4.1)`,
    ],
    [
      [...VALID, "Sec-WebSocket-Protocol: chat"],
      'Sec-WebSocket-Protocol is "chat", not one of those that were offered: ' +
      "missing (RFC 6455, 4.1)",
    ],
    [
      [...VALID, "Sec-WebSocket-Extensions: permessage-deflate"],
      'Sec-WebSocket-Extensions is "permessage-deflate", which is not what ' +
      "was offered (RFC 6455, 4.1)",
    ],
    [
      [...VALID, "Sec-WebSocket-Extensions: a b"],
      'Sec-WebSocket-Extensions is "a b", which is not valid',
    ],
  ];
  for (const [lines, expected] of cases) {
    assertEquals(detail(response(lines)), expected);
  }
});

Deno.test("ClientHandshake takes a subprotocol only as it was offered", () => {
  const protocols = ["a", "b"];
  const cases: readonly [readonly string[], string][] = [
    [["b"], "accepted"],
    [["B"], 'Sec-WebSocket-Protocol is "B", not one'],
    [["a, b"], 'Sec-WebSocket-Protocol is "a, b", not one'],
    [["a", "b"], 'Sec-WebSocket-Protocol is "a", "b", not one'],
    [[""], 'Sec-WebSocket-Protocol is "", not one'],
    // Browsers fail, although RFC 6455 leaves it to the client.
    [[], 'The server took none of the subprotocols "a", "b"'],
  ];
  for (const [values, expected] of cases) {
    const lines = values.map((value) => `Sec-WebSocket-Protocol: ${value}`);
    assertStringIncludes(
      detail(response([...VALID, ...lines]), { protocols }),
      expected,
    );
  }
});

Deno.test("ClientHandshake takes compression only as it was offered", () => {
  const answer = (value: string) =>
    receive(response([...VALID, `Sec-WebSocket-Extensions: ${value}`]), {
      deflate: {},
    });
  const accepted = answer("permessage-deflate; server_no_context_takeover");
  assertEquals(accepted.kind === "accepted" && accepted.deflate, {
    client: { takeover: "takeover", windowBits: 15 },
    server: { takeover: "no-takeover", windowBits: 15 },
  });
  assertEquals(
    accepted.kind === "accepted" && accepted.extensions,
    "permessage-deflate; server_no_context_takeover",
  );
  const details = ["foo", "permessage-deflate, permessage-deflate"].map(
    (value) => answer(value).kind,
  );
  assertEquals(details, ["failed", "failed"]);
  const wrong = answer("permessage-deflate; server_max_window_bits=99");
  assertEquals(
    wrong.kind === "failed" && wrong.detail,
    'Sec-WebSocket-Extensions is "permessage-deflate; ' +
      'server_max_window_bits=99": server_max_window_bits has no value from ' +
      "8 to 15 (RFC 7692, 7.1)",
  );
  const without = receive(response(VALID), { deflate: {} });
  assertEquals(without.kind === "accepted" && without.deflate, undefined);
});

Deno.test("ClientHandshake refuses a status line that is not valid", () => {
  for (
    const line of ["HTTP/1.1", "HTTP/1.1 1011", "HTTP/1.1 10", "HTTP/2 101"]
  ) {
    assertEquals(
      detail(`${line}\r\n\r\n`),
      `The status line "${line}" is not valid`,
    );
  }
  assertStringIncludes(detail("HTTP:no\r\n\r\n"), "The answer is not HTTP");
});

Deno.test("ClientHandshake bounds what comes before the response", () => {
  const interim = response([], "100 Continue");
  assertEquals(detail(interim.repeat(16) + response(VALID)), "accepted");
  assertEquals(
    detail(interim.repeat(17) + response(VALID)),
    "More than 16 responses with 1xx came first",
  );
  assertEquals(
    detail(response([`x: ${"y".repeat(70_000)}`])),
    "The header fields are longer than 65536 bytes",
  );
  assertEquals(
    detail(response(VALID), { maxHeadBytes: 20 }),
    "The header fields are longer than 20 bytes",
  );
});

Deno.test("ClientHandshake gives status, fields and body of a refusal", () => {
  const text = response(["Retry-After: 5", "Content-Length: 4"], "503 Busy");
  const result = receive(`${text}bodyrest`);
  assertEquals(result.kind === "refused" && decode(result.body), "body");
  assertEquals(result, {
    kind: "refused",
    status: 503,
    reason: "Busy",
    fields: [["retry-after", "5"], ["content-length", "4"]],
    body: bytesOf("body"),
  });
});

Deno.test("ClientHandshake bounds the body of a refusal", () => {
  const text = response([], "200 OK") + "x".repeat(70_000);
  const result = receive(text);
  assertEquals(result.kind === "refused" && result.body.length, 65_536);
  const short = receive(text, { maxBodyBytes: 10 });
  assertEquals(short.kind === "refused" && short.body.length, 10);
});

Deno.test("ClientHandshake.receiveEnd() gives what there is of a refusal", () => {
  const client = handshake();
  assertEquals(client.isRefused, false);
  assertEquals(
    client.receive(bytesOf(response([], "401 No"))).kind,
    "incomplete",
  );
  assertEquals(client.isRefused, true);
  assertEquals(client.receive(bytesOf("par")).kind, "incomplete");
  assertEquals(client.receiveEnd(), {
    kind: "refused",
    status: 401,
    reason: "No",
    fields: [],
    body: bytesOf("par"),
  });
});

Deno.test("ClientHandshake.receiveEnd() says when the connection ended", () => {
  assertEquals(handshake().receiveEnd(), {
    kind: "failed",
    detail: "The connection ended without a response",
  });
  // A server that speaks TLS sends an alert.
  const tls = handshake();
  tls.receive(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46));
  assertEquals(tls.receiveEnd(), {
    kind: "failed",
    detail: "The answer is not HTTP: it starts with " +
      '"\\u0015\\u0003\\u0001\\u0000\\u0002\\u0002F"',
    offset: 0,
  });
  const client = handshake();
  client.receive(bytesOf("HTTP/1.1 10"));
  assertEquals(client.receiveEnd(), {
    kind: "failed",
    detail: "The connection ended within the header fields of the response",
  });
});

Deno.test("ClientHandshake says at which byte a response is no HTTP", () => {
  assertEquals(receive(response([], "100") + "junk that goes on"), {
    kind: "failed",
    detail: 'The answer is not HTTP: it starts with "junk that…"',
    offset: 16,
  });
});

Deno.test("ClientHandshake gives the same for any mutated response, however it is cut", () => {
  const texts = [
    response([...VALID, "x: y", " z", "Sec-WebSocket-Protocol: a"]),
    response([], "100 Continue") + response(VALID).replaceAll("\r", ""),
    response(["Transfer-Encoding: chunked"], "503 No") +
    "3\r\nabc\r\n0\r\n\r\n",
  ];
  const kinds = new Set<string>();
  for (let seed = 0; seed < 3_000; seed += 1) {
    const random = randomFrom(seed);
    const bytes = [...bytesOf(texts[below(3, random)]!)];
    for (let count = below(4, random); count > 0; count -= 1) {
      const at = below(bytes.length, random);
      const kept = below(3, random);
      const other = random() < 0.5 ? below(256, random) : 10;
      bytes.splice(at, kept === 0 ? 1 : 0, ...kept === 2 ? [other] : []);
      bytes[at] = kept === 1 ? other : bytes[at] ?? 0;
    }
    const run = (parts: readonly Uint8Array[]) => {
      const client = handshake({ protocols: ["a"].slice(seed % 2) });
      for (const part of parts) {
        const result = client.receive(part);
        if (result.kind === "accepted") return { ...result, end: 0 };
        if (result.kind !== "incomplete") return result;
      }
      return client.receiveEnd();
    };
    const text = Uint8Array.from(bytes);
    const whole = run([text]);
    kinds.add(whole.kind);
    const cut = run(chunksOf(text, randomCut(text, random)));
    assertEquals(cut, whole, `seed ${seed}`);
  }
  assertEquals(kinds, new Set(["accepted", "failed", "refused"]));
});
