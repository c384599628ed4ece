// Whatever arrives: nothing is thrown, no prototype changes, memory stays bounded.

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import * as v from "valibot";
import { z } from "zod";
import { dispatcher, type Schema } from "../../lib/messages/mod.ts";
import { heapInUse } from "../collect_garbage.ts";
import { frame, prototypes, randomFrom } from "../hostile_frames.ts";
import { FakeSocket } from "./fake_socket.ts";

const FRAMES = 100_000;
const SEED = 20_240_229;
/** Bytes; far below what the frames would need if they were kept. */
const MAX_GROWTH = 4 * 2 ** 20;

type Tree = z.infer<typeof tree>;
const tree: z.ZodType<{ readonly next?: Tree | undefined }> = z.lazy(() =>
  z.object({ next: tree.optional() })
);

/** Decides asynchronously. */
const later: Schema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    async validate(value) {
      await Promise.resolve();
      if (Reflect.has(Object(value), "id")) throw new Error("Rejected");
      return { value: 1 };
    },
  },
};

/** Lets promises settle and Blobs be read. */
async function turn(): Promise<void> {
  await new Blob(["x"]).text();
  await delay(0);
}

Deno.test("dispatcher() survives 100,000 random and mutated frames", async () => {
  const random = randomFrom(SEED);
  const before = prototypes();
  const escaped: unknown[] = [];
  const escape = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    escaped.push(event);
  };
  globalThis.addEventListener("error", escape);
  globalThis.addEventListener("unhandledrejection", escape);
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  const socket = new FakeSocket();
  socket.open();
  const messages = dispatcher(socket, {
    say: z.object({ text: z.string() }),
    count: v.object({ value: v.pipe(v.number(), v.finite()) }),
    tree,
    later,
  }, {
    invalid: ({ issues }) => counts.invalid += issues.length > 0 ? 1 : NaN,
    unknown: () => counts.unknown += 1,
  });
  for (const type of ["say", "count", "tree", "later"] as const) {
    messages.on(type, (data) => {
      counts.valid += 1;
      Object.assign({}, data);
    });
  }
  const heap = heapInUse();
  for (let count = 1; count <= FRAMES; count += 1) {
    socket.receive(frame(random));
    if (count % 500 === 0) await turn();
  }
  await turn();
  const grown = heapInUse() - heap;
  messages[Symbol.dispose]();
  globalThis.removeEventListener("error", escape);
  globalThis.removeEventListener("unhandledrejection", escape);

  assertEquals(escaped, []);
  assertEquals(prototypes(), before);
  assert(grown < MAX_GROWTH, `The heap grew by ${grown} bytes`);
  assertEquals(counts.valid + counts.invalid + counts.unknown, FRAMES);
  assert(Math.min(counts.valid, counts.invalid, counts.unknown) > 500);
});
