import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  defineHandlers,
  watchMessageListeners,
} from "../../../lib/client/socket/event_handlers.ts";

class Target extends EventTarget {
  declare onmessage: unknown;
  readonly changes: string[] = [];

  static {
    watchMessageListeners(this.prototype, (target) => {
      target.changes.push("changed");
    });
    defineHandlers(this.prototype, ["message"]);
  }
}

Deno.test("defineHandlers() gives null before a handler is set, and the handler after", () => {
  const target = new Target();
  assertEquals(target.onmessage, null);
  const handler = () => {};
  target.onmessage = handler;
  assertStrictEquals(target.onmessage, handler);
  target.onmessage = 5;
  assertEquals(target.onmessage, null);
});

Deno.test("defineHandlers() calls the handler with the target as this", () => {
  const target = new Target();
  const seen: unknown[] = [];
  target.onmessage = function (this: unknown, event: Event) {
    seen.push(this, event.type);
  };
  target.dispatchEvent(new Event("message"));
  assertEquals(seen, [target, "message"]);
});

Deno.test("defineHandlers() keeps the place of a handler while its value changes, and gives it up with null", () => {
  const target = new Target();
  const log: string[] = [];
  target.onmessage = () => log.push("old");
  target.addEventListener("message", () => log.push("listener"));
  target.onmessage = () => log.push("new");
  target.dispatchEvent(new Event("message"));
  target.onmessage = null;
  target.onmessage = () => log.push("last");
  target.dispatchEvent(new Event("message"));
  assertEquals(log, ["new", "listener", "listener", "last"]);
});

Deno.test("defineHandlers() keeps an object that cannot be called, which does nothing", () => {
  const target = new Target();
  const value = { handleEvent: () => {} };
  target.onmessage = value;
  assertStrictEquals(target.onmessage, value);
  target.dispatchEvent(new Event("message"));
});

Deno.test("watchMessageListeners() hears of each listener for messages, and of no other", () => {
  const target = new Target();
  const { changes } = target;
  target.addEventListener("message", () => {});
  target.onmessage = () => {};
  target.onmessage = () => {};
  assertEquals(changes.length, 3);
  target.addEventListener("message", null);
  target.addEventListener("message", () => {}, { signal: AbortSignal.abort() });
  target.addEventListener("open", () => {});
  target.onmessage = null;
  assertEquals(changes.length, 3);
  const { signal } = new AbortController();
  target.addEventListener("message", () => {}, { signal });
  target.addEventListener("message", () => {}, true);
  assertEquals(changes.length, 5);
  assertEquals(Object.keys(Target.prototype), ["onmessage"]);
});
