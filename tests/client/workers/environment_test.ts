import { assertEquals } from "@std/assert";
import {
  isOffline,
  watchEnvironment,
} from "../../../lib/client/workers/environment.ts";
import { remove, replace } from "../../globals.ts";

/** What a page has of a `document`. */
class FakePage extends EventTarget {
  visibilityState: "visible" | "hidden" = "visible";

  show(visibilityState: FakePage["visibilityState"]): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

Deno.test("watchEnvironment() reports the network", () => {
  const log: string[] = [];
  const stop = watchEnvironment((change) => log.push(change));
  dispatchEvent(new Event("offline"));
  dispatchEvent(new Event("online"));
  assertEquals(log, ["offline", "online"]);
  stop();
});

Deno.test("watchEnvironment() reports a page that is looked at again, or goes on after a freeze", () => {
  const page = new FakePage();
  using _document = replace(globalThis, "document", page);
  const log: string[] = [];
  const stop = watchEnvironment((change) => log.push(change));
  page.show("hidden");
  page.dispatchEvent(new Event("freeze"));
  assertEquals(log, []);
  page.dispatchEvent(new Event("resume"));
  assertEquals(log, ["wake"]);
  page.show("visible");
  assertEquals(log, ["wake", "wake"]);
  stop();
});

Deno.test("watchEnvironment() reports a page that is put away and comes back", () => {
  const log: string[] = [];
  const stop = watchEnvironment((change) => log.push(change));
  const fire = (type: string, persisted: boolean) =>
    dispatchEvent(Object.assign(new Event(type), { persisted }));
  fire("pageshow", false);
  fire("pagehide", false);
  assertEquals(log, []);
  fire("pagehide", true);
  fire("pageshow", true);
  assertEquals(log, ["away", "online"]);
  using _state = replace(navigator, "onLine", false);
  fire("pageshow", true);
  assertEquals(log.slice(2), ["online", "offline"]);
  stop();
});

Deno.test("watchEnvironment() holds a page that is put away while the worker closes", async () => {
  // What each look at the clock takes, and how long the page waits, in milliseconds.
  for (const [step, expected] of [[1, 25], [10, 90], [100, 300]] as const) {
    let now = 0;
    using _clock = replace(performance, "now", () => now += step);
    const stop = watchEnvironment(() => {});
    dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
    await Promise.resolve();
    stop();
    const waited = now - step;
    assertEquals(waited, expected);
  }
});

Deno.test("watchEnvironment() reports nothing once it was stopped", () => {
  const page = new FakePage();
  using _document = replace(globalThis, "document", page);
  const log: string[] = [];
  const stop = watchEnvironment((change) => log.push(change));
  stop();
  for (const type of ["offline", "online"]) dispatchEvent(new Event(type));
  page.dispatchEvent(new Event("resume"));
  page.show("visible");
  assertEquals(log, []);
});

Deno.test("watchEnvironment() needs no page", () => {
  using _document = replace(globalThis, "document", "of another library");
  const log: string[] = [];
  const stop = watchEnvironment((change) => log.push(change));
  dispatchEvent(new Event("online"));
  assertEquals(log, ["online"]);
  stop();
});

Deno.test("watchEnvironment() does without events, as in Node", () => {
  using _listeners = remove(globalThis, "addEventListener");
  watchEnvironment(() => {})();
});

Deno.test("isOffline() believes the platform only when it says so", () => {
  assertEquals(isOffline(), false);
  for (const [onLine, expected] of [[true, false], [false, true]] as const) {
    using _state = replace(navigator, "onLine", onLine);
    assertEquals(isOffline(), expected);
  }
});
