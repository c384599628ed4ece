/**
 * Fetches the tokens of the client. It runs in the worker, so it can renew a token
 * while the main thread is blocked.
 *
 * @module
 */

import type { Hooks } from "@holdfast/websocket";

const endpoint = new URL(import.meta.url).searchParams.get("endpoint") ?? "";

/** Fetches a token; the signal is aborted when the attempt ends. */
export const token: Hooks["token"] = async ({ signal }) => {
  const response = await fetch(endpoint, { signal });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return await response.text();
};
