/** A page that comes back from the back/forward cache of Chromium, which ends its connections. */

import { assertEquals, assertMatch } from "@std/assert";
import { bundle } from "../../examples/browser/bundle.ts";
import { Chromium, type Visit } from "./browser.ts";
import { serveBundles } from "./page_server.ts";
import { requires } from "./requirements.ts";
import { startWsServer } from "./servers/ws_server.ts";

Deno.test(
  "ReconnectingWebSocket() calls it a lost connection when a page is restored, and connects again",
  requires("chromium"),
  async () => {
    await using peer = await startWsServer();
    await using browser = await Chromium.start();
    await using server = serveBundles(
      await bundle(
        new URL("programs/restored.ts", import.meta.url),
        new URL("../../worker.ts", import.meta.url),
      ),
      "restored.js",
    );
    const { hostname, port } = server.addr;
    const { page } = await browser.visit(
      `http://${hostname}:${port}/#${peer.url}`,
    );
    assertEquals(await notes(page, 2), ["open", "plain open"]);
    await page.goto("about:blank");
    await page.goBack({ waitUntil: "commit" });
    const [loss = "", ...others] = await notes(page, 7);
    assertMatch(loss, /^ConnectionLostError: Connection lost/);
    // As Chromium's own WebSocket does it, which fails the connection.
    assertEquals(others, [
      "open",
      "open",
      "plain close",
      "plain error",
      "plain open",
      "restored",
    ]);
  },
);

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
