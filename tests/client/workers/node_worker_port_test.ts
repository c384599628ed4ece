import { assertEquals } from "@std/assert";
import { startNodeWorker } from "../../../lib/client/workers/node_worker_port.ts";
import type { NodeWorker } from "../../../lib/platform/node.ts";

type Listener = (value: unknown) => void;

/** A thread whose events a test fires. */
class FakeThread implements NodeWorker {
  static last: FakeThread | undefined;
  readonly log: unknown[] = [];
  readonly #listeners = new Map<string, Listener>();

  constructor(script: string | URL, options: { readonly name: string }) {
    this.log.push(String(script).split("/").at(-1), options.name);
    FakeThread.last = this;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  fires(event: string, value?: unknown): void {
    this.#listeners.get(event)?.(value);
  }

  postMessage(value: unknown, transfer: readonly ArrayBuffer[]): void {
    this.log.push(value, transfer.length);
  }

  terminate(): Promise<number> {
    this.log.push("terminated");
    return Promise.resolve(1);
  }
}

function start() {
  const heard: unknown[] = [];
  const threads = { Worker: FakeThread, parentPort: null };
  const port = startNodeWorker(threads, "file:///own.js", {
    post: (data) => heard.push(data),
    failed: (detail) => heard.push(detail),
  });
  return { heard, port, thread: FakeThread.last! };
}

Deno.test("startNodeWorker() starts a script", () => {
  assertEquals(start().thread.log, ["own.js", "holdfast"]);
});

Deno.test("startNodeWorker() passes on what a thread posts, and what happens to it", () => {
  const { heard, thread } = start();
  thread.fires("message", 1);
  thread.fires("messageerror");
  thread.fires("error", new Error("Boom"));
  thread.fires("error", "text");
  thread.fires("exit", 7);
  assertEquals(heard, [
    1,
    "A message from it could not be read",
    "Boom",
    "text",
    "It exited with code 7",
  ]);
});

Deno.test("startNodeWorker() posts, and tells nothing of a thread that it ended", () => {
  const { heard, port, thread } = start();
  port.post([{ type: "ack" }], [new ArrayBuffer(1)]);
  port.end();
  assertEquals(thread.log.slice(2), [[{ type: "ack" }], 1, "terminated"]);
  thread.fires("message", 1);
  thread.fires("exit", 1);
  assertEquals(heard, []);
});
