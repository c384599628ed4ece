/** A page that is put into the back/forward cache of Chromium, and comes back. */

import { assertEquals } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import { Chromium, type Visit } from "./pages/chromium.ts";
import { serveBundles } from "./pages/page_server.ts";
import { requires } from "../requirements.ts";
import { within } from "../waiting.ts";

/** 1001 is not for scripts (WHATWG WebSockets, 3.1). */
const WIRE = "4001 The page was put away";

Deno.test(
  "ReconnectingWebSocket() closes when its page is put away, and connects again when it is restored",
  requires("chromium"),
  async () => {
    await using peer = startPeer();
    await using browser = await Chromium.start();
    await using server = serveBundles(
      await bundle(
        new URL("./programs/restored.ts", import.meta.url),
        new URL("../../../worker.ts", import.meta.url),
      ),
      "restored.js",
    );
    const { hostname, port } = server.addr;
    const { page } = await browser.visit(
      `http://${hostname}:${port}/#${peer.url}`,
    );
    assertEquals(await notes(page, 2), ["open", "plain open"]);
    await page.goto("about:blank");
    // While the page is away: the server keeps no silent connection.
    assertEquals(await within(peer.closed), [WIRE, WIRE]);
    await page.goBack({ waitUntil: "commit" });
    assertEquals(await notes(page, 6), [
      "disconnect 1001 The page was put away",
      "open",
      "open",
      "plain close 1001 The page was put away",
      "plain open",
      "restored",
    ]);
  },
);

/** A server that tells how its first two connections were closed. */
function startPeer() {
  const closes: string[] = [];
  const closed = Promise.withResolvers<readonly string[]>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onclose = ({ code, reason }) => {
        if (closes.push(`${code} ${reason}`) === 2) closed.resolve([...closes]);
      };
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    closed: closed.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Waits until the page has noted so many things. */
async function notes(
  page: Visit["page"],
  count: number,
): Promise<readonly string[]> {
  await page.waitForFunction(
    `document.title.startsWith("[") && JSON.parse(document.title).length >= ${count}`,
  );
  return JSON.parse(await page.title());
}
