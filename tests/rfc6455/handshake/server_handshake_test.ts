import { assertEquals, assertStringIncludes } from "@std/assert";
import { ClientHandshake } from "../../../lib/rfc6455/handshake/client_handshake.ts";
import { requestBytes } from "../../../lib/rfc6455/handshake/request.ts";
import {
  acceptanceBytes,
  refusalBytes,
  type RequestResult,
  ServerHandshake,
} from "../../../lib/rfc6455/handshake/server_handshake.ts";
import { bytesOf, chunks, concat } from "../frames.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const LINES = [
  "Host: h",
  "Upgrade: websocket",
  "Connection: keep-alive, Upgrade",
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${KEY}`,
];

function receive(
  lines: readonly string[],
  start = "GET /a?b HTTP/1.1",
): RequestResult {
  const text = `${[start, ...lines].join("\r\n")}\r\n\r\n`;
  const results = [Infinity, 1, 9].map((size) => {
    const server = new ServerHandshake();
    let result: RequestResult = { kind: "incomplete" };
    for (const chunk of chunks(bytesOf(text), size)) {
      result = server.receive(chunk);
    }
    return result.kind === "request" ? { ...result, end: 0 } : result;
  });
  for (const result of results) assertEquals(result, results[0]);
  return results[0]!;
}

/** The valid lines with one of them replaced, or left out. */
function changed(name: string, line?: string): readonly string[] {
  return LINES.flatMap((each) =>
    each.startsWith(name) ? line === undefined ? [] : [line] : [each]
  );
}

Deno.test("ServerHandshake reads what requestBytes() makes", () => {
  const bytes = requestBytes({
    url: new URL("ws://example.com/a?b"),
    key: KEY,
    protocols: ["x", "y"],
    deflate: {},
    headers: { "User-Agent": "t" },
  });
  const result = new ServerHandshake().receive(concat(bytes, "more"));
  assertEquals(result, {
    kind: "request",
    target: "/a?b",
    key: KEY,
    protocols: ["x", "y"],
    extensions: [{
      name: "permessage-deflate",
      params: [["client_max_window_bits", undefined]],
    }],
    fields: [
      ["host", "example.com"],
      ["upgrade", "websocket"],
      ["connection", "Upgrade"],
      ["sec-websocket-version", "13"],
      ["sec-websocket-key", KEY],
      ["sec-websocket-protocol", "x, y"],
      [
        "sec-websocket-extensions",
        "permessage-deflate; client_max_window_bits",
      ],
      ["user-agent", "t"],
    ],
    end: bytes.length,
  });
});

Deno.test("ServerHandshake refuses what is no valid request (RFC 6455, 4.2.1)", () => {
  const cases: readonly [readonly string[], string, number, string][] = [
    [LINES, "POST / HTTP/1.1", 405, 'The method is "POST"'],
    [LINES, "GET / HTTP/1.0", 400, 'The request line "GET / HTTP/1.0" is not'],
    [LINES, "GET /", 400, "is not valid"],
    [changed("Host"), "GET / HTTP/1.1", 400, "There is not one Host"],
    [changed("Upgrade"), "GET / HTTP/1.1", 426, "no upgrade to websocket"],
    [
      changed("Connection", "Connection: close"),
      "GET / HTTP/1.1",
      426,
      "no upgrade to websocket",
    ],
    [
      changed("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"),
      "GET / HTTP/1.1",
      426,
      "Sec-WebSocket-Version is not 13",
    ],
    [changed("Sec-WebSocket-Key"), "GET / HTTP/1.1", 400, "not base64"],
    [
      changed("Sec-WebSocket-Key", "Sec-WebSocket-Key: short=="),
      "GET / HTTP/1.1",
      400,
      "not base64",
    ],
    [
      [...LINES, "Sec-WebSocket-Extensions: a b"],
      "GET / HTTP/1.1",
      400,
      "Sec-WebSocket-Extensions is not valid",
    ],
    [[...LINES, "x : y"], "GET / HTTP/1.1", 400, "Space before a colon"],
    [[`x: ${"y".repeat(70_000)}`], "GET / HTTP/1.1", 431, "longer than 65536"],
  ];
  for (const [lines, start, status, detail] of cases) {
    const result = receive(lines, start);
    assertEquals(result.kind === "invalid" && result.status, status, detail);
    assertStringIncludes(
      result.kind === "invalid" ? result.detail : "",
      detail,
    );
  }
  assertEquals(receive(LINES).kind, "request");
});

Deno.test("acceptanceBytes() makes what a client accepts", () => {
  const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  const plain = new ClientHandshake({ accept, protocols: [] })
    .receive(acceptanceBytes({ accept }));
  assertEquals(plain.kind, "accepted");
  const full = new ClientHandshake({ accept, protocols: ["a"], deflate: {} })
    .receive(
      acceptanceBytes({
        accept,
        protocol: "a",
        extensions: "permessage-deflate",
      }),
    );
  assertEquals(full.kind === "accepted" && full.protocol, "a");
  assertEquals(
    full.kind === "accepted" && full.extensions,
    "permessage-deflate",
  );
});

Deno.test("refusalBytes() makes what a client understands", () => {
  for (const lines of [LINES.slice(1), changed("Upgrade")]) {
    const invalid = receive(lines);
    if (invalid.kind !== "invalid") throw new Error(invalid.kind);
    const result = new ClientHandshake({ accept: "", protocols: [] })
      .receive(refusalBytes(invalid));
    assertEquals(
      result.kind === "refused" && [
        result.status,
        new TextDecoder().decode(result.body),
        result.fields.filter(([name]) => name === "connection").length,
      ],
      [invalid.status, invalid.detail, 1],
    );
  }
});
