/**
 * Connects by a transport in a worker, and posts the first call of the listener.
 *
 * @module
 */

import { loadTransport } from "../../lib/transport/load.ts";

const env = environment();

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const [name, url] = event.data;
  const kind = await loadTransport(name, "own");
  const report = (call: string) =>
    post({
      name: kind.name,
      call,
      env: environment() === env ? "as before" : "changed",
    });
  kind.connect(
    { url, protocols: [], headers: {} },
    { maxMessageSize: 1_000 },
    {
      open: () => report("open"),
      message: () => report("message"),
      pong: () => report("pong"),
      writable: () => report("writable"),
      end: (_info, failure) => report(JSON.stringify(failure)),
    },
  );
});

function environment(): unknown {
  return Reflect.get(Reflect.get(globalThis, "process"), "env");
}

/** The types of a worker's scope need a reference that JSR bans. */
function post(message: unknown): void {
  Reflect.get(globalThis, "postMessage")(message);
}
