import { assertEquals, assertMatch } from "@std/assert";
import { type Registry, startRegistry } from "../servers/registry.ts";

const ROOT = new URL("../../../", import.meta.url);

/** How long one run of Deno may take, in milliseconds. */
const LIMIT = 120_000;

const PROGRAM = `
import { ReconnectingWebSocket } from "jsr:@holdfast/websocket";

await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
await using socket = new ReconnectingWebSocket(
  \`ws://localhost:\${server.addr.port}\`,
);
socket.send("from the package");
console.log(await socket.receive({ timeout: 20_000 }), socket.status.worker);
`;

Deno.test("deno publish makes a package that connects with --allow-net alone", async () => {
  await using registry = startRegistry();
  const home = await Deno.makeTempDir();
  try {
    // The stand-in is what the registry has as @std/async.
    await publish(registry, new URL("tools/std/async/", ROOT));
    await publish(registry, ROOT);
    await Deno.writeTextFile(`${home}/main.ts`, PROGRAM);
    const { code, stdout } = await deno(
      ["run", "--no-prompt", "--allow-net", "main.ts"],
      { cwd: home, env: environment(registry, `${home}/deno`) },
    );
    assertEquals(stdout, "from the package shared\n");
    assertEquals(code, 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

async function publish(registry: Registry, cwd: URL): Promise<void> {
  const { code, stderr } = await deno([
    "publish",
    "--allow-dirty",
    "--allow-slow-types",
    "--no-check",
    "--no-provenance",
    "--token=none",
  ], { cwd, env: environment(registry) });
  assertMatch(stderr, /Successfully published/);
  assertEquals(code, 0);
}

function environment(
  { url }: Registry,
  directory?: string,
): Record<string, string> {
  return {
    JSR_URL: url,
    NO_COLOR: "1",
    ...directory !== undefined && { DENO_DIR: directory },
  };
}

async function deno(
  args: string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
): Promise<{ code: number; stdout: string; stderr: string }> {
  await using child = new Deno.Command(Deno.execPath(), {
    args,
    ...options,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const [stdout, stderr, { code }] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.status,
  ]);
  clearTimeout(limit);
  // deno-lint-ignore no-console
  if (code !== 0) console.error(stderr);
  return { code, stdout, stderr };
}
