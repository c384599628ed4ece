/**
 * Tasks of the event loop, such as the platform uses for each of its events.
 *
 * @module
 */

type Schedule = (run: () => void) => void;

let schedule: Schedule | undefined;

/**
 * Runs something in a task of its own, soon: all promise reactions that are due
 * run before, however many there are one after the other.
 */
export function queueTask(run: () => void): void {
  schedule ??= findSchedule();
  schedule(run);
}

/** Deno and Node.js have `setImmediate`; timers of browsers wait for 4 ms. */
function findSchedule(): Schedule {
  const immediate: unknown = Reflect.get(globalThis, "setImmediate");
  if (typeof immediate === "function") return (run) => void immediate(run);
  return byMessages().run;
}

/** Tasks that are the messages of a channel. */
export function byMessages(): {
  readonly run: Schedule;
  readonly close: () => void;
} {
  const due: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return {
    run: (run) => {
      due.push(run);
      port2.postMessage(undefined);
    },
    close: () => {
      port1.close();
      port2.close();
    },
  };
}
