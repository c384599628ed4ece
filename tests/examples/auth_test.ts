import { assert, assertEquals, assertMatch } from "@std/assert";

Deno.test("auth_client.ts keeps its connection over ten expiries, with a freeze during one", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "--allow-read",
      "examples/auth_client.ts",
      // A new token is due half a second before the old one expires.
      "--expiry",
      "2",
    ],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  const output = new TextDecoder().decode(stdout);
  assertMatch(output, /main thread was frozen for 2\d\d\d ms/);
  const [, sent, answered, repeated, tokens, disconnects] =
    /auth: (\d+) sent, (\d+) answered, (\d+) repeated, (\d+) tokens, (\d+) disconnects/
      .exec(output)?.map(Number) ?? [];
  assert(sent !== undefined && sent > 100, output);
  assertEquals([answered, repeated, disconnects], [sent, 0, 0], output);
  // Each token is used for three quarters of its life.
  assert(tokens !== undefined && tokens > 10 && tokens < 16, output);
  assertEquals(success, true);
});
