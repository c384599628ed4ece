/**
 * Counting messages that a server sends as fast as it can.
 *
 * @module
 */

import type { Client } from "./subjects.ts";
import type { Figures } from "./scenario.ts";
import { mainThreadCpu, processCpu } from "./usage.ts";

/** Resolves at the message with this number, counted from now. */
export function arrival(client: Client, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    client.onmessage = () => {
      left -= 1;
      if (left === 0) resolve();
    };
  });
}

/** Asks for messages, and measures how they come in; some before that, to warm up. */
export async function measureFlood(
  client: Client,
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
): Promise<Figures> {
  await flood(client, warmUp);
  const started = {
    at: performance.now(),
    cpu: mainThreadCpu(),
    all: processCpu(),
  };
  await flood(client, count);
  const seconds = (performance.now() - started.at) / 1000;
  const each = (milliseconds: number) => milliseconds * 1000 / count;
  return {
    rate: count / seconds,
    cpu: each(mainThreadCpu() - started.cpu),
    all: each(processCpu() - started.all),
  };
}

async function flood(client: Client, count: number): Promise<void> {
  const arrived = arrival(client, count);
  client.send(`${count}`);
  await arrived;
}
