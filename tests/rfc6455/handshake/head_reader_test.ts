import { assertEquals } from "@std/assert";
import {
  HeadReader,
  type HeadReaderOptions,
  type HeadResult,
} from "../../../lib/rfc6455/handshake/head_reader.ts";
import { chunks } from "../frames.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

function read(
  text: string,
  options: Partial<HeadReaderOptions> = {},
  chunkSize = Infinity,
): HeadResult {
  const reader = new HeadReader({
    message: "response",
    maxBytes: 1_000,
    ...options,
  });
  let result: HeadResult = { kind: "incomplete" };
  for (const chunk of chunks(bytes(text), chunkSize)) {
    result = reader.read(chunk, 0);
    if (result.kind !== "incomplete") break;
  }
  return result;
}

/** The head, whatever chunks it comes in. */
function head(text: string, options: Partial<HeadReaderOptions> = {}) {
  const results = [Infinity, 1, 2, 3, 7].map((size) => {
    const result = read(text, options, size);
    return result.kind === "head" ? result.head : result;
  });
  for (const result of results) assertEquals(result, results[0]);
  return results[0];
}

function request(text: string) {
  return head(text, { message: "request" });
}

Deno.test("HeadReader reads a start line and fields, and says where it ends", () => {
  const text = "HTTP/1.1 101 Switching\r\nA: b\r\nC:d\t\r\n\r\nrest";
  assertEquals(head(text), {
    startLine: "HTTP/1.1 101 Switching",
    fields: [["a", "b"], ["c", "d"]],
  });
  const result = read(text);
  assertEquals(result.kind === "head" && result.end, text.length - 4);
});

Deno.test("HeadReader reads from the offset that it is given", () => {
  const reader = new HeadReader({ message: "response", maxBytes: 100 });
  const result = reader.read(bytes("xxHTTP/1.1 200\n\nyy"), 2);
  assertEquals(result.kind === "head" && result.end, 18 - 2);
  assertEquals(reader.length, 0);
});

Deno.test("HeadReader takes bare LF as a line end (RFC 9112, 2.2)", () => {
  assertEquals(head("HTTP/1.1 101\na: b\n\r\n"), {
    startLine: "HTTP/1.1 101",
    fields: [["a", "b"]],
  });
});

Deno.test("HeadReader skips empty lines before the start line (RFC 9112, 2.2)", () => {
  const expected = { startLine: "GET / HTTP/1.1", fields: [] };
  assertEquals(request("\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n"), expected);
  assertEquals(head("\r\n\nHTTP/1.1 101\r\n\r\n"), {
    startLine: "HTTP/1.1 101",
    fields: [],
  });
});

Deno.test("HeadReader keeps repeated fields apart, and Latin-1", () => {
  assertEquals(head("HTTP/1.1 200\r\nA: 1\r\na: é\r\n\r\n"), {
    startLine: "HTTP/1.1 200",
    fields: [["a", "1"], ["a", "é"]],
  });
});

Deno.test("HeadReader unfolds the fields of a response (RFC 9112, 5.2)", () => {
  assertEquals(
    head("HTTP/1.1 101\r\na: b\r\n  c\r\n\td \r\ne:\r\n f\r\n\r\n"),
    {
      startLine: "HTTP/1.1 101",
      fields: [["a", "b c d"], ["e", "f"]],
    },
  );
});

Deno.test("HeadReader ignores folds of no field (RFC 9112, 2.2)", () => {
  assertEquals(head("HTTP/1.1 101\r\n x: y\r\na: b\r\nbad\r\n  c\r\n\r\n"), {
    startLine: "HTTP/1.1 101",
    fields: [["a", "b"]],
  });
});

Deno.test("HeadReader removes space before a response's colon (RFC 9112, 5.1)", () => {
  assertEquals(head("HTTP/1.1 101\r\nUpgrade \t: websocket\r\n\r\n"), {
    startLine: "HTTP/1.1 101",
    fields: [["upgrade", "websocket"]],
  });
});

Deno.test("HeadReader skips what is no field of a response", () => {
  assertEquals(
    head("HTTP/1.1 101\r\nno colon\r\n: v\r\na b: c\r\na: :\r\n\r\n"),
    { startLine: "HTTP/1.1 101", fields: [["a", ":"]] },
  );
});

Deno.test("HeadReader makes spaces of bare CR and NUL in a response (RFC 9110, 5.5)", () => {
  assertEquals(head("HTTP/1.1 101 a\rb\r\na: b\rc\0d\r\n\r\n"), {
    startLine: "HTTP/1.1 101 a b",
    fields: [["a", "b c d"]],
  });
  // A line of two CR is not empty, so it does not end the head.
  assertEquals(head("HTTP/1.1 101\r\n\r\r\na: b\r\n\r\n"), {
    startLine: "HTTP/1.1 101",
    fields: [["a", "b"]],
  });
});

Deno.test("HeadReader refuses such a request, and says at which byte", () => {
  const cases: readonly [string, string, number][] = [
    ["a : b\r\n", "Space before a colon (RFC 9112, 5.1)", 16],
    ["a: b\r\n c\r\n", "A field is folded (RFC 9112, 5.2)", 22],
    [" a: b\r\n", "A field is folded (RFC 9112, 5.2)", 16],
    ["a: b\rc\r\n", "A line has a bare CR or a NUL (RFC 9112, 2.2)", 16],
    ["a: b\0c\r\n", "A line has a bare CR or a NUL (RFC 9112, 2.2)", 16],
    ["no colon\r\n", "A line is no field (RFC 9112, 5)", 16],
    ["a: b\r\nc d: e\r\nf\r\n", "A line is no field (RFC 9112, 5)", 22],
  ];
  for (const [lines, detail, offset] of cases) {
    assertEquals(
      request(`GET / HTTP/1.1\r\n${lines}\r\n`) as unknown,
      { kind: "fault", type: "syntax", detail, offset },
    );
  }
});

Deno.test("HeadReader limits the size of all heads together", () => {
  const text = `HTTP/1.1 100\r\n\r\nHTTP/1.1 101\r\na: ${
    "x".repeat(40)
  }\r\n\r\n`;
  const readAll = (maxBytes: number, size: number) => {
    const reader = new HeadReader({ message: "response", maxBytes });
    const kinds: string[] = [];
    for (const chunk of chunks(bytes(text), size)) {
      for (let at = 0; at < chunk.length;) {
        const result = reader.read(chunk, at);
        if (result.kind === "incomplete") break;
        if (result.kind === "fault") {
          assertEquals(result.type, "too-large");
          assertEquals(result.offset, maxBytes);
          assertEquals(
            result.detail,
            `The header fields are longer than ${maxBytes} bytes`,
          );
          return [...kinds, result.kind];
        }
        kinds.push(result.kind);
        at = result.end;
      }
    }
    return kinds;
  };
  for (const size of [Infinity, 1, 5]) {
    assertEquals(readAll(text.length, size), ["head", "head"]);
    assertEquals(readAll(text.length - 1, size), ["head", "fault"]);
  }
});

Deno.test("HeadReader says at once that an answer is not HTTP", () => {
  for (const size of [Infinity, 1, 2]) {
    assertEquals(read("SSH-2.0-OpenSSH\r\n", {}, size), {
      kind: "fault",
      type: "syntax",
      detail: 'The answer is not HTTP: it starts with "SSH-2.0-O…"',
      offset: 0,
    });
  }
  assertEquals(read("\r\nhttp/1.1 2").kind, "incomplete");
  assertEquals(read("\r\n\r\n\r\nHTTP/1.1 101\r\n\r\n").kind, "fault");
});

Deno.test("HeadReader.readEnd() judges what is too short", () => {
  const end = (text: string, message: "request" | "response" = "response") => {
    const reader = new HeadReader({ message, maxBytes: 100 });
    assertEquals(reader.read(bytes(text), 0).kind, "incomplete");
    return reader.readEnd()?.detail;
  };
  assertEquals(end("220"), 'The answer is not HTTP: it starts with "220"');
  assertEquals(end("\nHTT"), undefined);
  assertEquals(end(""), undefined);
  assertEquals(end("220", "request"), undefined);
});

Deno.test("HeadReader unfolds any number of lines in linear time", () => {
  const lines = "\n x".repeat(50_000);
  const result = read(`HTTP/1.1 101\na: b${lines}\n\n`, { maxBytes: 2 ** 20 });
  assertEquals(
    result.kind === "head" && result.head.fields[0]?.[1].length,
    100_001,
  );
});
