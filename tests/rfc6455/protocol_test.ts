import { assertEquals, assertThrows } from "@std/assert";
import type { ProtocolFault } from "../../lib/rfc6455/fault.ts";
import type { Role } from "../../lib/rfc6455/frame.ts";
import { Protocol, type ProtocolOptions } from "../../lib/rfc6455/protocol.ts";
import { MessageDeflater } from "../../lib/rfc6455/deflate/message_deflater.ts";
import { MessageInflater } from "../../lib/rfc6455/deflate/message_inflater.ts";
import { bytesOf, concat, frame, masked, type Received } from "./frames.ts";

const WORD = 0x37fa213d;

interface Peer {
  readonly protocol: Protocol;
  readonly events: Received[];
}

function peer(
  role: Role,
  options: Partial<ProtocolOptions> = {},
  onMessage: (protocol: Protocol) => void = () => {},
): Peer {
  const events: Received[] = [];
  const protocol: Protocol = new Protocol({
    role,
    maxMessageSize: 1_000,
    nextKey: role === "client" ? () => WORD : undefined,
    ...options,
    listener: {
      message(kind, bytes, start, end) {
        const range = bytes.subarray(start, end);
        events.push(
          kind === "binary"
            ? [kind, [...range]]
            : [kind, new TextDecoder().decode(range)],
        );
        onMessage(protocol);
      },
      pong: (payload) => events.push(["pong", [...payload]]),
      close: (closeCode, reason) => events.push(["close", closeCode, reason]),
      fault: ({ closeCode, detail, offset }) =>
        events.push(["fault", closeCode, detail, offset]),
    },
  });
  return { protocol, events };
}

function close(closeCode: number, reason = ""): Uint8Array<ArrayBuffer> {
  return concat([closeCode >> 8, closeCode & 255], reason);
}

Deno.test("Protocol masks as a client and not as a server", () => {
  const client = peer("client").protocol;
  client.sendText("hi");
  client.sendBinary(Uint8Array.of(1, 2));
  client.sendPing(Uint8Array.of(3));
  assertEquals(client.outputLength, 8 + 8 + 7);
  assertEquals(
    client.takeOutput(),
    concat(masked(0x81, "hi"), masked(0x82, [1, 2]), masked(0x89, [3])),
  );
  const server = peer("server").protocol;
  assertEquals(server.sendText("hé"), 3);
  assertEquals(server.takeOutput(), frame(0x81, "hé"));
  assertEquals(server.takeOutput().length, 0);
});

Deno.test("Protocol exchanges messages between both roles", () => {
  const client = peer("client");
  const server = peer("server");
  client.protocol.sendText("text é");
  client.protocol.sendBinary(Uint8Array.of(1));
  server.protocol.receive(client.protocol.takeOutput());
  server.protocol.sendText("ascii");
  client.protocol.receive(server.protocol.takeOutput());
  assertEquals(server.events, [["text", "text é"], ["binary", [1]]]);
  assertEquals(client.events, [["ascii", "ascii"]]);
  assertEquals(client.protocol.received, 7);
});

Deno.test("Protocol answers only the newest of several pings", () => {
  const { protocol } = peer("client");
  protocol.receive(concat(frame(0x89, "one"), frame(0x89, "two")));
  protocol.receive(frame(0x89));
  protocol.receive(frame(0x89, "three"));
  assertEquals(protocol.outputLength, 0);
  assertEquals(protocol.takeOutput(), masked(0x8a, "three"));
  assertEquals(protocol.takeOutput().length, 0);
  protocol.receive(frame(0x89));
  assertEquals(protocol.takeOutput(), masked(0x8a));
});

Deno.test("Protocol gives pongs to its listener", () => {
  const { protocol, events } = peer("client");
  protocol.receive(frame(0x8a, "p"));
  assertEquals(events, [["pong", [112]]]);
});

Deno.test("Protocol answers a close frame with its code", () => {
  const { protocol, events } = peer("client");
  protocol.receive(concat(frame(0x89, "p"), frame(0x88, close(4001, "why"))));
  assertEquals(events, [["close", 4001, "why"]]);
  assertEquals(protocol.state, "closed");
  assertEquals(
    protocol.takeOutput(),
    concat(masked(0x8a, "p"), masked(0x88, close(4001))),
  );
});

Deno.test("Protocol answers a close frame without a code with one without", () => {
  const { protocol, events } = peer("client");
  protocol.receive(frame(0x88));
  assertEquals(events, [["close", 1005, ""]]);
  assertEquals(protocol.takeOutput(), masked(0x88));
});

Deno.test("Protocol closes once, takes messages until the answer, and then nothing", () => {
  const { protocol, events } = peer("client");
  protocol.sendClose(1000, "bye");
  protocol.sendClose(1001);
  assertEquals(protocol.state, "closing");
  assertEquals(protocol.takeOutput(), masked(0x88, close(1000, "bye")));
  protocol.receive(concat(frame(0x81, "late"), frame(0x89, "p")));
  // RFC 6455, 5.5.2: a ping is answered until the peer's close frame.
  assertEquals(protocol.takeOutput(), masked(0x8a, "p"));
  protocol.receive(
    concat(frame(0x89, "q"), frame(0x88, close(1000)), frame(0x81, "x")),
  );
  assertEquals(events, [["ascii", "late"], ["close", 1000, ""]]);
  assertEquals(protocol.state, "closed");
  assertEquals(protocol.takeOutput().length, 0);
});

Deno.test("Protocol sends a close frame without a code", () => {
  const { protocol } = peer("server");
  protocol.sendClose();
  assertEquals(protocol.takeOutput(), frame(0x88));
});

Deno.test("Protocol sends no message after its close frame, and no ping", () => {
  const { protocol } = peer("client");
  protocol.sendClose(1000);
  protocol.takeOutput();
  assertThrows(
    () => protocol.sendText("x"),
    Error,
    "Cannot send a message when closing",
  );
  assertThrows(() => protocol.sendBinary(new Uint8Array(1)), Error, "closing");
  protocol.sendPing(new Uint8Array(1));
  assertEquals(protocol.takeOutput().length, 0);
});

Deno.test("Protocol.sendPing() refuses what no control frame holds", () => {
  assertThrows(
    () => peer("client").protocol.sendPing(new Uint8Array(126)),
    RangeError,
    "Cannot send a ping of 126 bytes: 125 fit",
  );
});

Deno.test("Protocol tells the peer what it did wrong", () => {
  const { protocol, events } = peer("client");
  protocol.receive(concat(frame(0x81, "a"), frame(0x83), frame(0x81, "b")));
  const detail = "The opcode 3 is reserved (RFC 6455, 5.2)";
  assertEquals(events, [["ascii", "a"], ["fault", 1002, detail, 3]]);
  assertEquals(protocol.state, "failed");
  assertEquals(protocol.takeOutput(), masked(0x88, close(1002, detail)));
  protocol.receive(frame(0x81, "c"));
  assertEquals(events.length, 2);
});

Deno.test("Protocol gives a fault as plain data, with the size of what is too big", () => {
  const faultOf = (stream: Uint8Array): readonly ProtocolFault[] => {
    const faults: ProtocolFault[] = [];
    const protocol = new Protocol({
      role: "server",
      maxMessageSize: 300,
      listener: {
        message() {},
        pong() {},
        close() {},
        fault: (fault) => faults.push(fault),
      },
    });
    protocol.receive(stream);
    return faults;
  };
  const large = concat(masked(0x89), masked(0x82, new Uint8Array(301)));
  assertEquals(faultOf(large), [{
    closeCode: 1009,
    detail: "A message of 301 bytes or more is over the limit of 300",
    offset: 6,
    size: 301,
  }]);
  assertEquals(faultOf(masked(0x88, [0, 0])), [{
    closeCode: 1002,
    detail: "The close code 0 must not be sent (RFC 6455, 7.4)",
    offset: 6,
  }]);
});

Deno.test("Protocol sends one close frame, even when the peer fails after it", () => {
  const { protocol, events } = peer("client");
  protocol.sendClose(1000);
  protocol.takeOutput();
  protocol.receive(concat(frame(0x89), frame(0x83)));
  assertEquals(events.length, 1);
  assertEquals(protocol.state, "failed");
  assertEquals(protocol.takeOutput().length, 0);
});

Deno.test("Protocol closes from within a notification", () => {
  const { protocol, events } = peer("client", {}, (protocol) => {
    protocol.sendClose(1009);
    protocol.stop();
  });
  protocol.receive(concat(frame(0x81, "a"), frame(0x81, "b")));
  assertEquals(events, [["ascii", "a"]]);
  assertEquals(protocol.takeOutput(), masked(0x88, close(1009)));
});

Deno.test("Protocol writes into a buffer that is given back", () => {
  const { protocol } = peer("client");
  protocol.sendText("a");
  const output = protocol.takeOutput();
  protocol.recycle();
  protocol.sendText("b");
  assertEquals(protocol.takeOutput().buffer === output.buffer, true);
});

/** Deflate that only marks where a message was compressed. */
function marking(threshold: number) {
  const deflater = {
    deflate: (bytes: Uint8Array) => concat("<", bytes, ">", [0, 0, 255, 255]),
    reset() {},
  };
  const inflater = {
    push() {},
    read: () => undefined,
    position: "between" as const,
    reset() {},
  };
  return {
    deflater: new MessageDeflater(deflater, {
      takeover: "takeover",
      threshold,
    }),
    inflater: new MessageInflater(inflater, "takeover"),
  };
}

Deno.test("Protocol compresses messages from the threshold on", () => {
  const { protocol } = peer("client", { deflate: marking(3) });
  protocol.sendText("ab");
  assertEquals(protocol.sendText("abé"), 4);
  protocol.sendBinary(bytesOf("ab"));
  protocol.sendBinary(bytesOf("abc"));
  protocol.sendPing(bytesOf("abcd"));
  assertEquals(
    protocol.takeOutput(),
    concat(
      masked(0x81, "ab"),
      masked(0xc1, "<abé>"),
      masked(0x82, "ab"),
      masked(0xc2, "<abc>"),
      masked(0x89, "abcd"),
    ),
  );
});

Deno.test("Protocol measures texts in bytes, not characters, to compress them", () => {
  const { protocol } = peer("client", { deflate: marking(6) });
  assertEquals(protocol.sendText("€"), 3);
  assertEquals(protocol.sendText("€é"), 5);
  assertEquals(protocol.sendText("€€"), 6);
  assertEquals(protocol.sendText("ééé"), 6);
  assertEquals(protocol.sendText("abcde"), 5);
  assertEquals(
    protocol.takeOutput(),
    concat(
      masked(0x81, "€"),
      masked(0x81, "€é"),
      masked(0xc1, "<€€>"),
      masked(0xc1, "<ééé>"),
      masked(0x81, "abcde"),
    ),
  );
});

Deno.test("Protocol takes RSV1 only where compression was negotiated", () => {
  const { protocol, events } = peer("client", { deflate: marking(0) });
  protocol.receive(frame(0xc1));
  assertEquals(events, [["ascii", ""]]);
  const plain = peer("client");
  plain.protocol.receive(frame(0xc1));
  assertEquals(plain.events[0]?.[1], 1002);
});
