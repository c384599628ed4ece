/** Connections in a service worker of Chromium, which has no `Worker` and no `import()`. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Chromium, type Visit } from "./pages/chromium.ts";
import { requires } from "../requirements.ts";
import { within } from "../waiting.ts";

const ROOT = new URL("../../../", import.meta.url);
const MOD = new URL("mod.ts", ROOT);
const IN_THREAD = `import "${new URL("lib/client/in_thread.ts", ROOT)}";`;

/** Makes a socket with the options that the page sends, and answers with what came of it. */
const PROGRAM = `
import { ReconnectingWebSocket } from "${MOD}";
const channel = new BroadcastChannel("test");
channel.onmessage = async ({ data: { url, options } }) => {
  const socket = new ReconnectingWebSocket(url, [], {
    heartbeat: { message: "ping", expect: "pong" },
    ...options,
  });
  socket.closed.catch(() => {});
  try {
    await socket.opened;
    socket.send("hello");
    channel.postMessage(await socket.receive());
  } catch (error) {
    channel.postMessage(error.name + ": " + error.message);
  }
  socket.close();
};
`;

/** How a bundler may leave the program. */
const BUNDLES = {
  "one file": [],
  chunks: ["--code-splitting"],
} as const;

for (const [kind, flags] of Object.entries(BUNDLES)) {
  Deno.test(
    `worker: "none" echoes in a service worker of ${kind}, and the default says so`,
    requires("chromium"),
    async () => {
      await using stage = await openServiceWorker(IN_THREAD + PROGRAM, flags);
      assertEquals(await stage.connect({ worker: "none" }), "hello");
      assertAdvice(await stage.connect({}));
      assertEquals(stage.complaints, []);
    },
  );

  Deno.test(
    `worker: "none" says in a service worker of ${kind} which import it lacks`,
    requires("chromium"),
    async () => {
      await using stage = await openServiceWorker(PROGRAM, flags);
      assertAdvice(await stage.connect({ worker: "none" }));
      assertAdvice(await stage.connect({}));
      assertEquals(stage.complaints, []);
    },
  );
}

function assertAdvice(message: string): void {
  assertStringIncludes(message, "WorkerError: ");
  assertStringIncludes(message, 'worker: "none"');
  assertStringIncludes(message, 'import "@holdfast/websocket/in-thread"');
  // A port may have these digits, too.
  assertEquals(/\b404\b/.test(message), false, message);
}

interface Stage extends AsyncDisposable {
  readonly complaints: readonly string[];
  /** Makes a socket in the service worker; gives its first message or its error. */
  connect(options: { readonly worker?: "none" }): Promise<string>;
}

/** A page whose service worker runs a program. */
async function openServiceWorker(
  program: string,
  flags: readonly string[],
): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  opened.defer(() => Deno.remove(directory, { recursive: true }));
  await bundleProgram(directory, program, flags);
  const server = opened.use(serveDirectory(`${directory}/bundle`));
  const browser = opened.use(await Chromium.start());
  const { hostname, port } = server.addr;
  const visit = await browser.visit(`http://${hostname}:${port}/`);
  await within(visit.page.evaluate(REGISTER));
  const stage = opened.move();
  return {
    complaints: visit.complaints,
    connect: (options) =>
      ask(visit, { url: `ws://${hostname}:${port}/echo`, options }),
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

/** Runs in the page. */
const REGISTER = `(async () => {
  await navigator.serviceWorker.register("/main.js", { type: "module" });
  await navigator.serviceWorker.ready;
})()`;

function ask({ page }: Visit, question: object): Promise<string> {
  return within(page.evaluate(`new Promise((resolve) => {
    const channel = new BroadcastChannel("test");
    channel.onmessage = ({ data }) => resolve(data);
    channel.postMessage(${JSON.stringify(question)});
  })`));
}

async function bundleProgram(
  directory: string,
  program: string,
  flags: readonly string[],
): Promise<void> {
  await Deno.writeTextFile(`${directory}/main.ts`, program);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      `--outdir=${directory}/bundle`,
      ...flags,
      `${directory}/main.ts`,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Serves bundles, an empty page, and an echo at `/echo`. */
function serveDirectory(
  directory: string,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/echo") return echo(request);
      if (pathname === "/") return new Response(PAGE, HTML);
      return new Response(await Deno.readFile(directory + pathname), SCRIPT);
    },
  );
}

const PAGE =
  `<!doctype html><title>Test</title><link rel="icon" href="data:,">`;
const HTML = { headers: { "content-type": "text/html" } };
const SCRIPT = { headers: { "content-type": "text/javascript" } };

function echo(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
}
