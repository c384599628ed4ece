/**
 * The tests of attempts that fail.
 *
 * @module
 */

import { assertEquals, assertObjectMatch } from "@std/assert";
import type { Failure } from "../../lib/connection/failure.ts";
import { startTcpServer } from "../system/servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../system/servers/tcp/unused_port.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import { Recorder } from "./recorder.ts";
import type { Traits } from "./traits.ts";

const LOST = { closeCode: 1006, reason: "", wasClean: false };

/** Registers the tests of attempts that fail. */
export function testFailedOpenings(
  { symbol, load, refused, refusal }: Traits,
): void {
  const expectFailure = async (url: string, expected: Partial<Failure>) => {
    const socket = new Recorder(await load(), url);
    const { info, failure } = await socket.next("end");
    assertEquals(info, LOST);
    assertObjectMatch(failure ?? {}, expected);
  };

  Deno.test(`${symbol} reports a refused connection`, async () => {
    const url = `ws://127.0.0.1:${findUnusedPort()}`;
    await expectFailure(url, { type: "connect", kind: refused });
  });

  Deno.test(`${symbol} reports a name that does not resolve`, async () => {
    await expectFailure("ws://name.invalid/", { type: "connect", kind: "dns" });
  });

  Deno.test(`${symbol} reports a peer that does not speak TLS`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.read();
      await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      peer.end();
    });
    const url = server.url.replace("ws:", "wss:");
    await expectFailure(url, { type: "connect", kind: "tls" });
  });

  Deno.test(`${symbol} reports a certificate that it does not trust`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...SELF_SIGNED },
      () => new Response(),
    );
    const url = `wss://127.0.0.1:${server.addr.port}/`;
    await expectFailure(url, { type: "connect", kind: "tls" });
  });

  for (const status of [200, 301, 401, 503]) {
    Deno.test(`${symbol} reports a handshake refused with ${status}`, async () => {
      await using server = await startWsServer({
        handshake: {
          type: "refuse",
          status,
          headers: { "Retry-After": "7" },
          body: "no",
        },
      });
      await expectFailure(server.url, {
        type: "handshake",
        status,
        ...refusal,
      });
      await server.until((report) => report.open === 0);
    });
  }

  Deno.test(`${symbol} reports an answer that is not HTTP`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.readRequest();
      await peer.write("220 mail.example.com ESMTP\r\n\r\n");
      peer.end();
    });
    await expectFailure(server.url, { type: "protocol", closeCode: 1002 });
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} reports a handshake that is dropped`, async () => {
    await using server = await startWsServer({ handshake: { type: "drop" } });
    await expectFailure(server.url, { type: "connect", kind: "unknown" });
  });
}

/** For 127.0.0.1 until 2126, trusted by nobody. */
const SELF_SIGNED = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUBVtJ4n3aHuL2DXzv8qmYm7AtdVIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMzg1M1oYDzIxMjYxMDI4
MDMzODUzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQwqCn2FEQ6122rKURh3Ed19f85FKr5U8oHlOzbeayX7SCDKpHfC0/z
3MRgOgNpFiKcEWEq7slUQrTjdOk3FEzPo28wbTAdBgNVHQ4EFgQU9MCbwTD59/4H
x1TEfnJGixR/ytkwHwYDVR0jBBgwFoAU9MCbwTD59/4Hx1TEfnJGixR/ytkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDRwAwRAIgGANYO1XKcKbc9WqQHExl4/kh2Ont9giAhc0/AG8d91UCIF9o
6qh0o2Q9nk6AFj+IMOuU8RDDeVFZk0VDPw6/4a7f
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqMqT3/a17CJQiGEg
K3cioMaMcLlvgYKhMrJpp7omcNGhRANCAAQwqCn2FEQ6122rKURh3Ed19f85FKr5
U8oHlOzbeayX7SCDKpHfC0/z3MRgOgNpFiKcEWEq7slUQrTjdOk3FEzP
-----END PRIVATE KEY-----
`,
};
