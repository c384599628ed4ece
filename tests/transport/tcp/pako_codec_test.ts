import { deflateRawSync, inflateRawSync } from "node:zlib";
import { assertEquals } from "@std/assert";
import { MessageDeflater } from "../../../lib/rfc6455/deflate/message_deflater.ts";
import {
  type ContextTakeover,
  MessageInflater,
} from "../../../lib/rfc6455/deflate/message_inflater.ts";
import {
  pakoCompression,
  PakoDeflater,
  PakoInflater,
} from "../../../lib/transport/tcp/pako_codec.ts";
import { below, randomFrom } from "../../rfc6455/conformance/random_streams.ts";
import { bytesOf, concat } from "../../rfc6455/frames.ts";

/** Messages as they are compressed and inflated for one connection. */
function pair(windowBits = 15, takeover: ContextTakeover = "takeover") {
  const deflater = new MessageDeflater(new PakoDeflater(windowBits), {
    takeover,
    threshold: 0,
  });
  const inflater = new MessageInflater(new PakoInflater(windowBits), takeover);
  return { deflater, inflater };
}

/** What a message inflates to; `undefined` when it is not valid. */
function inflate(
  inflater: MessageInflater,
  ...pieces: readonly (Uint8Array | readonly number[])[]
): Uint8Array | undefined {
  const output: Uint8Array[] = [];
  const drain = () => {
    for (;;) {
      const piece = inflater.read();
      if (piece === undefined) return;
      output.push(piece.slice());
    }
  };
  inflater.start();
  for (const piece of pieces) {
    inflater.push(Uint8Array.from(piece));
    drain();
    if (!inflater.isValid) return undefined;
  }
  inflater.end();
  drain();
  return inflater.isValid ? concat(...output) : undefined;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}

Deno.test("PakoInflater inflates the examples of RFC 7692, 7.2.3", () => {
  const hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
  const { inflater } = pair();
  assertEquals(text(inflate(inflater, hello)), "Hello");
  // 7.2.3.2: the window is shared with the message before.
  assertEquals(
    text(inflate(inflater, [0xf2, 0x00, 0x11, 0x00, 0x00])),
    "Hello",
  );
  // 7.2.3.3: a block without compression.
  const stored = [0x00, 0x05, 0x00, 0xfa, 0xff, ...bytesOf("Hello"), 0x00];
  assertEquals(text(inflate(inflater, stored)), "Hello");
  // 7.2.3.4: a final block.
  const final = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
  assertEquals(text(inflate(inflater, final)), "Hello");
  // 7.2.3.5: two blocks.
  const two = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9];
  assertEquals(text(inflate(inflater, [...two, 0xc9, 0x07, 0x00])), "Hello");
  // 7.2.3.6: an empty message.
  assertEquals(text(inflate(inflater, [0x00])), "");
});

Deno.test("PakoInflater keeps the window beyond a final block", () => {
  const { inflater } = pair();
  const final = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
  assertEquals(text(inflate(inflater, [...final, 0x00])), "Hello");
  assertEquals(
    text(inflate(inflater, [0xf2, 0x00, 0x11, 0x00, 0x00])),
    "Hello",
  );
});

Deno.test("MessageInflater takes a final block without the byte after it", () => {
  const { inflater } = pair();
  const final = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
  for (let count = 0; count < 3; count += 1) {
    assertEquals(text(inflate(inflater, final)), "Hello");
    assertEquals(text(inflate(inflater, final, [0x00])), "Hello");
  }
  assertEquals(
    text(inflate(pair(15, "no-takeover").inflater, final)),
    "Hello",
  );
});

Deno.test("MessageInflater takes a message without a byte as empty", () => {
  const { inflater } = pair();
  assertEquals(text(inflate(inflater)), "");
  assertEquals(text(inflate(inflater, [])), "");
  assertEquals(text(inflate(inflater, [], [0x00], [])), "");
});

Deno.test("PakoInflater takes pieces of any size", () => {
  const message = bytesOf("Holdfast ".repeat(500) + "é");
  const { deflater, inflater } = pair();
  for (let count = 0; count < 3; count += 1) {
    const compressed = [...deflater.compress(message)];
    const pieces = compressed.map((byte) => [byte]);
    assertEquals(inflate(inflater, ...pieces), message);
  }
});

Deno.test("PakoInflater gives large messages in pieces", () => {
  const message = new Uint8Array(1_000_000);
  const { inflater } = pair();
  inflater.start();
  inflater.push(deflateRawSync(message).subarray(0, -4));
  let pieces = 0;
  for (let piece = inflater.read(); piece; piece = inflater.read()) {
    assertEquals(piece.length <= 65_536, true);
    pieces += 1;
  }
  assertEquals(pieces > 10, true);
});

Deno.test("PakoInflater says that bytes are not valid", () => {
  assertEquals(inflate(pair().inflater, [0x06, 0xff]), undefined);
  // A distance beyond all that was inflated.
  assertEquals(
    inflate(pair().inflater, [0xf2, 0x00, 0x11, 0x00, 0x00]),
    undefined,
  );
  const { inflater } = pair();
  inflate(inflater, [0x06, 0xff]);
  assertEquals(inflate(inflater, [0x00]), undefined);
});

Deno.test("MessageInflater refuses a message that ends within a block", () => {
  const { deflater, inflater } = pair();
  const compressed = deflater.compress(bytesOf("Hello Hello Hello"));
  assertEquals(inflate(inflater, compressed.subarray(0, 4)), undefined);
});

Deno.test("PakoInflater refuses final blocks that only keep it busy", () => {
  const blocks = (count: number) =>
    Array.from({ length: count }, () => [0x03, 0x00]).flat();
  assertEquals(text(inflate(pair().inflater, [...blocks(900), 0x00])), "");
  assertEquals(inflate(pair().inflater, [...blocks(1_100), 0x00]), undefined);
});

Deno.test("MessageInflater forgets the window without takeover", () => {
  const { inflater } = pair(15, "no-takeover");
  const hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
  assertEquals(text(inflate(inflater, hello)), "Hello");
  assertEquals(text(inflate(inflater, hello)), "Hello");
  assertEquals(inflate(inflater, [0xf2, 0x00, 0x11, 0x00, 0x00]), undefined);
});

Deno.test("PakoDeflater compresses what each window can inflate", () => {
  // More than one piece of output, as it does not compress.
  const next = randomFrom(1);
  const random = Uint8Array.from({ length: 70_000 }, () => below(256, next));
  const messages = [
    bytesOf("a"),
    bytesOf("Holdfast ".repeat(2_000)),
    random,
    random,
    new Uint8Array(150_000),
  ];
  for (const takeover of ["takeover", "no-takeover"] as const) {
    for (const bits of [8, 9, 12, 15]) {
      const { deflater, inflater } = pair(bits, takeover);
      for (const message of messages) {
        const compressed = deflater.compress(message).slice();
        assertEquals(inflate(inflater, compressed), message);
      }
    }
  }
});

Deno.test("PakoDeflater makes what zlib inflates, smaller with its window", () => {
  const message = bytesOf("a message that comes again and again");
  const { deflater } = pair();
  const first = deflater.compress(message).slice();
  const second = deflater.compress(message).slice();
  assertEquals(
    new Uint8Array(inflateRawSync(concat(first, [0, 0, 0xff, 0xff]), {
      finishFlush: 2,
    })),
    message,
  );
  assertEquals(second.length < first.length / 3, true);
});

Deno.test("pakoCompression() compresses each way as it was negotiated", () => {
  const agreement = {
    client: { takeover: "takeover", windowBits: 9 },
    server: { takeover: "no-takeover", windowBits: 15 },
  } as const;
  const client = pakoCompression({ agreement, role: "client", threshold: 5 });
  const server = pakoCompression({ agreement, role: "server", threshold: 5 });
  const message = bytesOf("a message that comes again and again");
  const exchange = (from: typeof client, to: typeof client) =>
    [1, 2].map(() => {
      const compressed = from.deflater.compress(message).slice();
      assertEquals(inflate(to.inflater, compressed), message);
      return compressed.length;
    });
  const [first, again] = exchange(client, server);
  assertEquals(again! < first!, true);
  const [always, same] = exchange(server, client);
  assertEquals(always, same);
  assertEquals(client.deflater.threshold, 5);
});
