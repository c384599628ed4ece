import { assert, assertEquals } from "@std/assert";
import type { Notice } from "../../../lib/boundary/protocol.ts";
import { PROTOCOL_VERSION } from "../../../lib/boundary/protocol.ts";
import type { TabHello } from "../../../lib/boundary/tabs.ts";
import { startSharedWorker } from "../../../lib/client/workers/shared_worker_port.ts";
import type { TabsOptions } from "../../../lib/client/workers/tabs_port.ts";
import type {
  StartWorkerPort,
  WorkerPort,
} from "../../../lib/client/workers/worker_port.ts";
import { remove, replace } from "../../globals.ts";
import { FakeLocks } from "../../platform/fake_locks.ts";
import { SETUP } from "../fake_worker.ts";

/** A `SharedWorker` whose other end a test plays. */
class StubSharedWorker {
  static last: StubSharedWorker | undefined;
  static refusal: Error | undefined;
  readonly #channel = new MessageChannel();
  readonly port = this.#channel.port1;
  readonly far = this.#channel.port2;
  readonly made: readonly string[];
  onerror: (() => void) | null = null;

  constructor(url: string | URL, options: { type: string; name: string }) {
    if (StubSharedWorker.refusal) {
      this.port.close();
      this.far.close();
      throw StubSharedWorker.refusal;
    }
    const script = String(url).split("/").at(-1) ?? "";
    this.made = [script, options.type, options.name];
    StubSharedWorker.last = this;
  }

  /** The first message of the tab. */
  hello(): Promise<TabHello> {
    return new Promise((resolve) => {
      this.far.onmessage = ({ data }) => resolve(data);
    });
  }
}

interface Platform {
  readonly worker?: "absent";
  readonly locks?: FakeLocks;
  readonly engine?: "chromium";
}

/** Runs a test on a platform of its own. */
async function on(
  { worker, locks, engine }: Platform,
  test: () => Promise<void> | void,
): Promise<void> {
  using _worker = worker === "absent"
    ? remove(globalThis, "SharedWorker")
    : replace(globalThis, "SharedWorker", StubSharedWorker);
  using _locks = replace(navigator, "locks", locks);
  using _engine = replace(navigator, "userAgentData", engine && {});
  await test();
}

/** A worker of the tab itself, which answers as a test says. */
class Own {
  readonly log: unknown[] = [];
  post: (data: unknown) => void = () => {};

  readonly start: StartWorkerPort = (listener, failures) => {
    this.log.push(`own ${failures}`);
    this.post = (data) => listener.post(data);
    return {
      post: (records) => this.log.push(records.length),
      end: () => this.log.push("ended"),
    };
  };
}

interface Bench {
  readonly own: Own;
  readonly heard: unknown[];
  start(failures: number): WorkerPort;
  next(): Promise<unknown>;
}

function bench(options: TabsOptions = { tabs: "auto" }): Bench {
  const own = new Own();
  const heard: unknown[] = [];
  let arrived = Promise.withResolvers<unknown>();
  const hear = (what: unknown) => {
    heard.push(what);
    arrived.resolve(what);
    arrived = Promise.withResolvers();
  };
  const start = startSharedWorker(options, own.start);
  return {
    own,
    heard,
    start: (failures) => start({ post: hear, failed: hear }, failures),
    next: () => arrived.promise,
  };
}

const READY: Notice = { type: "ready", version: PROTOCOL_VERSION };
const STATUS: Notice = {
  type: "status",
  id: 1,
  after: 0,
  status: { kind: "open", attempt: 1 },
};

function connect(id: number, log: "silent" | "warn") {
  return { type: "connect", id, setup: { ...SETUP, log } } as const;
}

/** Why a tab has a worker of its own, as the log says it. */
function reasonOf({ own, heard, start }: Bench, failures = 0): string {
  const port = start(failures);
  port.post([connect(1, "warn")], []);
  own.post([STATUS]);
  port.end();
  const [, log] = heard.at(-1) as readonly Notice[];
  assert(log?.type === "log");
  return String(log.fields.reason);
}

/** Why a tab has a worker of its own where the browser refuses the script. */
function reasonOfRefusal(): string {
  const refusal = new DOMException("far origin", "SecurityError");
  using _refusal = replace(StubSharedWorker, "refusal", refusal);
  return reasonOf(bench());
}

Deno.test("startSharedWorker() starts the script of this package or one's own, by the version of the protocol", async () => {
  await on({ locks: new FakeLocks(), engine: "chromium" }, () => {
    const name = `holdfast-${PROTOCOL_VERSION}`;
    bench().start(0).end();
    assertEquals(StubSharedWorker.last?.made, ["worker.ts", "module", name]);
    StubSharedWorker.last?.far.close();
    bench({ tabs: "auto", url: "https://x.test/own.js" }).start(0).end();
    assertEquals(StubSharedWorker.last?.made, ["own.js", "module", name]);
    StubSharedWorker.last?.far.close();
  });
});

Deno.test("startSharedWorker() holds a lock, and exchanges posts over a port, until it ends", async () => {
  const locks = new FakeLocks();
  await on({ locks, engine: "chromium" }, async () => {
    const { start, next, own } = bench();
    const port = start(0);
    port.post([{ type: "watch" }], []);
    const { lock, port: far } = await StubSharedWorker.last!.hello();
    assertEquals(locks.held, [lock]);
    far.onmessage = ({ data }) => far.postMessage(data);
    assertEquals(await next(), [{ type: "watch" }]);
    port.end();
    await locks.request(lock, {}, () => {});
    assertEquals(own.log, []);
    far.close();
    StubSharedWorker.last!.far.close();
  });
});

Deno.test("startSharedWorker() says that the worker has ended, and shares the next one", async () => {
  const locks = new FakeLocks();
  await on({ locks, engine: "chromium" }, async () => {
    const { start, next, own } = bench();
    const first = start(0);
    const { port: far } = await StubSharedWorker.last!.hello();
    const { wanted } = await locks.hold("worker");
    StubSharedWorker.last!.far.postMessage({ lock: "worker" });
    await wanted;
    const end = next();
    locks.free("worker");
    assertEquals(await end, "The worker of all tabs has ended");
    first.end();
    far.close();
    StubSharedWorker.last!.far.close();
    const shared = StubSharedWorker.last;
    start(1).end();
    assert(StubSharedWorker.last !== shared);
    assertEquals(own.log, []);
    // Once is enough: what ends it again may be one of its connections.
    start(2).end();
    assertEquals(own.log, ["own 2", "ended"]);
    StubSharedWorker.last?.far.close();
  });
});

Deno.test("startSharedWorker() takes a worker of this tab after one that failed", async () => {
  await on({ locks: new FakeLocks(), engine: "chromium" }, () => {
    assertEquals(reasonOf(bench(), 1), "The worker of all tabs failed");
  });
});

Deno.test("startSharedWorker() takes a worker of this tab where none can be shared, and says why", async () => {
  const locks = new FakeLocks();
  await on({ worker: "absent", locks }, () => {
    assertEquals(reasonOf(bench()), "There is no SharedWorker here");
  });
  await on({ engine: "chromium" }, () => {
    assertEquals(
      reasonOf(bench()),
      "Web Locks need a secure context, https: or localhost",
    );
  });
  await on({ locks }, () => {
    assertEquals(
      reasonOf(bench()),
      "In this browser one blocked tab would silence all others",
    );
  });
  await on({ locks }, () => {
    const { own, start } = bench({ tabs: "always" });
    start(0).end();
    assertEquals(own.log, []);
    StubSharedWorker.last?.far.close();
  });
});

Deno.test("startSharedWorker() takes a worker of this tab where the browser refuses the script, or cannot load it", async () => {
  await on({ locks: new FakeLocks(), engine: "chromium" }, () => {
    assertEquals(reasonOfRefusal(), "SecurityError: far origin");
    const { own, start } = bench();
    const port = start(0);
    StubSharedWorker.last?.onerror?.();
    port.post([{ type: "watch" }], []);
    port.end();
    assertEquals(own.log, ["own 0", 1, "ended"]);
    StubSharedWorker.last?.far.close();
  });
});

Deno.test("startSharedWorker() says it once to each connection that wants warnings", async () => {
  await on({ worker: "absent" }, () => {
    const { own, heard, start } = bench();
    const port = start(0);
    port.post([connect(1, "warn"), connect(2, "silent")], []);
    own.post([READY]);
    port.post([connect(1, "warn"), connect(3, "warn")], []);
    own.post([{ type: "alive" }]);
    own.post([{ type: "taken", id: 1, upTo: 1 }, STATUS]);
    port.post([connect(4, "warn")], []);
    own.post([{ type: "taken", id: 1, upTo: 2 }]);
    own.post([STATUS]);
    own.post("nonsense");
    const received = heard.map((post) =>
      Array.isArray(post)
        ? post.map(({ type, id }) => type === "log" ? id : type)
        : post
    );
    assertEquals(received, [
      ["ready"],
      ["alive"],
      ["taken", "status", 1, 3],
      ["taken"],
      ["status", 4],
      "nonsense",
    ]);
    port.end();
  });
});
