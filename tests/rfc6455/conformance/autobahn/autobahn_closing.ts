/**
 * Section 7 of the Autobahn test suite: the closing handshake.
 *
 * @module
 */

import {
  type Case,
  CLOSE,
  closed,
  filled,
  got,
  hex,
  LAST,
  PING,
  send,
  type Sent,
  TEXT,
} from "./autobahn_case.ts";

/** 7: the closing handshake. */
export function closingCases(): readonly Case[] {
  const hello = send(TEXT, "Hello World!");
  const normal = closed(1000);
  const done = got("close 1000");
  const ok = (
    name: string,
    sent: readonly Sent[],
    events: readonly string[],
  ): Case => ({ name, sent, events });
  const bad = (name: string, sent: readonly Sent[], failure = 1002): Case => ({
    name,
    sent,
    events: [],
    failure,
  });
  const longest = "*".repeat(123);
  return [
    ok("7.1.1", [hello, normal], [got("text", "Hello World!"), done]),
    ok("7.1.2", [normal, normal], [done]),
    ok("7.1.3", [normal, send(PING)], [done]),
    ok("7.1.4", [normal, hello], [done]),
    ok("7.1.5", [
      send(TEXT & 0x7f, "fragment1"),
      normal,
      send(LAST, "fragment2"),
    ], [done]),
    ok("7.1.6", [send(TEXT, filled(256 * 1024, 0x2a)), normal, send(PING)], [
      got("text", filled(256 * 1024, 0x2a)),
      done,
    ]),
    ok("7.3.1", [send(CLOSE)], [got("close 1005")]),
    bad("7.3.2", [send(CLOSE, [0x03])]),
    ok("7.3.3", [normal], [done]),
    ok("7.3.4", [closed(1000, "Hello World!")], [
      got("close 1000", "Hello World!"),
    ]),
    ok("7.3.5", [closed(1000, longest)], [got("close 1000", longest)]),
    bad("7.3.6", [closed(1000, `${longest}*`)]),
    bad("7.5.1", [
      closed(1000, hex("cebae1bdb9cf83cebcceb5eda080656469746564")),
    ], 1007),
    ...[
      1000,
      1001,
      1002,
      1003,
      1007,
      1008,
      1009,
      1010,
      1011,
      1012,
      1013,
      1014,
      3000,
      3999,
      4000,
      4999,
    ]
      .map((code, index) =>
        ok(`7.7.${index + 1}`, [closed(code)], [got(`close ${code}`)])
      ),
    ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].flatMap((
      code,
      index,
    ) => [
      bad(`7.9.${index + 1}`, [closed(code)]),
      bad(`7.9.${index + 1} with a reason`, [closed(code, "reason")]),
    ]),
    bad("7.13.1", [closed(5000)]),
    bad("7.13.2", [closed(65_535)]),
  ];
}
