import { assertEquals, assertMatch } from "@std/assert";

Deno.test("dispatch.ts checks messages, sends a request, and joins again", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-read", "examples/dispatch.ts"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  const output = new TextDecoder().decode(stdout);
  assertEquals(output.match(/tea: Welcome/g)?.length, 2);
  assertMatch(output, /In the room: ann, bob/);
  assertMatch(output, /Invalid new_message: .*number/);
  assertMatch(output, /Unknown: weather/);
  assertEquals(success, true);
});
