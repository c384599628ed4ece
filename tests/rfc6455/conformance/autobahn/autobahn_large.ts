/**
 * Section 9 of the Autobahn test suite: large messages.
 *
 * @module
 */

import {
  BINARY,
  type Case,
  filled,
  fragments,
  got,
  pieces,
  send,
  TEXT,
} from "./autobahn_case.ts";

/** 9: large messages, here 64 times smaller than in the suite. */
export function largeCases(): readonly Case[] {
  const kinds = [["text", TEXT, 0x2a], ["binary", BINARY, 0xfe]] as const;
  return kinds.flatMap(([kind, first, byte], odd) => {
    const whole = [1, 4, 16, 64, 128, 256].map((kib, index): Case => {
      const data = filled(kib * 1024, byte);
      return {
        name: `9.${odd + 1}.${index + 1}`,
        sent: [send(first, data)],
        events: [got(kind, data)],
      };
    });
    const data = filled(64 * 1024, byte);
    const sizes = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536];
    const parts = sizes.map((size, index): Case => ({
      name: `9.${odd + 3}.${index + 1}`,
      sent: fragments(first, ...pieces(data, size)),
      events: [got(kind, data)],
    }));
    const chops = [64, 128, 256, 512, 1_024, 2_048].map((
      chop,
      index,
    ): Case => ({
      name: `9.${odd + 5}.${index + 1}`,
      sent: [send(first, filled(16 * 1024, byte))],
      events: [got(kind, filled(16 * 1024, byte))],
      chop,
    }));
    const many = [0, 16, 64, 256, 1_024, 4_096].map((size, index): Case => ({
      name: `9.${odd + 7}.${index + 1}`,
      sent: Array.from({ length: 50 }, () => send(first, filled(size, byte))),
      events: Array.from({ length: 50 }, () => got(kind, filled(size, byte))),
    }));
    return [...whole, ...parts, ...chops, ...many];
  });
}
