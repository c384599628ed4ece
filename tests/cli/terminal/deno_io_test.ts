import { assertEquals, assertMatch } from "@std/assert";

const MODULE = new URL("../../../lib/cli/terminal/deno_io.ts", import.meta.url);

/** Runs statements with `io` in a process of its own, whose streams are pipes. */
async function run(
  statements: string,
  { closed = [], env = {} }: {
    /** Which streams have no reader. */
    readonly closed?: readonly ("stdout" | "stderr")[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "--ext=ts", "-"],
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await Promise.all(closed.map((name) => child[name].cancel()));
  const source = `import { denoIo } from "${MODULE.href}";
const io = denoIo();
${statements}`;
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const textOf = async (name: "stdout" | "stderr") =>
    closed.includes(name) ? "" : await new Response(child[name]).text();
  const [stdout, stderr] = await Promise.all(
    [textOf("stdout"), textOf("stderr")],
  );
  return { code: (await child.status).code, stdout, stderr };
}

Deno.test("denoIo() finds no terminal in a pipe", async () => {
  const { stdout } = await run(
    `
    io.write(JSON.stringify([
      io.isInteractive, io.stdoutIsTerminal, io.stderrIsTerminal, io.columns,
      io.noColor, io.environment("COLOUR"), io.environment("NOT_SET") ?? null,
    ]));`,
    { env: { COLOUR: "blue" } },
  );
  assertEquals(
    JSON.parse(stdout),
    [false, false, false, 80, true, "blue", null],
  );
});

Deno.test("denoIo() peeks at variables without a prompt", async () => {
  const { stdout } = await run(
    `
    const known = io.peekEnvironment("COLOUR");
    Deno.permissions.revokeSync({ name: "env" });
    io.write(JSON.stringify([known, io.peekEnvironment("COLOUR") ?? null]));`,
    { env: { COLOUR: "blue" } },
  );
  assertEquals(JSON.parse(stdout), ["blue", null]);
});

Deno.test("denoIo() writes results to stdout and notes to stderr, whole", async () => {
  const { stdout, stderr } = await run(`
    io.write("a".repeat(200_000));
    await io.writeBytes(new TextEncoder().encode("b".repeat(200_000)));
    io.error("note");`);
  assertEquals(stdout, "a".repeat(200_000) + "b".repeat(200_000));
  assertEquals(stderr, "note");
});

Deno.test("denoIo() throws an OutputError when nobody reads stdout", async () => {
  const { code, stderr } = await run(
    `
    const large = "x".repeat(1_000_000);
    try {
      io.write(large);
    } catch (error) {
      io.error(error.name + " " + error.kind + "\\n");
    }
    await io.writeBytes(new TextEncoder().encode(large))
      .catch((error) => io.error(error.name + " " + error.kind + "\\n"));`,
    { closed: ["stdout"] },
  );
  assertEquals(code, 0);
  assertEquals(stderr, "OutputError reader gone\n".repeat(2));
});

Deno.test("denoIo() discards notes that nobody reads", async () => {
  const { code, stdout } = await run(
    `
    io.error("x".repeat(1_000_000));
    io.write("still here");`,
    { closed: ["stderr"] },
  );
  assertEquals([code, stdout], [0, "still here"]);
});

Deno.test("denoIo() reports SIGINT and SIGTERM until it is stopped", async () => {
  const { stdout, code } = await run(`
    for (const signal of ["SIGINT", "SIGTERM"]) {
      const { promise, resolve } = Promise.withResolvers();
      const stop = io.onInterrupt(resolve);
      Deno.kill(Deno.pid, signal);
      await promise;
      stop();
      io.write(signal + " ");
    }
    Deno.kill(Deno.pid, "SIGTERM");
    await new Promise(() => setInterval(() => {}, 1_000));`);
  assertMatch(stdout, /^SIGINT SIGTERM $/);
  assertEquals(code, 128 + 15);
});
