/**
 * A process with one connection, which it closes as soon as it is open. It
 * prints what happens and exits by itself, or the test that runs it hangs.
 */

import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import type { RemoteConnectionListener } from "../../../lib/client/remote/listener.ts";
import { choosePool } from "../../../lib/client/workers/worker_host.ts";
import { LIMITS, SETUP } from "../fake_worker.ts";

const [url = ""] = Deno.args;

const listener: RemoteConnectionListener = {
  status: () => {},
  opened: () => {
    print("opened");
    connection.close(1000, "");
  },
  message: () => {},
  disconnected: () => {},
  closed: ({ info, cause, failure }) => {
    const detail = failure?.type === "worker" ? failure.detail : "";
    print(`${cause} ${failure?.type ?? info.closeCode} ${detail}`.trim());
  },
  dropped: () => {},
  request: () => {},
  heartbeat: () => {},
  probed: () => {},
  log: () => {},
};

const connection = new RemoteConnection(
  choosePool("shared"),
  { ...SETUP, url },
  LIMITS,
  listener,
);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
