/**
 * What this process has used, as Linux counts it.
 *
 * @module
 */

/** The CPU time of the main thread so far, in milliseconds, exact to the nanosecond. */
export function mainThreadCpu(): number {
  return threadCpu(`${Deno.pid}`);
}

/** The CPU time of all threads so far, in milliseconds. */
export function processCpu(): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    sum += threadCpu(name);
  }
  return sum;
}

/** The resident memory now, and at its highest so far, in MiB. */
export function memory(): { readonly now: number; readonly peak: number } {
  const status = Deno.readTextFileSync("/proc/self/status");
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** Holds the main thread up: nothing runs, and no CPU time is used. */
export function block(milliseconds: number): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(cell, 0, 0, milliseconds);
}

/** Keeps the main thread busy. */
export function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function threadCpu(thread: string): number {
  const path = `/proc/self/task/${thread}/schedstat`;
  return Number(Deno.readTextFileSync(path).split(" ")[0]) / 1e6;
}
