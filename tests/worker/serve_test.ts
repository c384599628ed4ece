import { assertEquals, assertObjectMatch } from "@std/assert";
import { type Notice, PROTOCOL_VERSION } from "../../lib/boundary/protocol.ts";
import { type Endpoint, serve } from "../../lib/worker/serve.ts";
import { setupWith } from "./hub_client.ts";

class FakeScope implements Endpoint {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onmessageerror: ((event: MessageEvent) => void) | null = null;
  readonly notices: Notice[] = [];
  readonly #listeners = new Map<
    string,
    (event: PromiseRejectionEvent) => void
  >();
  state: "open" | "closed" = "open";
  #arrived = Promise.withResolvers<void>();

  postMessage(message: unknown): void {
    // It comes from the hub.
    this.notices.push(...message as readonly Notice[]);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  close(): void {
    this.state = "closed";
  }

  addEventListener(
    type: "unhandledrejection" | "unload",
    listener: (event: PromiseRejectionEvent) => void,
  ): void {
    this.#listeners.set(type, listener);
  }

  async next(type: Notice["type"]): Promise<Notice> {
    for (;;) {
      const notice = this.notices.find((notice) => notice.type === type);
      if (notice !== undefined) return notice;
      await this.#arrived.promise;
    }
  }

  fires(event: PromiseRejectionEvent): void {
    this.#listeners.get(event.type)?.(event);
  }

  says(data: unknown): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }
}

Deno.test("serve() binds a hub to an endpoint, until it is stopped", async () => {
  const scope = new FakeScope();
  const stop = serve(scope, "shared");
  assertEquals(await scope.next("ready"), {
    type: "ready",
    version: PROTOCOL_VERSION,
  });
  scope.says([{ type: "watch" }]);
  assertEquals(await scope.next("alive"), { type: "alive" });
  scope.onmessageerror?.(new MessageEvent("messageerror"));
  await scope.next("malformed");
  stop();
  assertEquals([scope.onmessage, scope.onmessageerror], [null, null]);
});

Deno.test("serve() reports rejections that nobody handles, where the globals are its own", async () => {
  const [own, shared] = [new FakeScope(), new FakeScope()];
  const stops = [serve(own, "own"), serve(shared, "shared")];
  for (const scope of [own, shared]) {
    const event = new PromiseRejectionEvent("unhandledrejection", {
      promise: Promise.resolve(),
      reason: new Error("stray"),
      cancelable: true,
    });
    scope.fires(event);
    assertEquals(event.defaultPrevented, scope === own);
  }
  assertObjectMatch(await own.next("crashed"), {
    detail: "Unhandled rejection: Error: stray",
  });
  assertEquals(shared.notices.some(({ type }) => type === "crashed"), false);
  for (const stop of stops) stop();
});

Deno.test("serve() reports that code in the worker ends it, where the globals are its own", () => {
  const closed = new FakeScope();
  const left = new FakeScope();
  const shared = new FakeScope();
  const stops = [closed, left].map((scope) => serve(scope, "own"));
  stops.push(serve(shared, "shared"));
  closed.close();
  const promise = Promise.resolve();
  left.fires(new PromiseRejectionEvent("unload", { promise }));
  shared.close();
  for (const scope of [closed, left]) {
    assertObjectMatch(scope.notices.at(-1) ?? {}, {
      type: "crashed",
      detail: "Code in it, such as a hook, ended it",
    });
  }
  assertEquals([closed.state, left.state], ["closed", "open"]);
  assertEquals(shared.notices, []);
  for (const stop of stops) stop();
});

Deno.test("serve() loads the transport that a connection asks for", async () => {
  const scope = new FakeScope();
  const stop = serve(scope, "shared");
  const setup = setupWith({ transport: "native", url: "ws://localhost:1/" });
  scope.says([{ type: "connect", id: 1, setup }]);
  assertObjectMatch(await scope.next("disconnected"), {
    failure: { type: "connect" },
  });
  stop();
});
