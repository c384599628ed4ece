import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { startWorker } from "../../../lib/client/workers/web_worker_port.ts";
import { remove, replace } from "../../globals.ts";

/** What is left of a worker when it does nothing. */
class StubWorker extends EventTarget {
  static last: StubWorker | undefined;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onmessageerror: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly log: unknown[] = [];

  constructor(url: string | URL, options: WorkerOptions) {
    super();
    this.log.push(String(url).split("/").at(-1), options.type, options.name);
    StubWorker.last = this;
  }

  postMessage(data: unknown, transfer: readonly unknown[]): void {
    this.log.push(data, transfer.length);
  }

  terminate(): void {
    this.log.push("terminated");
  }
}

Deno.test("startWorker() starts the script of this package, or one's own", () => {
  assertEquals(start().stub.log, ["worker.ts", "module", "holdfast"]);
  assertEquals(start("https://example.com/own.js").stub.log[0], "own.js");
});

Deno.test("startWorker() passes on posts, messageerror and errors until it ends", () => {
  const { stub, heard, endpoint } = start();
  const error = new ErrorEvent("error", { message: "Boom", cancelable: true });
  stub.onmessage?.(new MessageEvent("message", { data: 1 }));
  stub.onmessageerror?.(new MessageEvent("messageerror"));
  stub.onerror?.(error);
  stub.onerror?.(new ErrorEvent("error"));
  assertEquals(heard, [
    1,
    "A message from it could not be read",
    "Boom",
    "No reason was given",
  ]);
  assertEquals(error.defaultPrevented, true);
  endpoint.post([{ type: "ack" }], [new ArrayBuffer(1)]);
  endpoint.end();
  assertEquals(stub.log.slice(3), [[{ type: "ack" }], 1, "terminated"]);
  assertEquals([stub.onmessage, stub.onmessageerror, stub.onerror], [
    null,
    null,
    null,
  ]);
});

Deno.test("startWorker() says that the content security policy forbade a worker", () => {
  const { stub, heard, endpoint } = start();
  const violate = (effectiveDirective: string) => {
    const event = new Event("securitypolicyviolation");
    globalThis.dispatchEvent(Object.assign(event, { effectiveDirective }));
    stub.onerror?.(new ErrorEvent("error"));
  };
  violate("img-src");
  violate("worker-src");
  assertEquals(heard, [
    "No reason was given",
    "The content security policy forbids it (worker-src)",
  ]);
  endpoint.end();
});

Deno.test("startWorker() passes on that a worker has exited, as Bun says it", () => {
  const { stub, heard, endpoint } = start();
  const exit = () =>
    stub.dispatchEvent(Object.assign(new Event("close"), { code: 7 }));
  exit();
  endpoint.end();
  exit();
  assertEquals(heard, ["It exited with code 7"]);
});

Deno.test("startWorker() says what to do where there is no Worker", () => {
  using _worker = remove(globalThis, "Worker");
  const listener = { post() {}, failed() {} };
  const error = assertThrows(() => startWorker()(listener), TypeError);
  assertStringIncludes(error.message, 'worker: "none"');
  assertStringIncludes(error.message, "@holdfast/websocket/in-thread");
});

Deno.test("startWorker() starts a thread at once where Node's are", () => {
  const scripts: (string | undefined)[] = [];
  class Thread {
    constructor(script: string | URL) {
      scripts.push(String(script).split("/").at(-1));
    }
    on(): void {}
  }
  for (const url of [undefined, "file:///own.js", "./own.js"]) {
    startInNode({ Worker: Thread, parentPort: null }, url);
  }
  assertEquals(scripts, ["worker.ts", "own.js", "own.js"]);
});

/** Starts a worker as in Node, with these threads. */
function startInNode(threads: unknown, url: string | undefined): void {
  using _worker = remove(globalThis, "Worker");
  using _deno = remove(globalThis, "Deno");
  const node = { getBuiltinModule: () => threads };
  using _process = replace(globalThis, "process", node);
  startWorker(url)({ post() {}, failed() {} });
}

function start(url?: string) {
  const heard: unknown[] = [];
  using _worker = replace(globalThis, "Worker", StubWorker);
  const endpoint = startWorker(url)({
    post: (data) => heard.push(data),
    failed: (detail) => heard.push(detail),
  });
  return { heard, endpoint, stub: StubWorker.last as StubWorker };
}
