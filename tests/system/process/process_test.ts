import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

const NET = "--allow-net";
const READ = "--allow-read";

for (const way of ["close", "dispose", "none", "plain"]) {
  Deno.test(`A process exits by itself once its socket is closed (${way})`, async () => {
    await using server = await startWsServer();
    // Reading the environment needs a permission that this process has not got.
    const transport = way === "none" ? ["--allow-env"] : [];
    const { end, lingered } = await run([NET, READ, ...transport], {
      way,
      url: server.url,
    });
    assertEquals(end.name, undefined);
    assertLess(lingered, 1_000);
    const { opened } = await server.until(({ open }) => open === 0);
    assertEquals(opened, 1);
  });
}

Deno.test("A process exits by itself once its socket has failed for good", async () => {
  await using server = await startWsServer({
    handshake: { type: "refuse", status: 403 },
  });
  const { end, lingered } = await run([NET, READ], {
    way: "fatal",
    url: server.url,
  });
  assertEquals(end.name, "HandshakeError");
  assertLess(lingered, 1_000);
});

Deno.test("A process without --allow-read says what to do, and exits by itself", async () => {
  const { end, lingered } = await run([NET], { way: "fatal", url: "ws://x/" });
  assertEquals(end.name, "WorkerError");
  assertMatch(end.message ?? "", /could not be started: .*--allow-read/);
  assertLess(lingered, 1_000);
});

Deno.test("A process that ignores how its socket ends sees no unhandled rejection", async () => {
  const url = `ws://127.0.0.1:${findUnusedPort()}`;
  const way = "unobserved";
  await run([NET], { way, url });
  await run([NET, READ], { way, url });
});

interface Outcome {
  readonly end: { readonly name?: string; readonly message?: string };
  /** From the end of the socket to the end of the process, in milliseconds. */
  readonly lingered: number;
}

/** Runs `one_socket.ts` in a process of its own, which must succeed. */
async function run(
  permissions: readonly string[],
  { way, url }: { readonly way: string; readonly url: string },
): Promise<Outcome> {
  const script = new URL("./one_socket.ts", import.meta.url);
  const flags = ["--quiet", "--no-prompt", "--no-check", ...permissions];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, script.href, way, url],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const exitedAt = Date.now();
  const decoder = new TextDecoder();
  // An unhandled rejection or exception would end it with another code.
  assertEquals(code, 0, decoder.decode(stderr));
  const { at, ...end } = JSON.parse(decoder.decode(stdout));
  return { end, lingered: exitedAt - at };
}
