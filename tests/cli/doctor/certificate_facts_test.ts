import { assertEquals } from "@std/assert";
import {
  type CertificateFacts,
  readCertificateFacts,
} from "../../../lib/cli/doctor/certificate_facts.ts";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import { startConnectProxy } from "../../system/servers/proxies/connect_proxy.ts";
import { SELF_SIGNED } from "../../system/servers/self_signed.ts";
import { findUnusedPort } from "../../system/servers/tcp/unused_port.ts";
import { ECHO_SETTINGS } from "../serve/echo_settings.ts";

const NEVER = new AbortController().signal;
const FACTS: CertificateFacts = {
  subject: "localhost",
  issuer: "localhost",
  names: "localhost, 127.0.0.1",
  from: Date.UTC(2026, 10, 21, 4, 13, 26),
  to: Date.UTC(2126, 9, 28, 4, 13, 26),
};

function startServer() {
  return startEchoServer({ ...ECHO_SETTINGS, certificate: SELF_SIGNED });
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

Deno.test("readCertificateFacts() reads a certificate that nobody trusts", async () => {
  await using server = await startServer();
  const port = portOf(server.url);
  const facts = await readCertificateFacts(
    { server: { hostname: "localhost", port } },
    NEVER,
  );
  assertEquals(facts, FACTS);
});

Deno.test("readCertificateFacts() reads it through a proxy", async () => {
  await using server = await startServer();
  using proxy = startConnectProxy({ interim: "HTTP/1.1 100 Continue\r\n\r\n" });
  const url = new URL(`http://user:pass@127.0.0.1:${proxy.port}`);
  const facts = await readCertificateFacts({
    server: { hostname: "holdfast.invalid", port: portOf(server.url) },
    proxy: { url, endpoint: { hostname: "127.0.0.1", port: proxy.port } },
  }, NEVER);
  assertEquals(facts, FACTS);
  assertEquals(proxy.requests.length, 1);
});

Deno.test("readCertificateFacts() gives nothing where there is no TLS, and no server", async () => {
  await using server = await startEchoServer(ECHO_SETTINGS);
  for (const port of [portOf(server.url), findUnusedPort()]) {
    const facts = await readCertificateFacts(
      { server: { hostname: "127.0.0.1", port } },
      NEVER,
    );
    assertEquals(facts, undefined);
  }
});

Deno.test("readCertificateFacts() ends with its signal", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const limit = new AbortController();
  const reading = readCertificateFacts(
    { server: { hostname: "127.0.0.1", port } },
    limit.signal,
  );
  using _conn = await listener.accept();
  limit.abort();
  assertEquals(await reading, undefined);
});
