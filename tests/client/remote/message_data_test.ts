import { runInNewContext } from "node:vm";
import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { toMessage } from "../../../lib/client/remote/message_data.ts";

Deno.test("toMessage() copies what can change and only that", () => {
  const blob = new Blob(["a"]);
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  assertStrictEquals(toMessage(blob), blob);
  assertStrictEquals(toMessage("a"), "a");
  assertNotStrictEquals(toMessage(buffer), buffer);
  assertEquals(toMessage(buffer), buffer);
  assertEquals(
    toMessage(new DataView(buffer, 1)),
    new Uint8Array([2, 3]).buffer,
  );
});

Deno.test("toMessage() takes a detached buffer as empty", () => {
  const buffer = new ArrayBuffer(3);
  const view = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals([toMessage(buffer), toMessage(view)], [
    new ArrayBuffer(0),
    new ArrayBuffer(0),
  ]);
});

Deno.test("toMessage() makes text of anything else", () => {
  assertEquals([1, null, undefined, { toString: () => "x" }].map(toMessage), [
    "1",
    "null",
    "undefined",
    "x",
  ]);
});

Deno.test("toMessage() takes binary data of another realm as what it is", () => {
  for (
    const script of [
      "new Uint8Array([1, 2]).buffer",
      "new Uint8Array([1, 2])",
      "new DataView(new Uint8Array([9, 1, 2]).buffer, 1)",
    ]
  ) {
    const message = toMessage(runInNewContext(script));
    assertStrictEquals(Object.getPrototypeOf(message), ArrayBuffer.prototype);
    assertEquals(message, new Uint8Array([1, 2]).buffer, script);
  }
});

Deno.test("toMessage() believes the slot of a value and neither its prototype nor its name", () => {
  const file = new File(["a"], "a.txt");
  assertStrictEquals(toMessage(file), file);
  const name = "[object Blob]";
  assertEquals(toMessage({ [Symbol.toStringTag]: "Blob" }), name);
  assertEquals(toMessage(Object.create(Blob.prototype)), name);
  const pretended = Object.create(ArrayBuffer.prototype);
  assertEquals(toMessage(pretended), "[object ArrayBuffer]");
});

Deno.test("toMessage() refuses shared and resizable buffers, as Chromium does", () => {
  const shared = new SharedArrayBuffer(4);
  const resizable = new ArrayBuffer(4, { maxByteLength: 8 });
  for (const data of [shared, new Uint8Array(shared), new DataView(shared)]) {
    assertThrows(() => toMessage(data), TypeError, "shared");
  }
  for (
    const data of [
      resizable,
      new Uint8Array(resizable),
      new Uint8Array(resizable, 0, 2),
    ]
  ) assertThrows(() => toMessage(data), TypeError, "resizable");
  assertThrows(
    () => toMessage(runInNewContext("new SharedArrayBuffer(1)")),
    TypeError,
    "shared",
  );
});
