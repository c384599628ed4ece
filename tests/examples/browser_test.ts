import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("browser/main.ts serves the page, its bundles and its observations", async () => {
  await using program = start("--port", "0");
  const [, url] = await find(program.stdout, /Open (\S+) in a browser/);
  const page = await (await fetch(new URL(url ?? ""))).text();
  assertMatch(page, /<h1>Freeze this tab/);
  assertMatch(page, /data-address="ws:\/\/127\.0\.0\.1:\d+"/);
  for (const [, path] of page.matchAll(/(?:href|src)="(\/[^"]+)"/g)) {
    const response = await fetch(new URL(path ?? "", url));
    await response.body?.cancel();
    assertEquals(response.status, 200, path);
  }
  const seen = await fetch(new URL("/seen?visitor=1", url));
  await find(seen.body!, /data: \{"at":\d+,"gaps":\{"plain":null/);
});

Deno.test("browser/main.ts explains its usage", async () => {
  for (const flags of [["--port", "http"], ["--prot", "81"], ["81"]]) {
    await using program = start(...flags);
    await find(program.stdout, /Usage: deno task page/);
    assertEquals((await program.status).code, 2);
  }
});

function start(...flags: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "--allow-read",
      "--allow-write",
      "--allow-run",
      "examples/browser/main.ts",
      ...flags,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Reads a stream until it has something that matches, and reads no more. */
async function find(
  stream: ReadableStream<Uint8Array>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  throw new Error(`Nothing matched ${pattern} in: ${text}`);
}
