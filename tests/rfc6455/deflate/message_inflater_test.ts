import { assertEquals } from "@std/assert";
import {
  type InflatePosition,
  MessageInflater,
} from "../../../lib/rfc6455/deflate/message_inflater.ts";

function fakeInflater(position: InflatePosition = "between") {
  const calls: string[] = [];
  return {
    calls,
    position,
    push: (bytes: Uint8Array) => void calls.push(`push ${bytes}`),
    read: () => undefined,
    reset: () => void calls.push("reset"),
  };
}

Deno.test("MessageInflater adds what the sender left out", () => {
  const inflater = fakeInflater();
  const messages = new MessageInflater(inflater, "takeover");
  messages.start();
  messages.push(Uint8Array.of(1));
  messages.push(new Uint8Array(0));
  messages.read();
  messages.end();
  messages.read();
  assertEquals(inflater.calls, ["push 1", "push 0,0,255,255"]);
});

Deno.test("MessageInflater resets once, at the end, without takeover", () => {
  const inflater = fakeInflater();
  const messages = new MessageInflater(inflater, "no-takeover");
  messages.start();
  messages.push(Uint8Array.of(1));
  messages.read();
  assertEquals(inflater.calls, ["push 1"]);
  messages.end();
  messages.read();
  assertEquals(inflater.calls, ["push 1", "push 0,0,255,255", "reset"]);
});

Deno.test("MessageInflater.isValid follows the position", () => {
  const verdicts = (["within", "between", "final", "invalid"] as const).map(
    (position) => {
      const messages = new MessageInflater(fakeInflater(position), "takeover");
      messages.start();
      messages.push(Uint8Array.of(1));
      const inMessage = messages.isValid;
      messages.end();
      return [position, inMessage, messages.isValid];
    },
  );
  assertEquals(verdicts, [
    ["within", true, false],
    ["between", true, true],
    ["final", true, true],
    ["invalid", false, false],
  ]);
});
