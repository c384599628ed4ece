import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  SCRIPT_NAMES,
  scriptText,
} from "../../../../lib/server/stores/redis/lua.ts";

const CONTEXT = { generation: "g1", channels: "hf:n:" };

Deno.test("scriptText() differs by generation, so that a hash does", () => {
  for (const name of SCRIPT_NAMES) {
    const text = scriptText(name, CONTEXT);
    const next = scriptText(name, { ...CONTEXT, generation: "g2" });
    assertNotEquals(text, next);
    assertEquals(next.replace("'g2'", "'g1'"), text);
  }
});

Deno.test("scriptText() lets what gives room run without memory", () => {
  const flagsOf = (name: typeof SCRIPT_NAMES[number]) =>
    scriptText(name, CONTEXT).split("\n")[0];
  assertEquals([flagsOf("open"), flagsOf("append")], ["#!lua", "#!lua"]);
  assertEquals(flagsOf("read"), "#!lua flags=no-writes");
  for (const name of ["accept", "detach", "end", "due"] as const) {
    assert(flagsOf(name)?.endsWith("allow-oom"), name);
  }
});
