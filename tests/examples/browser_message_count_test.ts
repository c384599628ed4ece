import { assertEquals } from "@std/assert";
import { MessageCount } from "../../examples/browser/message_count.ts";

function factsOf({ sent, answered, lost, repeated }: MessageCount) {
  return [sent, answered, lost, repeated];
}

Deno.test("MessageCount.take() finds out what is lost by the next answer", () => {
  const count = new MessageCount();
  const messages = [1, 2, 3, 4].map(() => count.next());
  assertEquals(messages[3], "number 4");
  count.take("number 1");
  assertEquals(factsOf(count), [4, 1, 0, 0]);
  count.take("number 4");
  assertEquals(factsOf(count), [4, 2, 2, 0]);
});

Deno.test("MessageCount.take() counts what comes late or again", () => {
  const count = new MessageCount();
  for (let sent = 0; sent < 3; sent += 1) count.next();
  for (const number of [1, 3, 2, 3]) count.take(`number ${number}`);
  assertEquals(factsOf(count), [3, 3, 0, 1]);
});

Deno.test("MessageCount.take() leaves other messages alone", () => {
  const count = new MessageCount();
  assertEquals([count.take("1 xxx"), count.take("number 1")], [false, true]);
});
