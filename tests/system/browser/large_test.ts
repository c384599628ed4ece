/**
 * `WorkerWebSocket` and Chromium's own `WebSocket` in one page, with more than any
 * bound of the reconnecting class allows.
 */

import { assertEquals } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import { Chromium, type Visit } from "./pages/chromium.ts";
import { serveBundles } from "./pages/page_server.ts";
import type { Class, Received } from "./programs/large.ts";
import { requires } from "../requirements.ts";

const MEBIBYTE = 2 ** 20;
/** How long the page is blocked, so that everything has to wait; in milliseconds. */
const BLOCK = 2_000;

const CASES = {
  "one message of 70 MiB": { sizes: [70 * MEBIBYTE], blockFor: 0 },
  "80 MiB that wait for the page": {
    sizes: Array.from({ length: 80 }, () => MEBIBYTE),
    blockFor: BLOCK,
  },
} as const;

Deno.test(
  "WorkerWebSocket() has no bounds of its own, as Chromium's WebSocket",
  requires("chromium"),
  async (test) => {
    await using browser = await Chromium.start();
    await using server = serveBundles(
      await bundle(
        new URL("./programs/large.ts", import.meta.url),
        new URL("../../../worker.ts", import.meta.url),
      ),
      "large.js",
    );
    const { page } = await browser.visit(
      `http://127.0.0.1:${server.addr.port}/`,
    );
    for (const [name, { sizes, blockFor }] of Object.entries(CASES)) {
      await test.step(name, async () => {
        await using peer = serveMessages(sizes);
        const url = `ws://127.0.0.1:${peer.addr.port}/`;
        const all = { sizes, closeCode: 4000, wasClean: true };
        for (const kind of ["platform", "ours"] as const) {
          assertEquals(await receiveAll(page, kind, { url, blockFor }), all);
        }
      });
    }
  },
);

/** Sends messages of these sizes to each client, and closes with 4000. */
function serveMessages(
  sizes: readonly number[],
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        for (const size of sizes) socket.send(new Uint8Array(size));
        socket.close(4000);
      };
      return response;
    },
  );
}

interface Programs {
  receiveAll(
    kind: Class,
    options: { readonly url: string; readonly blockFor: number },
  ): Promise<Received>;
}

declare const globalThis: Programs;

function receiveAll(
  page: Visit["page"],
  kind: Class,
  options: { readonly url: string; readonly blockFor: number },
): Promise<Received> {
  return page.evaluate(
    ([kind, options]) => globalThis.receiveAll(kind, options),
    [kind, options] as const,
  );
}
