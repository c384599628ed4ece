/** Ends its thread of Node by the limit of memory. */

export function ping(): never {
  const all: number[][] = [];
  for (;;) all.push(new Array(100_000).fill(all.length));
}
