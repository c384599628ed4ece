/**
 * A program for a host without much of a network: it tries to reach a port.
 *
 * @module
 */

import { RemoteHost } from "../remote/remote_host.ts";

/** Connects by TCP; the answer is whether that worked within the limit. */
export interface Knock {
  readonly type: "knock";
  readonly hostname: string;
  readonly port: number;
  /** In milliseconds. */
  readonly limit: number;
}

if (import.meta.main) new RemoteHost<Knock, boolean>(knock);

async function knock({ hostname, port, limit }: Knock): Promise<boolean> {
  const answered = Deno.connect({ hostname, port }).then((connection) => {
    connection.close();
    return true;
  }, () => false);
  const expired = new Promise<false>((resolve) => {
    setTimeout(resolve, limit, false);
  });
  return await Promise.race([answered, expired]);
}
