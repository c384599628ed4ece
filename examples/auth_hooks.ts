/**
 * Where the client's tokens come from. It runs in the worker, so that tokens are
 * renewed while the main thread is blocked.
 *
 * @module
 */

import type { Hooks } from "@holdfast/websocket";

const endpoint = new URL(import.meta.url).searchParams.get("endpoint") ?? "";

/** Fetches a token; the signal gives up with the attempt that it is for. */
export const token: Hooks["token"] = async ({ signal }) => {
  const response = await fetch(endpoint, { signal });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return await response.text();
};
