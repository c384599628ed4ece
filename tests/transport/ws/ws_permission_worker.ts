/**
 * Connects by `ws` in a realm of its own, and tells how that went.
 *
 * @module
 */

import { loadTransport } from "../../../lib/transport/load.ts";

const env = environment();

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const kind = await loadTransport("auto", "own");
  const tell = (call: string) =>
    post({
      name: kind.name,
      call,
      env: environment() === env ? "as before" : "changed",
    });
  kind.connect(
    { url: event.data, protocols: [], headers: {} },
    { maxMessageSize: 1_000 },
    {
      open: () => tell("open"),
      message: () => tell("message"),
      pong: () => tell("pong"),
      room: () => tell("room"),
      end: (_info, failure) => tell(JSON.stringify(failure)),
    },
  );
});

function environment(): unknown {
  return Reflect.get(Reflect.get(globalThis, "process"), "env");
}

/** The library types know no worker's scope without a reference that is banned. */
function post(message: unknown): void {
  Reflect.get(globalThis, "postMessage")(message);
}
