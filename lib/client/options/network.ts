/**
 * What the options say of the way to the server.
 *
 * @module
 */

import type { NetworkConfig } from "../../connection/config/network.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";

/**
 * Checks `tls`, `proxy` and `compression` together.
 *
 * @param given Those that are given, each of them valid by itself.
 * @returns `undefined` when none of them is given.
 * @throws {TypeError} The transport cannot do it, or a certificate has no key.
 */
export function networkOf(
  given: NetworkConfig,
  transport: TransportChoice,
): NetworkConfig | undefined {
  const [first] = Object.keys(given);
  if (first === undefined) return undefined;
  const isTcp = transport === "tcp" || transport === "auto";
  if (!isTcp || !("Deno" in globalThis)) {
    throw new TypeError(
      `Option "${first}" cannot be used here: it needs the transport "tcp" of Deno`,
    );
  }
  const { cert, key } = given.tls ?? {};
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('The options "tls.cert" and "tls.key" need each other');
  }
  return given;
}
