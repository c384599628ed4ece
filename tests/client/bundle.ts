/** Programs in one file, as a bundler leaves them. */

import { assert } from "@std/assert";

const MOD = new URL("../../mod.ts", import.meta.url);

/** Connects to a port where nobody listens, without a worker, and logs why not. */
export const WITHOUT_WORKER = `
import { ReconnectingWebSocket } from "${MOD}";
const socket = new ReconnectingWebSocket("ws://localhost:1", [], {
  worker: "none",
  transport: "native",
  backoff: { maxAttempts: 0 },
});
await socket.closed.catch(({ name, message }) => console.log(name, message));
`;

/** Bundles a program in one file, runs it where nothing else is, and gives its output. */
export async function runBundle(source: string): Promise<string> {
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
