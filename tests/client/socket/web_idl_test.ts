import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  defineInterface,
  READY_STATES,
  toMessageData,
} from "../../../lib/client/socket/web_idl.ts";

Deno.test("defineInterface() makes a class look as Web IDL has it", () => {
  class Minified {
    member(): void {}
  }
  defineInterface(Minified, "Socket");
  const { prototype } = Minified;
  for (const holder of [Minified, prototype]) {
    const constants = Object.entries(READY_STATES).map(([name, value]) => {
      const { writable, enumerable, configurable } =
        Object.getOwnPropertyDescriptor(holder, name) ?? {};
      assertEquals([writable, enumerable, configurable], [false, true, false]);
      return Reflect.get(holder, name) === value;
    });
    assertEquals(constants, [true, true, true, true]);
  }
  assertEquals(Object.keys(prototype).includes("member"), true);
  assertEquals(Object.keys(prototype).includes("constructor"), false);
  assertEquals([Minified.name, `${new Minified()}`], [
    "Socket",
    "[object Socket]",
  ]);
});

Deno.test("toMessageData() makes a Blob of binary data where that is wanted", async () => {
  const data = new Uint8Array([1, 2]).buffer;
  assertStrictEquals(toMessageData(data, "arraybuffer"), data);
  assertEquals(toMessageData("text", "blob"), "text");
  const blob = toMessageData(data, "blob");
  assertInstanceOf(blob, Blob);
  assertEquals(await blob.arrayBuffer(), data);
});
