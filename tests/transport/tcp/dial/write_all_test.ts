import { assertEquals, assertRejects } from "@std/assert";
import { writeAll } from "../../../../lib/transport/tcp/dial/write_all.ts";

Deno.test("writeAll() writes the rest until all is written", async () => {
  const wire: number[] = [];
  const parts: number[] = [];
  const write = (bytes: Uint8Array) => {
    wire.push(...bytes.subarray(0, 2));
    return Promise.resolve(Math.min(bytes.length, 2));
  };
  await writeAll({ write }, Uint8Array.of(1, 2, 3, 4, 5), (count) => {
    parts.push(count);
  });
  assertEquals([wire, parts], [[1, 2, 3, 4, 5], [2, 2, 1]]);
  await writeAll({ write }, Uint8Array.of(6));
  assertEquals(wire.at(-1), 6);
});

Deno.test("writeAll() offers no more than 32 KiB at a time", async () => {
  const offered: number[] = [];
  const write = (bytes: Uint8Array) => {
    offered.push(bytes.length);
    return Promise.resolve(bytes.length);
  };
  await writeAll({ write }, new Uint8Array(70_000));
  assertEquals(offered, [32_768, 32_768, 4_464]);
});

Deno.test("writeAll() writes nothing for no bytes", async () => {
  await writeAll(
    { write: () => Promise.reject(new Error()) },
    new Uint8Array(),
  );
});

Deno.test("writeAll() rejects as the connection does", async () => {
  const write = () => Promise.reject(new Error("gone"));
  await assertRejects(
    () => writeAll({ write }, Uint8Array.of(1)),
    Error,
    "gone",
  );
});

Deno.test("writeAll() ends where a write takes nothing", async () => {
  const write = () => Promise.resolve(0);
  await assertRejects(
    () => writeAll({ write }, Uint8Array.of(1)),
    Error,
    "takes no more bytes",
  );
});
