/**
 * Resolves options as the constructors do.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "../../../lib/client/options/options.ts";
import {
  type Resolved,
  resolveOptions,
} from "../../../lib/client/options/resolve.ts";

export function resolve(
  options: ReconnectingWebSocketOptions = {},
  url = "wss://example.com/",
): Resolved {
  return resolveOptions(url, [], options);
}

/** Resolves what the compiler would refuse. */
export function resolveAny(options: unknown): Resolved {
  return Reflect.apply(resolveOptions, undefined, [
    "wss://example.com/",
    [],
    options,
  ]);
}
