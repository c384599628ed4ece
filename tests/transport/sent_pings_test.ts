import { assertEquals } from "@std/assert";
import { SentPings } from "../../lib/transport/sent_pings.ts";

function sent(...payloads: string[]): SentPings {
  const pings = new SentPings();
  for (const payload of payloads) pings.add(payload);
  return pings;
}

Deno.test("SentPings.answer() knows the pings that were sent", () => {
  const pings = sent("1", "2");
  assertEquals(["0", "1", "2"].map((each) => pings.answer(each)), [
    false,
    true,
    true,
  ]);
});

Deno.test("SentPings.answer() takes a pong for those before it (RFC 6455, 5.5.3)", () => {
  const pings = sent("1", "2", "3");
  assertEquals(["2", "1", "2", "3"].map((each) => pings.answer(each)), [
    true,
    false,
    false,
    true,
  ]);
});

Deno.test("SentPings.add() forgets the oldest of many", () => {
  const pings = sent(...Array.from({ length: 17 }, (_, index) => `${index}`));
  assertEquals([pings.answer("0"), pings.answer("1")], [false, true]);
});
