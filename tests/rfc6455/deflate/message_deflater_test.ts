import { assertEquals } from "@std/assert";
import { MessageDeflater } from "../../../lib/rfc6455/deflate/message_deflater.ts";
import { concat } from "../frames.ts";

function fakeDeflater() {
  const calls: string[] = [];
  return {
    calls,
    deflate(bytes: Uint8Array) {
      calls.push("deflate");
      return concat(bytes, [0, 0, 0xff, 0xff]);
    },
    reset: () => void calls.push("reset"),
  };
}

Deno.test("MessageDeflater leaves the tail out", () => {
  const deflater = fakeDeflater();
  const options = { takeover: "takeover", threshold: 9 } as const;
  const messages = new MessageDeflater(deflater, options);
  assertEquals([...messages.compress(Uint8Array.of(7, 8))], [7, 8]);
  assertEquals(deflater.calls, ["deflate"]);
  assertEquals(messages.threshold, 9);
});

Deno.test("MessageDeflater forgets the window without takeover", () => {
  const deflater = fakeDeflater();
  const options = { takeover: "no-takeover", threshold: 0 } as const;
  new MessageDeflater(deflater, options).compress(Uint8Array.of(7));
  assertEquals(deflater.calls, ["deflate", "reset"]);
});

Deno.test("MessageDeflater makes one byte of an empty message", () => {
  const deflater = fakeDeflater();
  const options = { takeover: "takeover", threshold: 0 } as const;
  const messages = new MessageDeflater(deflater, options);
  assertEquals([...messages.compress(new Uint8Array(0))], [0]);
  assertEquals(deflater.calls, []);
});
