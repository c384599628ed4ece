/**
 * Runs in a page: connects by a worker whose script, named behind `#` in the
 * page's URL, is on another origin. `docs/browsers.md` has the same lines.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

const socket = new ReconnectingWebSocket("/feed", [], {
  worker: farHost(location.hash.slice(1)),
});
socket.addEventListener("open", () => socket.send("hello from afar"));

function farHost(script: string): WorkerHost {
  const line = new Blob([`import ${JSON.stringify(script)}`], {
    type: "text/javascript",
  });
  return new WorkerHost({ url: URL.createObjectURL(line) });
}
