/**
 * What is done to all peers alike while messages come from a server.
 *
 * @module
 */

import { delay } from "@std/async";
import type { Outcome } from "./outcome.ts";

/** Where a fault is brought about. */
export interface FaultStage {
  /** Sends so many messages to each client, one each so many milliseconds. */
  emit(count: number, every: number): Promise<void>;
  /** Says what became of all that was sent meanwhile. */
  judgeDown(run: () => Promise<void>): Promise<Outcome>;
}

/** Ten messages, the fault, twenty messages. */
export function judgeFault<S extends FaultStage>(
  stage: S,
  fault: (stage: S) => Promise<void>,
): Promise<Outcome> {
  return stage.judgeDown(async () => {
    await stage.emit(10, 20);
    await delay(200);
    await fault(stage);
    await stage.emit(20, 50);
  });
}

/** Cuts four times, while messages come all the time. */
export async function cutQuickly(
  stage: FaultStage,
  cut: () => Promise<void>,
): Promise<void> {
  await stage.emit(10, 20);
  const stream = stage.emit(150, 10);
  for (let time = 0; time < 4; time += 1) {
    await cut();
    await delay(330 + 40 * time);
  }
  await stream;
  await delay(1_500);
}
