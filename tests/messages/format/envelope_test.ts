import { assertEquals, assertThrows } from "@std/assert";
import { flatEnvelope, nestedEnvelope } from "../../../lib/messages/mod.ts";

Deno.test("flatEnvelope() puts type and id beside the data", () => {
  const { wrap } = flatEnvelope();
  assertEquals(wrap({ type: "a", data: { b: 1 } }), { type: "a", b: 1 });
  assertEquals(wrap({ type: "a", data: undefined, id: 7 }), {
    type: "a",
    id: 7,
  });
});

Deno.test("flatEnvelope() leaves the id of a received message in its data", () => {
  const { unwrap } = flatEnvelope({ type: "op", id: "seq" });
  assertEquals(unwrap({ op: "a", seq: 7, b: 1 }), {
    type: "a",
    data: { seq: 7, b: 1 },
    id: 7,
  });
});

Deno.test("flatEnvelope() refuses data that does not fit beside the type", () => {
  const { wrap } = flatEnvelope();
  const refuse = (data: unknown, wanted: string, id?: number) =>
    assertThrows(() => wrap({ type: "a", data, id }), TypeError, wanted);
  refuse([1], "nestedEnvelope");
  refuse("text", "nestedEnvelope");
  refuse({ type: "b" }, '"type"');
  refuse({ id: 1 }, '"id"', 7);
  assertEquals(wrap({ type: "a", data: { id: 1 } }), { type: "a", id: 1 });
});

Deno.test("nestedEnvelope() keeps data of any kind in its own member", () => {
  const { wrap, unwrap } = nestedEnvelope({ data: "payload" });
  const message = { type: "a", data: [1, 2], id: "7" };
  assertEquals(wrap(message), { type: "a", payload: [1, 2], id: "7" });
  assertEquals(unwrap(wrap(message)), message);
  assertEquals(wrap({ type: "a", data: undefined }), { type: "a" });
});

Deno.test("unwrap() returns undefined for what is no message", () => {
  for (const { unwrap } of [flatEnvelope(), nestedEnvelope()]) {
    for (const value of [null, 1, "a", [], [{ type: "a" }], {}, { type: 1 }]) {
      assertEquals(unwrap(value), undefined);
    }
  }
});

Deno.test("unwrap() reads nothing that is inherited", () => {
  const value = Object.create({ type: "a", id: 1, data: 2 });
  assertEquals(flatEnvelope().unwrap(value), undefined);
  assertEquals(nestedEnvelope().unwrap(value), undefined);
  assertEquals(flatEnvelope({ type: "toString" }).unwrap({}), undefined);
});

Deno.test("unwrap() ignores ids that are neither text nor number", () => {
  assertEquals(nestedEnvelope().unwrap({ type: "a", id: {} })?.id, undefined);
});
