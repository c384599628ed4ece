/**
 * Sections 1 to 5 of the Autobahn test suite: frames.
 *
 * @module
 */

import {
  BINARY,
  type Case,
  CLOSE,
  CONT,
  type Data,
  filled,
  fragments,
  got,
  LAST,
  PING,
  PONG,
  RSV1,
  RSV2,
  RSV3,
  send,
  type Sent,
  TEXT,
} from "./autobahn_case.ts";

/** 1: framing of text and binary messages. */
export function framingCases(): readonly Case[] {
  const sizes = [0, 125, 126, 127, 128, 65_535, 65_536];
  return [["1.1", TEXT, "text", 0x2a], ["1.2", BINARY, "binary", 0xfe]]
    .flatMap(([section, first, kind, byte]) =>
      [...sizes, 65_536].map((size, index) => {
        const data = filled(size, byte as number);
        return {
          name: `${section}.${index + 1}`,
          sent: [send(first as number, data)],
          events: [got(kind as string, data)],
          ...index === 7 && { chop: 997 },
        };
      })
    );
}

/** 2: pings and pongs. */
export function pingsCases(): readonly Case[] {
  const binary = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];
  const large = filled(125, 0xfe);
  const ten = Array.from({ length: 10 }, (_, index) => `payload-${index}`);
  const tenth = (name: string, chop?: number): Case => ({
    name,
    sent: ten.map((payload) => send(PING, payload)),
    events: ten.map((payload) => got("ping", payload)),
    ...chop && { chop },
  });
  const one = (name: string, payload: Data): Case => ({
    name,
    sent: [send(PING, payload)],
    events: [got("ping", payload)],
  });
  return [
    one("2.1", ""),
    one("2.2", "Hello, world!"),
    one("2.3", binary),
    one("2.4", large),
    {
      name: "2.5",
      sent: [send(PING, filled(126, 0xfe))],
      events: [],
      failure: 1002,
    },
    { ...one("2.6", large), chop: 1 },
    { name: "2.7", sent: [send(PONG)], events: [got("pong")] },
    {
      name: "2.8",
      sent: [send(PONG, "unsolicited")],
      events: [got("pong", "unsolicited")],
    },
    {
      name: "2.9",
      sent: [send(PONG, "unsolicited"), send(PING, "ping")],
      events: [got("pong", "unsolicited"), got("ping", "ping")],
    },
    tenth("2.10"),
    tenth("2.11", 1),
  ];
}

/** 3: reserved bits; the frame before the wrong one counts. */
export function reservedBitsCases(): readonly Case[] {
  const hello = send(TEXT, "Hello, world!");
  const before = [got("text", "Hello, world!")];
  const ping = send(PING);
  const bits = (name: string, first: number, chop?: number): Case => ({
    name,
    sent: [hello, send(first, "Hello, world!"), ping],
    events: before,
    failure: 1002,
    ...chop && { chop },
  });
  return [
    {
      name: "3.1",
      sent: [send(TEXT | RSV3, "Hello, world!")],
      events: [],
      failure: 1002,
    },
    bits("3.2", TEXT | RSV2),
    bits("3.3", TEXT | RSV2 | RSV3),
    bits("3.4", TEXT | RSV1, 1),
    {
      name: "3.5",
      sent: [send(BINARY | RSV1 | RSV3, filled(8, 255))],
      events: [],
      failure: 1002,
    },
    {
      name: "3.6",
      sent: [send(PING | RSV1 | RSV2, "x")],
      events: [],
      failure: 1002,
    },
    {
      name: "3.7",
      sent: [send(CLOSE | RSV1 | RSV2 | RSV3)],
      events: [],
      failure: 1002,
    },
  ];
}

/** 4: reserved opcodes. */
export function reservedOpcodesCases(): readonly Case[] {
  const hello = send(TEXT, "Hello, world!");
  const before = [got("text", "Hello, world!")];
  return [[1, 3], [2, 11]].flatMap(([section, base]) =>
    [0, 1, 2, 3, 4].map((step) => {
      const wrong = send(
        LAST | (base! + step),
        step % 2 === 0 ? "" : "payload",
      );
      return {
        name: `4.${section}.${step + 1}`,
        sent: step < 2 ? [wrong] : [hello, wrong, send(PING)],
        events: step < 2 ? [] : before,
        failure: 1002,
        ...step > 2 && { chop: 1 },
      };
    })
  );
}

/** 5: fragmentation. */
export function fragmentationCases(): readonly Case[] {
  const parts = fragments(TEXT, "fragment1", "fragment2");
  const whole = got("text", "fragment1fragment2");
  const ping = send(PING, "ping");
  const pinged = got("ping", "ping");
  const between = [parts[0]!, ping, parts[1]!];
  const ok = (
    name: string,
    sent: readonly Sent[],
    events: readonly string[],
    chop?: number,
  ): Case => ({
    name,
    sent,
    events,
    ...chop && { chop },
  });
  const bad = (
    name: string,
    sent: readonly Sent[],
    events: readonly string[],
    chop?: number,
  ): Case => ({
    ...ok(name, sent, events, chop),
    failure: 1002,
  });
  const hello = send(TEXT, "Hello, world!");
  const stray = (
    first: number,
  ) => [send(first, "non-continuation payload"), hello];
  const five = fragments(
    TEXT,
    ..."fragment1 fragment2 fragment3 fragment4 fragment5".split(" "),
  );
  const [one, two, three, four, last] = five as [Sent, Sent, Sent, Sent, Sent];
  const busy = [
    one,
    two,
    send(PING, "pongme 1!"),
    three,
    four,
    send(PING, "pongme 2!"),
    last,
  ];
  const answered = [
    got("ping", "pongme 1!"),
    got("ping", "pongme 2!"),
    got("text", "fragment1fragment2fragment3fragment4fragment5"),
  ];
  return [
    bad("5.1", [send(PING & 0x7f, "fragment1"), send(LAST, "fragment2")], []),
    bad("5.2", [send(PONG & 0x7f, "fragment1"), send(LAST, "fragment2")], []),
    ok("5.3", parts, [whole]),
    ok("5.4", parts, [whole], 7),
    ok("5.5", parts, [whole], 1),
    ok("5.6", between, [pinged, whole]),
    ok("5.7", between, [pinged, whole], 7),
    ok("5.8", between, [pinged, whole], 1),
    bad("5.9", stray(LAST), []),
    bad("5.10", stray(LAST), [], 7),
    bad("5.11", stray(LAST), [], 1),
    bad("5.12", stray(CONT), []),
    bad("5.13", stray(CONT), [], 7),
    bad("5.14", stray(CONT), [], 1),
    bad("5.15", [...parts, send(CONT, "fragment3"), send(TEXT, "fragment4")], [
      whole,
    ]),
    bad("5.16", [
      send(CONT, "fragment1"),
      send(TEXT & 0x7f, "fragment2"),
      send(LAST, "fragment3"),
    ], []),
    bad("5.17", [
      send(LAST, "fragment1"),
      send(TEXT & 0x7f, "fragment2"),
      send(LAST, "fragment3"),
    ], []),
    bad("5.18", [send(TEXT & 0x7f, "fragment1"), send(TEXT, "fragment2")], []),
    ok("5.19", busy, answered),
    ok("5.20", busy, answered, 1),
  ];
}
