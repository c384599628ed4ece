import { assertEquals, assertStringIncludes } from "@std/assert";
import { startTabs } from "../../../lib/client/workers/tabs_port.ts";
import { remove } from "../../globals.ts";

Deno.test("startTabs() posts what came while its code was loaded, and ends", async () => {
  const heard = Promise.withResolvers<unknown>();
  const url = script(`onmessage = ({ data }) => postMessage(data);`);
  const port = startTabs({ tabs: "auto", url })({
    post: heard.resolve,
    failed: heard.reject,
  }, 0);
  port.post([{ type: "watch" }], []);
  assertEquals(await heard.promise, [{ type: "watch" }]);
  port.end();
});

Deno.test("startTabs() says that no worker can be made", async () => {
  using _worker = remove(globalThis, "Worker");
  const failed = Promise.withResolvers<string>();
  const listener = { post() {}, failed: failed.resolve };
  startTabs({ tabs: "auto" })(listener, 0);
  assertStringIncludes(await failed.promise, "There is no Worker here");
});

function script(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
