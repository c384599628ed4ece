import { assertEquals, assertObjectMatch } from "@std/assert";
import type { Notice } from "../../lib/boundary/protocol.ts";
import { serveTabs, type TabsScope } from "../../lib/worker/tabs.ts";
import { FakeLocks } from "../platform/fake_locks.ts";
import { setupWith } from "./hub_client.ts";

/** The scope of a `SharedWorker` that does nothing by itself. */
class FakeScope implements TabsScope {
  readonly log: string[] = [];
  readonly #listeners = new Map<string, (event: never) => void>();

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.log.push("closed");
  }

  fires(event: Event): void {
    this.#listeners.get(event.type)?.(event as never);
  }
}

/** A tab at the worker, by the port that the worker has of it. */
class Tab implements AsyncDisposable {
  readonly notices: Notice[] = [];
  readonly hello: Promise<string>;
  readonly #control = new MessageChannel();
  readonly #posts = new MessageChannel();
  readonly #left = Promise.withResolvers<void>();
  readonly #holding: Promise<unknown>;
  #arrived = Promise.withResolvers<void>();

  constructor(locks: FakeLocks, serve: (control: MessagePort) => void) {
    const { port1, port2 } = this.#control;
    serve(port2);
    this.hello = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data.lock);
    });
    const lock = crypto.randomUUID();
    const { port1: near, port2: port } = this.#posts;
    near.onmessage = ({ data }) => {
      this.notices.push(...data);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    };
    this.#holding = locks.request(lock, {}, () => {
      port1.postMessage({ lock, port }, [port]);
      return this.#left.promise;
    });
  }

  post(records: unknown): void {
    this.#posts.port1.postMessage(records);
  }

  async next<T extends Notice["type"]>(type: T): Promise<Notice> {
    for (;;) {
      const notice = this.notices.find((notice) => notice.type === type);
      if (notice !== undefined) return notice;
      await this.#arrived.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#left.resolve();
    await this.#holding;
    this.#control.port1.close();
    this.#posts.port1.close();
  }
}

Deno.test("serveTabs() gives each tab a hub of its own, and says which lock it holds", async () => {
  const locks = new FakeLocks();
  const serve = serveTabs(new FakeScope(), locks);
  await using first = new Tab(locks, serve);
  await using second = new Tab(locks, serve);
  await first.next("ready");
  await second.next("ready");
  assertEquals(await first.hello, await second.hello);
  assertEquals(locks.held.includes(await first.hello), true);
  first.post([{ type: "watch" }]);
  await first.next("alive");
  assertEquals(second.notices.some(({ type }) => type === "alive"), false);
});

Deno.test("serveTabs() closes the connections of a tab that is gone with 1001, which is 4001 from a browser, and no others", async () => {
  const closes: string[] = [];
  const closed = Promise.withResolvers<void>();
  await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onclose = ({ code, reason }) => {
      closes.push(`${pathname} ${code} ${reason}`);
      closed.resolve();
    };
    return response;
  });
  const locks = new FakeLocks();
  const serve = serveTabs(new FakeScope(), locks);
  const connect = (path: string) => ({
    type: "connect",
    id: 1,
    setup: setupWith({
      transport: "native",
      url: `ws://localhost:${server.addr.port}/${path}`,
    }),
  });
  await using other = new Tab(locks, serve);
  other.post([connect("other")]);
  await other.next("opened");
  {
    await using gone = new Tab(locks, serve);
    gone.post([connect("gone")]);
    await gone.next("opened");
  }
  await closed.promise;
  assertEquals(closes, ["/gone 4001 The page was put away"]);
  other.post([{ type: "watch" }]);
  await other.next("alive");
});

Deno.test("serveTabs() tells all tabs what nobody caught, and ends the worker", async () => {
  const promise = Promise.resolve();
  const reason = new Error("stray");
  const events = [
    new PromiseRejectionEvent("unhandledrejection", { promise, reason }),
    new ErrorEvent("error", { message: "Uncaught Error: stray" }),
  ];
  for (const event of events) {
    const locks = new FakeLocks();
    const scope = new FakeScope();
    const serve = serveTabs(scope, locks);
    await using first = new Tab(locks, serve);
    await using second = new Tab(locks, serve);
    await Promise.all([first.next("ready"), second.next("ready")]);
    scope.fires(event);
    for (const tab of [first, second]) {
      assertObjectMatch(await tab.next("crashed"), { type: "crashed" });
    }
    assertEquals(scope.log, ["closed"]);
  }
});

Deno.test("serveTabs() tells all tabs that code in the worker ended it", async () => {
  const locks = new FakeLocks();
  const scope = new FakeScope();
  await using tab = new Tab(locks, serveTabs(scope, locks));
  await tab.next("ready");
  scope.close();
  assertObjectMatch(await tab.next("crashed"), {
    detail: "Code in it, such as a hook, ended it",
  });
  assertEquals(scope.log, ["closed"]);
});
