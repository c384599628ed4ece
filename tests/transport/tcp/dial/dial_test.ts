import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { NetworkConfig } from "../../../../lib/connection/config/network.ts";
import { endpointOf } from "../../../../lib/transport/tcp/dial/dial.ts";
import { Opening } from "../../../../lib/transport/tcp/opening.ts";
import { tcpTransport } from "../../../../lib/transport/tcp/tcp_transport.ts";
import { PROGRAMS, requires } from "../../../system/requirements.ts";
import { startConnectProxy } from "../../../system/servers/proxies/connect_proxy.ts";
import { findUnusedPort } from "../../../system/servers/tcp/unused_port.ts";
import { Recorder } from "../../recorder.ts";
import { watchConnect } from "../watch_connect.ts";
import {
  AUTHORITY,
  type Certificate,
  CLIENT,
  EARLY,
  EXPIRED,
  OTHER,
  VALID,
} from "../certificates.ts";

const TRUSTED: NetworkConfig = { tls: { caCerts: [AUTHORITY] } };

/** An echo server, over TLS if it has a certificate. */
function startServer(certificate?: Certificate, hostname = "127.0.0.1") {
  const place = { hostname, port: 0, onListen() {} };
  const server = Deno.serve({ ...place, ...certificate }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const { port } = server.addr;
  return {
    port,
    url: `${certificate === undefined ? "ws" : "wss"}://localhost:${port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Echoes a message, and closes. */
async function echo(url: string, network: NetworkConfig): Promise<void> {
  const socket = new Recorder(tcpTransport, url, { network });
  await socket.next("open");
  socket.do(() => socket.transport.send("hello"));
  assertEquals((await socket.next("message")).data, "hello");
  socket.do(() => socket.transport.close(1000, ""));
  await socket.next("end");
}

/** Connects in vain; says how it failed. */
async function failure(url: string, network: NetworkConfig): Promise<string> {
  const socket = new Recorder(tcpTransport, url, { network });
  const { failure } = await socket.next("end");
  assert(failure !== undefined && "detail" in failure);
  const kind = "kind" in failure ? failure.kind : failure.type;
  return `${kind}: ${failure.detail}`;
}

Deno.test("endpointOf() gives the default ports, and addresses without brackets", () => {
  const cases = {
    "ws://a.example": ["a.example", 80],
    "wss://a.example/b": ["a.example", 443],
    "https://a.example": ["a.example", 443],
    "http://a.example": ["a.example", 80],
    "ws://[::1]:8080": ["::1", 8080],
  };
  for (const [url, endpoint] of Object.entries(cases)) {
    const { hostname, port } = endpointOf(new URL(url));
    assertEquals([hostname, port], endpoint);
  }
});

Deno.test("dial() connects to an IPv6 address, directly and through a proxy", async () => {
  await using server = startServer(undefined, "::1");
  const url = server.url.replace("localhost", "[::1]");
  await echo(url, {});
  using proxy = startConnectProxy({ target: "::1" });
  await echo(url, { proxy: `http://127.0.0.1:${proxy.port}` });
  assertMatch(proxy.requests[0]!, /^CONNECT \[::1\]:\d+ HTTP/);
});

Deno.test("dial() speaks TLS with a server of an authority of one's own", async () => {
  await using server = startServer(VALID);
  await echo(server.url, TRUSTED);
});

for (
  const [who, client] of [["anybody", {}], ["a known client", CLIENT]] as const
) {
  Deno.test(`dial() offers http/1.1 by ALPN (${who})`, async () => {
    using listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      ...VALID,
      alpnProtocols: ["h2", "http/1.1"],
    });
    const { port } = listener.addr;
    const socket = new Recorder(tcpTransport, `wss://localhost:${port}/`, {
      network: { tls: { caCerts: [AUTHORITY], ...client } },
    });
    using conn = await listener.accept();
    assertEquals((await conn.handshake()).alpnProtocol, "http/1.1");
    socket.terminate();
  });
}

Deno.test("dial() sends small packets at once, and gives up connecting with its attempt", async () => {
  await using server = startServer();
  let isDelayed = true;
  let signal: AbortSignal | undefined;
  using _watch = watchConnect({
    asked: (options) => signal = options.signal,
    connected: (conn) => conn.setNoDelay = () => isDelayed = false,
  });
  await echo(server.url, {});
  assertEquals(isDelayed, false);
  assertEquals(signal?.aborted, false);
  const opening = new Opening({ url: server.url, protocols: [], headers: {} });
  const running = opening.run();
  opening.abort();
  await assertRejects(() => running);
  assertEquals(signal?.aborted, true);
});

const UNTRUSTED: Readonly<
  Record<string, readonly [Certificate, NetworkConfig, RegExp]>
> = {
  "an unknown authority": [VALID, {}, /^tls: .* not signed by a trusted auth/],
  "a certificate for another host": [OTHER, TRUSTED, /^tls: .*another host/],
  "a certificate that expired": [EXPIRED, TRUSTED, /^tls: .*on 2021-01-01/],
  "a certificate of the future": [EARLY, TRUSTED, /^tls: .*until 2120-01-01/],
};

for (
  const [what, [certificate, network, detail]] of Object.entries(UNTRUSTED)
) {
  Deno.test(`dial() refuses ${what}, and says so`, async () => {
    await using server = startServer(certificate);
    assertMatch(await failure(server.url, network), detail);
  });
}

Deno.test(
  "dial() shows a client certificate",
  requires("openssl"),
  async () => {
    await using server = await startVerifyingServer();
    const { cert, key } = CLIENT;
    // It answers with a page about the connection.
    assertMatch(
      await failure(server.url, { tls: { caCerts: [AUTHORITY], cert, key } }),
      /^handshake: 200 ok/,
    );
    assertMatch(
      await failure(server.url, TRUSTED),
      /^tls: The server does not accept the client's certificate/,
    );
  },
);

Deno.test("dial() says that a key does not fit its certificate", async () => {
  const tls = { caCerts: [AUTHORITY], cert: CLIENT.cert, key: VALID.key };
  await using server = startServer(VALID);
  assertMatch(await failure(server.url, { tls }), /^invalid: .*KeyMismatch/);
});

/** OpenSSL's server, which takes clients with certificates of our authority only. */
async function startVerifyingServer() {
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  const files = { ca: AUTHORITY, ...VALID };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
  const child = new Deno.Command(PROGRAMS.openssl, {
    args: [
      ...["s_server", "-accept", "127.0.0.1:0", "-www"],
      ...["-CAfile", "ca", "-cert", "cert", "-key", "key"],
      ...["-Verify", "1", "-verify_return_error"],
    ],
    cwd: directory,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let port: string | undefined;
  for (let said = ""; port === undefined;) {
    const { value, done } = await reader.read();
    assert(!done, said);
    said += value;
    port = /ACCEPT 127\.0\.0\.1:(\d+)\n/.exec(said)?.[1];
  }
  return {
    url: `wss://localhost:${port}/`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

for (const scheme of ["ws", "wss"] as const) {
  Deno.test(`dial() goes to ${scheme}: through a proxy with credentials`, async () => {
    await using server = startServer(scheme === "ws" ? undefined : VALID);
    using proxy = startConnectProxy();
    const url = `http://us%40er:p%C3%A9@127.0.0.1:${proxy.port}`;
    await echo(server.url, { ...TRUSTED, proxy: url });
    const [request = ""] = proxy.requests;
    assertMatch(
      request,
      /^CONNECT localhost:\d+ HTTP\/1\.1\r\nHost: localhost:/,
    );
    assertMatch(request, /\r\nUser-Agent: holdfast\/\d/);
    const credentials = btoa("us@er:p\u00c3\u00a9");
    assert(
      request.includes(`\r\nProxy-Authorization: Basic ${credentials}\r\n`),
    );
    assertEquals(proxy.requests.length, 1);
  });
}

Deno.test("dial() goes through a proxy over TLS", async () => {
  await using server = startServer();
  using proxy = startConnectProxy({ certificate: VALID });
  const url = `https://localhost:${proxy.port}`;
  await echo(server.url, { ...TRUSTED, proxy: url });
  assert(!proxy.requests[0]!.includes("Proxy-Authorization"));
});

Deno.test("dial() says what Deno cannot do", async () => {
  const proxy = "https://localhost:1";
  assertEquals(
    await failure("wss://localhost:2", { proxy }),
    "invalid: Deno has no TLS within TLS, which wss: through the proxy " +
      "https://localhost:1 would be: use a proxy with http:",
  );
  const { cert, key } = CLIENT;
  assertMatch(
    await failure("wss://localhost:2", {
      proxy,
      tls: { caCerts: [], cert, key },
    }),
    /^invalid: Deno shows no client certificate through a proxy/,
  );
});

Deno.test("dial() says that a proxy is out of reach", async () => {
  const proxy = `http://user:secret@127.0.0.1:${findUnusedPort()}`;
  const shown = proxy.replace("user:secret@", "");
  assertEquals(
    await failure("ws://a.example", { proxy }),
    `proxy: The proxy ${shown} cannot be reached: Connection refused (os error 111)`,
  );
});

/** What a file in PEM may be that somebody has cut or mixed up. */
const UNREADABLE = {
  "is no DER": "AAAA",
  "is no base64": "!!!!",
  "is empty": "",
};

for (const [name, body] of Object.entries(UNREADABLE)) {
  const wanted = /^invalid: Cannot use the option tls: /;
  const text = pem("CERTIFICATE", body);
  const tls = { caCerts: [AUTHORITY], ...CLIENT };

  Deno.test(`dial() gives up on an authority that ${name}`, async () => {
    await using server = startServer(VALID);
    const network = { tls: { caCerts: [text] } };
    assertMatch(await failure(server.url, network), wanted);
  });

  Deno.test(`dial() gives up on a client's certificate that ${name}`, async () => {
    await using server = startServer(VALID);
    const network = { tls: { ...tls, cert: text } };
    assertMatch(await failure(server.url, network), wanted);
  });

  Deno.test(`dial() gives up on a key that ${name}`, async () => {
    await using server = startServer(VALID);
    const network = { tls: { ...tls, key: pem("PRIVATE KEY", body) } };
    assertMatch(await failure(server.url, network), wanted);
  });
}

function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
