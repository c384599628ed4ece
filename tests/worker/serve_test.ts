import { assertEquals, assertObjectMatch } from "@std/assert";
import { type Notice, PROTOCOL_VERSION } from "../../lib/boundary/protocol.ts";
import { type Endpoint, serve } from "../../lib/worker/serve.ts";
import { setupWith } from "./hub_client.ts";

class FakeScope implements Endpoint {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onmessageerror: ((event: MessageEvent) => void) | null = null;
  readonly notices: Notice[] = [];
  #onRejection: ((event: PromiseRejectionEvent) => void) | undefined;
  #arrived = Promise.withResolvers<void>();

  postMessage(message: unknown): void {
    // It comes from the hub.
    this.notices.push(...message as readonly Notice[]);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  addEventListener(
    type: "unhandledrejection",
    listener: (event: PromiseRejectionEvent) => void,
  ): void {
    assertEquals(type, "unhandledrejection");
    this.#onRejection = listener;
  }

  async next(type: Notice["type"]): Promise<Notice> {
    for (;;) {
      const notice = this.notices.find((notice) => notice.type === type);
      if (notice !== undefined) return notice;
      await this.#arrived.promise;
    }
  }

  rejects(event: PromiseRejectionEvent): void {
    this.#onRejection?.(event);
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
    scope.rejects(event);
    assertEquals(event.defaultPrevented, scope === own);
  }
  assertObjectMatch(await own.next("crashed"), {
    detail: "Unhandled rejection: Error: stray",
  });
  assertEquals(shared.notices.some(({ type }) => type === "crashed"), false);
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
