/**
 * What a transport may do: connect, and nothing else.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fileURLToPath as fromFileUrl } from "node:url";
import type { TransportName } from "../../lib/connection/config/transports.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import type { Traits } from "./traits.ts";

/** Registers the test of a transport by its name. */
export function testPermissions(
  { symbol, name }: {
    readonly symbol: Traits["symbol"];
    readonly name: TransportName;
  },
): void {
  Deno.test(`${symbol} needs only --allow-net in a worker of our own`, async () => {
    await using server = await startWsServer();
    const script = new URL("./permission_main.ts", import.meta.url);
    const root = fromFileUrl(new URL("../../", import.meta.url));
    const { host } = new URL(server.url);
    const output = await runDeno([
      "run",
      "--no-prompt",
      `--allow-net=${host}`,
      // Deno loads the script of a worker with it.
      `--allow-read=${root}`,
      script.href,
      name,
      server.url,
    ]);
    assertEquals(JSON.parse(output), { name, call: "open", env: "as before" });
  });
}

/** Runs Deno to its end, which must be a success, for what it prints. */
export async function runDeno(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
