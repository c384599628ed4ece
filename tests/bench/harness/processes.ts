/**
 * The processes of the servers and of the clients.
 *
 * @module
 */

import { readLines } from "../../system/servers/remote/lines.ts";
import type { Figures, Place, Scenario } from "./scenario.ts";
import type { Subject } from "./subjects.ts";

/** After which a client counts as hanging, in milliseconds. */
const LIMIT = 60_000;

/** Starts the servers. */
export async function startServers(): Promise<
  AsyncDisposable & { readonly place: Place }
> {
  const child = spawn(["server.ts"], "piped");
  const lines = readLines(child.stdout)[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return {
    place: JSON.parse(value),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await lines.next();
      await child.status;
    },
  };
}

/** Measures a client, or tells why that did not work. */
export async function runClient(
  scenario: Scenario,
  subject: Subject,
  place: Place,
): Promise<Figures | Error> {
  const args = ["client.ts", scenario.name, subject, JSON.stringify(place)];
  const { success, stdout, stderr } = await spawn(args, "null").output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  return new Error(`${scenario.name} of ${subject}: ${decoder.decode(stderr)}`);
}

function spawn(
  [module, ...args]: readonly string[],
  stdin: "piped" | "null",
): Deno.ChildProcess {
  const path = new URL(`../${module}`, import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", path, ...args],
    stdin,
    stdout: "piped",
    stderr: stdin === "null" ? "piped" : "inherit",
    ...stdin === "null" && { signal: AbortSignal.timeout(LIMIT) },
  }).spawn();
}
