/** A page in each browser whose main thread is blocked for 10 s. */

import { assertEquals } from "@std/assert";
import { bundle } from "../../examples/browser/bundle.ts";
import { BROWSERS, resultOf } from "./browser_process.ts";
import { requires } from "./requirements.ts";

for (const browser of BROWSERS) {
  Deno.test(
    `ReconnectingWebSocket() loses no connection to a main thread that is blocked for 10 s, in ${browser}`,
    requires(browser),
    async () => {
      const bundles = await bundle(
        new URL("programs/blocked.ts", import.meta.url),
        new URL("../../worker.ts", import.meta.url),
      );
      const result = await resultOf(browser, {
        bundles,
        script: "blocked.js",
        accept: (socket) => socket.onmessage = () => socket.send("pong"),
      });
      assertEquals(result, { losses: [], opens: [1, 1] });
    },
  );
}
