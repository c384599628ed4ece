/**
 * Tells whether a machine was idle enough for what was measured on it.
 *
 * @module
 */

/** The part of this machine's processor time that nobody wanted, while `action` ran: 0 to 1. */
export async function idleShareOf(
  action: () => Promise<void>,
): Promise<number> {
  const before = await readTimes();
  await action();
  const after = await readTimes();
  return (after.idle - before.idle) / (after.total - before.total);
}

/** Linux counts, since it started, what processors did (proc_stat(5)). */
async function readTimes(): Promise<{ idle: number; total: number }> {
  const text = await Deno.readTextFile("/proc/stat");
  const times = text.slice(0, text.indexOf("\n")).split(/ +/).slice(1, 9)
    .map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  return { idle: (times[3] ?? 0) + (times[4] ?? 0), total };
}
