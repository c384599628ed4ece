import { assertEquals, assertThrows } from "@std/assert";
import {
  binaryText,
  bytesOf,
  disconnectText,
  dropText,
  errorText,
  openText,
} from "../../../lib/cli/connect/reporter.ts";
import { DisconnectEvent, DropEvent, OpenEvent } from "../../../mod.ts";
import { ConnectionLostError } from "../../../mod.ts";

Deno.test("openText() tells the first connection from later ones", () => {
  const texts = [[false, 1], [false, 2], [true, 1], [true, 3]] as const;
  assertEquals(
    texts.map(([reconnected, attempt]) =>
      openText(new OpenEvent({ reconnected, attempt }))
    ),
    [
      "Connected",
      "Connected, attempt 2",
      "Connected again",
      "Connected again, attempt 3",
    ],
  );
});

Deno.test("disconnectText() says why, or when the next attempt begins", () => {
  const closed = { closeCode: 1012, reason: "", wasClean: true, attempt: 1 };
  const text = (init: { delay: number; error?: ConnectionLostError }) =>
    disconnectText(
      new DisconnectEvent({ error: undefined, ...closed, ...init }),
    );
  assertEquals(
    text({ delay: 1_250 }),
    "Closed by the server with code 1012; next attempt in 1.3 s",
  );
  assertEquals(
    text({ delay: Infinity }),
    "Closed by the server with code 1012; next attempt when the network is back",
  );
  const error = new ConnectionLostError("Connection lost", { retryable: true });
  assertEquals(text({ delay: 1, error }), "Connection lost");
});

Deno.test("dropText() says which messages are lost, and why", () => {
  const text = (init: ConstructorParameters<typeof DropEvent>[0]) =>
    dropText(new DropEvent(init));
  assertEquals(
    text({ count: 1, bytes: 1, direction: "outbound", reason: "closed" }),
    "1 message not sent (1 byte, the connection has ended)",
  );
  assertEquals(
    text({ count: 2, bytes: 9, direction: "inbound", reason: "overflow" }),
    "2 messages not read (9 bytes, more than the queue holds)",
  );
  assertEquals(
    text({ count: 1, bytes: 5, direction: "outbound", reason: "unknown" }),
    "1 message lost (5 bytes, may have been sent)",
  );
});

Deno.test("errorText() takes anything", () => {
  assertEquals([new Error("why"), "odd"].map(errorText), ["why", "odd"]);
});

Deno.test("errorText() names flags where an error names options", () => {
  const error = new TypeError("Set heartbeat.interval");
  assertEquals(errorText(error), "Set --ping-interval");
});

Deno.test("bytesOf() takes what binaryType arraybuffer gives", () => {
  assertEquals(bytesOf(Uint8Array.of(1, 2).buffer), Uint8Array.of(1, 2));
  assertThrows(() => bytesOf(new Blob()), TypeError, "binaryType");
});

Deno.test("binaryText() shows the size and the first bytes", () => {
  assertEquals(binaryText(new Uint8Array()), "(0 bytes)");
  assertEquals(binaryText(Uint8Array.of(0, 255)), "(2 bytes) 00 ff");
  const long = binaryText(new Uint8Array(25));
  assertEquals(long, `(25 bytes)${" 00".repeat(24)} …`);
});

Deno.test("openText() says how a session was taken up", () => {
  const session = { kind: "resumed", id: "s" } as const;
  const event = new OpenEvent({ reconnected: true, attempt: 2, session });
  assertEquals(openText(event), "Connected again, attempt 2, session resumed");
});
