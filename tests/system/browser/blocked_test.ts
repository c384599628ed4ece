/** A page in each browser whose main thread is blocked for 10 s. */

import { assertEquals } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import {
  type BrowserName,
  BROWSERS,
  resultOf,
} from "./pages/browser_process.ts";
import { requires } from "../requirements.ts";

// A blocked page needs no processor, so the browsers wait side by side.
const SIDE_BY_SIDE = {
  sanitizeOps: false,
  sanitizeResources: false,
  sanitizeExit: false,
};

Deno.test("ReconnectingWebSocket() loses no connection to a main thread that is blocked for 10 s", async (t) => {
  const steps = BROWSERS.map((browser) =>
    t.step({
      name: browser,
      ...requires(browser),
      ...SIDE_BY_SIDE,
      fn: () => stayOpen(browser),
    })
  );
  await Promise.all(steps);
});

async function stayOpen(browser: BrowserName): Promise<void> {
  const bundles = await bundle(
    new URL("./programs/blocked.ts", import.meta.url),
    new URL("../../../worker.ts", import.meta.url),
  );
  const result = await resultOf(browser, {
    bundles,
    script: "blocked.js",
    accept: (socket) => socket.onmessage = () => socket.send("pong"),
  });
  assertEquals(result, { losses: [], opens: [1, 1] });
}
