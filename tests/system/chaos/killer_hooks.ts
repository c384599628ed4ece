/**
 * A hooks module that kills its worker on command, by a
 * `BroadcastChannel` named in the query of its URL.
 *
 * @module
 */

/**
 * Longer than any watchdog waits, in milliseconds. Not without end: Deno 2.9
 * cannot end a worker in a loop (denoland/deno#35657).
 */
const LOOP = 9_000;

const name = new URL(import.meta.url).searchParams.get("channel") ?? "";
const channel = new BroadcastChannel(name);

channel.onmessage = ({ data }) => {
  const end = data === "loop" ? performance.now() + LOOP : 0;
  while (performance.now() < end);
  throw new Error("Killed by the chaos lab");
};
