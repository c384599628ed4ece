/**
 * A page that compares a plain `WebSocket` with ours: their heartbeats, as the
 * server sees them, while you freeze the tab, kill the server, drop packets or
 * flood both.
 *
 * ```sh
 * deno task page [--port 8000]
 * ```
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { servePage } from "./server.ts";

const unknown: string[] = [];
const flags = parseArgs(Deno.args, {
  string: ["port"],
  boolean: ["help"],
  default: { port: "8000" },
  unknown: (argument) => void unknown.push(argument),
});
const port = Number(flags.port);
const isValid = Number.isInteger(port) && port >= 0 && port <= 65_535;
if (flags.help || !isValid || unknown.length > 0) {
  getLogger().info("Usage: deno task page [--port NUMBER]   (default 8000)");
  Deno.exit(flags.help ? 0 : 2);
}
const page = await servePage(port);
getLogger().info(`Open ${page.url} in a browser; Ctrl+C ends it`);
Deno.addSignalListener("SIGINT", async () => {
  await page[Symbol.asyncDispose]();
  Deno.exit();
});
