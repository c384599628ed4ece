/**
 * What the options say of the way to the server.
 *
 * @module
 */

import type { NetworkConfig } from "../../connection/config/network.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";

/**
 * Collects `tls`, `proxy` and `compression`.
 *
 * @param values The options, each of them valid by itself.
 * @returns `undefined` when none of them is given.
 * @throws {TypeError} The transport cannot do it, or a certificate has no key.
 */
export function networkOf(
  { tls, proxy, compression }: NetworkConfig,
  transport: TransportChoice,
): NetworkConfig | undefined {
  const given = {
    ...tls !== undefined && { tls },
    ...proxy !== undefined && { proxy },
    ...compression !== undefined && { compression },
  };
  const [first] = Object.keys(given);
  if (first === undefined) return undefined;
  const isTcp = transport === "tcp" || transport === "auto";
  if (!isTcp || !("Deno" in globalThis)) {
    throw new TypeError(
      `Option "${first}" cannot be used here: it needs the transport "tcp" of Deno`,
    );
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    throw new TypeError('The options "tls.cert" and "tls.key" need each other');
  }
  return given;
}
