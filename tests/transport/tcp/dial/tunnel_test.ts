import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Conn } from "../../../../lib/transport/tcp/dial/deno_net.ts";
import { OpeningError } from "../../../../lib/transport/tcp/dial/tcp_failure.ts";
import {
  connectRequest,
  openTunnel,
  showProxy,
} from "../../../../lib/transport/tcp/dial/tunnel.ts";
import { VERSION } from "../../../../lib/platform/release.ts";

const PROXY = new URL("http://proxy.example:3128");
const TO = { hostname: "a.example", port: 80 };
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A connection to a proxy that answers with these parts, and then closes. */
class FakeConn implements Conn {
  readonly #parts: string[];
  written = "";

  constructor(...parts: readonly string[]) {
    this.#parts = [...parts];
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const part = this.#parts.shift();
    if (part === undefined) return Promise.resolve(null);
    return Promise.resolve(encoder.encodeInto(part, buffer).written);
  }

  write(data: Uint8Array): Promise<number> {
    this.written += decoder.decode(data);
    return Promise.resolve(data.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.dispose](): void {}
}

const REFUSALS: readonly [answer: string, detail: string][] = [
  [
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
    "refused to connect to a.example:80: 407 Proxy Authentication Required",
  ],
  ["HTTP/1.0 403\r\n\r\n", "refused to connect to a.example:80: 403"],
  ["HTTP/1.1 200 OK\r\n\r\nearly", "sent bytes before it was asked for any"],
  [
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "refused to connect to a.example:80: 101 Switching Protocols",
  ],
  ["HTTP/1.1 100 Continue\r\n\r\n", "closed the connection without an answer"],
  ["HTTP/2 200\r\n\r\n", "is no HTTP proxy"],
  ["220 mail.example.com ESMTP\r\n\r\n", "is no HTTP proxy"],
  ["", "closed the connection without an answer"],
];

for (const [answer, detail] of REFUSALS) {
  Deno.test(`openTunnel() tells a proxy that answers ${JSON.stringify(answer)}`, async () => {
    const conn = answer === "" ? new FakeConn() : new FakeConn(answer);
    const { failure } = await assertRejects(
      () => openTunnel({ conn, proxy: PROXY, to: TO }),
      OpeningError,
    );
    assertEquals(failure, {
      type: "connect",
      kind: "proxy",
      detail: `The proxy http://proxy.example:3128 ${detail}`,
    });
  });
}

Deno.test("openTunnel() takes an answer in pieces, and reads nothing behind it", async () => {
  const parts = ["HTTP/1.1 2", "00 OK\r\nVia: x\r\n", "\r\n", "hello"];
  const conn = new FakeConn(...parts);
  await openTunnel({ conn, proxy: PROXY, to: TO });
  assertEquals(conn.written, decoder.decode(connectRequest(PROXY, TO)));
  const buffer = new Uint8Array(8);
  assertEquals(await conn.read(buffer), 5);
});

const INTERIM = "HTTP/1.1 100 Continue\r\n\r\n";

Deno.test("openTunnel() skips answers with 1xx", async () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const ok = "HTTP/1.1 200 OK\r\n\r\n";
  for (
    const parts of [
      [INTERIM, ok],
      [`${INTERIM}${hints}${ok}`],
      [`${hints}HTTP/1.1 2`, "00 OK\r\n\r\n"],
      [INTERIM.repeat(16), ok],
    ]
  ) {
    const conn = new FakeConn(...parts);
    await openTunnel({ conn, proxy: PROXY, to: TO });
    assertEquals(await conn.read(new Uint8Array(1)), null);
  }
});

Deno.test("openTunnel() gives up on answers with 1xx that do not end", async () => {
  const conn = new FakeConn(...Array(17).fill(INTERIM));
  const { failure } = await assertRejects(
    () => openTunnel({ conn, proxy: PROXY, to: TO }),
    OpeningError,
  );
  assertMatch("detail" in failure ? failure.detail! : "", /: 100 Continue$/);
});

Deno.test("openTunnel() gives up on an answer without an end", async () => {
  const line = `X: ${"x".repeat(1_000)}\r\n`;
  const conn = new FakeConn("HTTP/1.1 200 OK\r\n", ...Array(70).fill(line));
  await assertRejects(
    () => openTunnel({ conn, proxy: PROXY, to: TO }),
    OpeningError,
  );
});

Deno.test("connectRequest() names the server, and has the credentials of the URL", () => {
  const of = (proxy: string, to = TO) =>
    decoder.decode(connectRequest(new URL(proxy), to)).split("\r\n");
  const agent = `User-Agent: holdfast/${VERSION}`;
  assertEquals(of("http://p.example"), [
    "CONNECT a.example:80 HTTP/1.1",
    "Host: a.example:80",
    agent,
    ...["", ""],
  ]);
  const [target, , , credentials] = of("http://us%40er:p@p.example", {
    hostname: "::1",
    port: 8080,
  });
  assertEquals(target, "CONNECT [::1]:8080 HTTP/1.1");
  assertEquals(credentials, `Proxy-Authorization: Basic ${btoa("us@er:p")}`);
});

Deno.test("showProxy() shows no credentials", () => {
  const proxy = new URL("http://user:secret@p.example:3128/path");
  assertEquals(showProxy(proxy), "http://p.example:3128");
});
