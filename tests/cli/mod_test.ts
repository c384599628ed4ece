import { assert, assertEquals, assertMatch } from "@std/assert";
import { linesOf } from "../../lib/cli/connect/input.ts";
import { startTalkingServer } from "./connect/talking_server.ts";
import { NAME, VERSION } from "../../lib/platform/release.ts";

const MODULE = new URL("../../lib/cli/mod.ts", import.meta.url);

function command(...args: readonly string[]): Deno.Command {
  return denoRun("--allow-all", MODULE.href, ...args);
}

function denoRun(...args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("the command line talks to its own server through pipes", async () => {
  const server = command("serve", "--port", "0", "--token", "secret").spawn();
  await server.stdin.close();
  const lines = linesOf(server.stdout);
  const { value = "" } = await lines.next();
  assertMatch(value, /^Listening on ws:\/\/127\.0\.0\.1:\d+$/);
  const url = value.slice("Listening on ".length);
  const denied = await run(command("doctor", url, "--idle", "0"), "");
  assertEquals(denied.code, 5);
  assertMatch(denied.stdout, /FAIL {2}handshake .* 401 Unauthorized/);
  const numbers = Array.from({ length: 2_000 }, (_, index) => `${index}\n`);
  const piped = await talk(
    command("connect", `${url}/?token=secret`, "-w", "forever"),
    numbers.join(""),
  );
  assertEquals([piped.code, piped.stdout], [130, numbers.join("")]);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  await lines.return();
  await server.stderr.cancel();
});

Deno.test("the command line complains in 80 columns where there is no terminal", async () => {
  const { code, stdout, stderr } = await run(command(), "");
  assertEquals([code, stdout], [2, ""]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 2, stderr);
  for (const line of lines) assert(line.length <= 80, line);
});

Deno.test("the command line shows its version without permissions", async () => {
  const version = denoRun("--no-prompt", MODULE.href, "--version");
  const { code, stdout } = await run(version, "");
  assertEquals([code, stdout], [0, `${NAME} ${VERSION}\n`]);
});

Deno.test("the command line ends quietly, with exit code 0, when nobody reads stdout", async () => {
  await using server = startTalkingServer();
  const { url } = server;
  const commands = [
    ["--version"],
    ["explain", "1006"],
    ["doctor", url],
    ["connect", url, "-x", "hi", "-w", "forever"],
    ["connect", url, "-x", "hi", "-w", "forever", "--json"],
  ];
  const ends = await Promise.all(commands.map(async (args) => {
    const child = command(...args).spawn();
    await child.stdin.close();
    await child.stdout.cancel();
    const stderr = await new Response(child.stderr).text();
    const { code } = await child.status;
    return {
      code,
      stderr: stderr.replaceAll(/connect: (Connected|Closed)\n/g, ""),
    };
  }));
  assertEquals(ends, commands.map(() => ({ code: 0, stderr: "" })));
});

Deno.test("connect goes on when nobody reads stderr", async () => {
  await using server = startTalkingServer();
  const child = command("connect", server.url, "-w", "0").spawn();
  await child.stderr.cancel();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("one\ntwo\n"));
  await writer.close();
  await new Response(child.stdout).text();
  assertEquals((await child.status).code, 0);
  assertEquals(server.received, ["one", "two"]);
});

Deno.test("connect reports a line that is larger than the queue, and sends the others", async () => {
  await using server = startTalkingServer();
  const large = "x".repeat(17 * 1024 * 1024);
  const { code, stderr } = await run(
    command("connect", server.url, "-w", "0"),
    `before\n${large}\nafter\n`,
  );
  assertEquals([code, server.received], [10, ["before", "after"]]);
  assertMatch(stderr, /^connect: 1 message not sent \(17825792 bytes, .*\)$/m);
});

/** Waits until the whole input has come back, then interrupts. */
async function talk(
  command: Deno.Command,
  input: string,
): Promise<Pick<Ran, "code" | "stdout">> {
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  const writing = writer.write(new TextEncoder().encode(input));
  let stdout = "";
  const texts = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const text of texts) {
    stdout += text;
    if (stdout.length >= input.length) child.kill("SIGINT");
  }
  await writing;
  await writer.close().catch(() => {});
  await child.stderr.cancel();
  return { code: (await child.status).code, stdout };
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: Deno.Command, input: string): Promise<Ran> {
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}
