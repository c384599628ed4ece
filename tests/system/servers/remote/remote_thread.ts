/**
 * The line to a fixture in a worker of this process: a message port, so that the
 * worker's side needs no types of a worker's global scope.
 *
 * @module
 */

import type { Channel, Receiver } from "./remote.ts";

/**
 * Starts a module in a worker.
 *
 * @param script The module.
 * @param receiver Hears its answers, and its end.
 * @returns The line to it.
 */
export function openThread<Command, Report>(
  script: URL,
  receiver: Receiver<Report>,
): Channel<Command> {
  const worker = new Worker(script, { type: "module" });
  const { port1: port, port2 } = new MessageChannel();
  worker.onerror = (event) => {
    // Otherwise Deno throws the worker's error here as well.
    event.preventDefault();
    receiver.fail(new Error(`The fixture's worker failed: ${event.message}`));
  };
  port.onmessage = ({ data }) => receiver.receive(data);
  worker.postMessage(undefined, [port2]);
  return {
    post: (request) => port.postMessage(request),
    signal() {
      throw new TypeError("Cannot signal a thread: run it as a process");
    },
    describe: () => "a thread of this process",
    [Symbol.asyncDispose]() {
      port.close();
      worker.terminate();
      return Promise.resolve();
    },
  };
}
