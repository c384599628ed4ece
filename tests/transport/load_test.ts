import { assert, assertEquals, assertRejects } from "@std/assert";
import { loadTransport } from "../../lib/transport/load.ts";
import { remove } from "../globals.ts";

Deno.test("loadTransport() keeps ws and tcp out of a bundle for browsers", async () => {
  const entry = new URL("../../lib/transport/load.ts", import.meta.url);
  const bundle = await runDeno(["bundle", "--platform=browser", entry.href]);
  assert(bundle.includes("nativeTransport"));
  assert(!bundle.includes("perMessageDeflate"));
  assert(!bundle.includes("startTls"));
  assert(!bundle.includes("node:"));
});

Deno.test("loadTransport() keeps ws in the graph, so that JSR rewrites it", async () => {
  const entry = new URL("../../lib/transport/load.ts", import.meta.url);
  const { modules } = JSON.parse(await runDeno(["info", "--json", entry.href]));
  const specifiers: string[] = modules.map((
    { specifier }: { specifier: string },
  ) => specifier);
  assert(specifiers.some((specifier) => /^npm:\/?ws@8/.test(specifier)));
});

Deno.test("loadTransport() loads the transport of a name", async () => {
  assertEquals((await loadTransport("native", "shared")).name, "native");
  assertEquals((await loadTransport("tcp", "shared")).name, "tcp");
  assertEquals((await loadTransport("ws", "shared")).name, "ws");
  assertEquals((await loadTransport("auto", "shared")).name, "tcp");
});

Deno.test("loadTransport() takes ws where Node's modules are, and says that tcp needs Deno", async () => {
  using _deno = remove(globalThis, "Deno");
  assertEquals((await loadTransport("auto", "shared")).name, "ws");
  const { name, output } = await loadTransport("native", "shared");
  assertEquals([name, output], ["native", "direct"]);
  await assertRejects(
    () => loadTransport("tcp", "shared"),
    TypeError,
    "needs Deno",
  );
});

/** Runs Deno to its end, which must be a success, for what it prints. */
async function runDeno(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
