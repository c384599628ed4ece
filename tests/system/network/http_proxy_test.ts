import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectError, ReconnectingWebSocket } from "@holdfast/websocket";
import { assertLatency } from "../latency.ts";
import { PROGRAMS, requires } from "../requirements.ts";
import { AUTHORITY, OTHER } from "../../transport/tcp/certificates.ts";
import { startConnectProxy } from "../servers/proxies/connect_proxy.ts";
import { startReverseProxy } from "../servers/proxies/reverse_proxy.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, within } from "../waiting.ts";

/** A proxy that opens tunnels to this port only, for who has a password. */
function startTinyproxy(port: number) {
  return startReverseProxy({
    configure: (place) => `
Port ${place.port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
BasicAuth user secret
ConnectPort ${port}
`,
    command: (file) => [PROGRAMS.tinyproxy, "-d", "-c", file],
  });
}

for (const worker of ["shared", "none"] as const) {
  Deno.test(
    `ReconnectingWebSocket() goes through tinyproxy (worker: ${worker})`,
    requires("tinyproxy"),
    async () => {
      await using server = await startWsServer();
      const port = Number(new URL(server.url).port);
      await using tinyproxy = await startTinyproxy(port);
      const { host } = new URL(tinyproxy.url);
      await using socket = new ReconnectingWebSocket(server.url, [], {
        worker,
        proxy: `http://user:secret@${host}`,
      });
      socket.send("hello");
      assertEquals(await within(socket.receive()), "hello");
      const probedAt = performance.now();
      assertLatency(await within(socket.probe()), probedAt);
    },
  );
}

Deno.test(
  "ReconnectingWebSocket() says that tinyproxy refuses, without the password",
  requires("tinyproxy"),
  async () => {
    await using server = await startWsServer();
    await using tinyproxy = await startTinyproxy(1);
    const { host } = new URL(tinyproxy.url);
    for (const credentials of ["user:secret@", "user:wrong@"]) {
      await using socket = new ReconnectingWebSocket(server.url, [], {
        proxy: `http://${credentials}${host}`,
      });
      const { error } = await next(socket, "disconnect");
      assertInstanceOf(error, ConnectError, String(error));
      assertEquals([error.kind, error.retryable], ["proxy", true]);
      const status = credentials.includes("wrong") ? /: 40[17] / : /: 403 /;
      assert(status.test(error.message), error.message);
      assert(!error.message.includes("secret"));
    }
  },
);

interface Setting {
  readonly env: (proxy: string) => Readonly<Record<string, string>>;
  /** Beside `--allow-net` and `--allow-read`. */
  readonly flags: readonly string[];
  readonly scheme: "ws" | "wss";
  /** Of each socket; a name that does not exist is out of reach without a proxy. */
  readonly result: "hello" | "dns" | "proxy";
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  "HTTP_PROXY for ws:": {
    env: (proxy) => ({ HTTP_PROXY: proxy, HTTPS_PROXY: "http://localhost:1" }),
    flags: ["--allow-env"],
    scheme: "ws",
    result: "hello",
  },
  "HTTPS_PROXY for wss:": {
    env: (proxy) => ({ HTTPS_PROXY: proxy, HTTP_PROXY: "http://localhost:1" }),
    flags: ["--allow-env"],
    scheme: "wss",
    result: "hello",
  },
  "ALL_PROXY where nothing else is set": {
    env: (proxy) => ({ ALL_PROXY: proxy.replace("http://", "") }),
    flags: ["--allow-env"],
    scheme: "ws",
    result: "hello",
  },
  "no proxy for what NO_PROXY names": {
    env: (proxy) => ({ HTTP_PROXY: proxy, NO_PROXY: "a.test, .invalid" }),
    flags: ["--allow-env"],
    scheme: "ws",
    result: "dns",
  },
  "no proxy without the permission to read the variables": {
    env: (proxy) => ({ HTTP_PROXY: proxy }),
    flags: [],
    scheme: "ws",
    result: "dns",
  },
  "the one variable that may be read": {
    env: (proxy) => ({ HTTP_PROXY: "http://localhost:1", ALL_PROXY: proxy }),
    flags: ["--allow-env=ALL_PROXY"],
    scheme: "ws",
    result: "hello",
  },
  "a proxy that nobody runs": {
    env: () => ({ http_proxy: "http://localhost:1" }),
    flags: ["--allow-env"],
    scheme: "ws",
    result: "proxy",
  },
};

for (const [what, setting] of Object.entries(SETTINGS)) {
  Deno.test(`A process goes through ${what}`, async () => {
    const { scheme, result } = setting;
    await using server = startEcho(scheme);
    using proxy = startConnectProxy();
    // The certificate is for this name; the proxy connects to this machine.
    const host = scheme === "wss" ? "example.com" : "holdfast.invalid";
    const results = await runProxied(
      setting,
      `http://127.0.0.1:${proxy.port}`,
      [
        `${scheme}://${host}:${server.port}/`,
        ...scheme === "wss" ? [AUTHORITY] : [],
      ],
    );
    const last = scheme === "wss"
      ? []
      : [result === "hello" ? "hello" : "error"];
    assertEquals(results, [result, result, ...last]);
    const used = result === "hello" ? results.length : 0;
    assertEquals(proxy.requests.length, used);
  });
}

function startEcho(scheme: Setting["scheme"]) {
  const place = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const certificate = scheme === "wss" ? OTHER : {};
  const server = Deno.serve({ ...place, ...certificate }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  return {
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Runs `proxied_program.ts` with nothing in its environment but what the setting has. */
async function runProxied(
  { env, flags }: Setting,
  proxy: string,
  args: readonly string[],
): Promise<readonly string[]> {
  const script = new URL("./proxied_program.ts", import.meta.url);
  const permissions = ["--no-prompt", "--allow-net", "--allow-read", ...flags];
  const { DENO_DIR, HOME, PATH } = Deno.env.toObject();
  const kept = { DENO_DIR, HOME, PATH };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      ...permissions,
      script.href,
      ...args,
    ],
    clearEnv: true,
    env: {
      ...Object.fromEntries(
        Object.entries(kept).filter(([, value]) => value !== undefined),
      ) as Record<string, string>,
      // It would go through the proxy, too.
      DENO_NO_UPDATE_CHECK: "1",
      ...env(proxy),
    },
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
