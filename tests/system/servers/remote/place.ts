/**
 * Where a fixture's module runs.
 *
 * @module
 */

import type { Channel, Receiver } from "./remote.ts";
import { openProcess } from "./remote_process.ts";
import { openThread } from "./remote_thread.ts";

/**
 * In a worker of this process, in a process of its own, or in a process that
 * another command starts, such as `ip netns exec <name>`.
 */
export type Place =
  | "thread"
  | "process"
  | { readonly within: readonly string[] };

/**
 * Chooses the line to a module.
 *
 * @param script The module; it creates a `RemoteHost`.
 * @param place Where to run it.
 * @returns What a `Remote` is made with.
 */
export function openModule<Command, Report>(
  script: URL,
  place: Place,
): (receiver: Receiver<Report>) => Channel<Command> {
  if (place === "thread") return (receiver) => openThread(script, receiver);
  const prefix = place === "process" ? [] : place.within;
  const command = [
    ...prefix,
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-all",
    script.href,
  ];
  return (receiver) => openProcess(command, receiver);
}
