import { assertEquals, assertMatch } from "@std/assert";

const PROGRAMS = [
  "bench/main.ts",
  "bench/sessions/main.ts",
  "bench/storm.ts",
  "system/chaos/main.ts",
  "system/soak/main.ts",
];

Deno.test("refuseUnknown() keeps each program from running with an option that it does not know", async () => {
  await Promise.all(PROGRAMS.map(async (program) => {
    const help = await run(program, "--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, /^Usage: deno [^\n]+\n$/);
    const unknown = await run(program, "--onyl=x");
    assertEquals([unknown.code, unknown.stdout], [2, ""]);
    assertMatch(unknown.stderr, /^Cannot use --onyl=x\. Usage: [^\n]+\n$/);
  }));
});

Deno.test("refuseUnknown() keeps the benchmarks from measuring nothing", async () => {
  for (const program of ["bench/main.ts", "bench/sessions/main.ts"]) {
    const { code, stderr } = await run(program, "--only=nothing");
    assertEquals(code, 2);
    assertMatch(stderr, /^Cannot use --only nothing\. Usage: /);
  }
});

async function run(program: string, argument: string): Promise<{
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}> {
  const script = new URL(program, import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", script, argument],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code, stdout: text ?? "", stderr: errors ?? "" };
}
