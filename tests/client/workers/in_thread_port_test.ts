import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  provideInThread,
  startInThread,
} from "../../../lib/client/workers/in_thread_port.ts";
import type { Command } from "../../../lib/boundary/protocol.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Connects to a port where nobody listens, without a worker, and logs why not. */
const PROGRAM = `
import { ReconnectingWebSocket } from "${new URL("mod.ts", ROOT)}";
const socket = new ReconnectingWebSocket("ws://localhost:1", [], {
  worker: "none",
  transport: "native",
  backoff: { maxAttempts: 0 },
});
await socket.closed.catch(({ name, message }) => console.log(name, message));
`;

Deno.test("provideInThread() gives the code that startInThread() runs", async () => {
  const log: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  provideInThread(({ post }) => ({
    post: (records) => post(records),
    end: () => ended.resolve(),
  }));
  const post = (data: unknown) => log.push(data);
  const port = startInThread({ post, failed: ended.reject }, 0);
  const ack: Command = { type: "ack" };
  port.post([ack], []);
  port.end();
  await ended.promise;
  assertEquals(log, [[ack]]);
});

Deno.test("startInThread() says in a bundle what has to be imported", async () => {
  const output = await runBundle(PROGRAM);
  assertStringIncludes(output, "WorkerError");
  assertStringIncludes(output, 'import "@holdfast/websocket/in-thread"');
});

Deno.test("client/in_thread.ts brings the code of the worker into a bundle", async () => {
  const entry = new URL("lib/client/in_thread.ts", ROOT);
  const output = await runBundle(`import "${entry}";${PROGRAM}`);
  assert(output.startsWith("ReconnectError"), output);
});

/** Bundles a program in one file, runs it where nothing else is, and gives its output. */
async function runBundle(source: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/main.ts`, source);
    const bundle = `${directory}/bundle.js`;
    const options = ["--quiet", "--platform=browser", `--output=${bundle}`];
    await deno("bundle", ...options, `${directory}/main.ts`);
    return await deno("run", "--allow-net", bundle);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function deno(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout);
}
