/** What `heartbeat_test.ts` has imported in the worker. */

let pings = 0;

/** Numbers its pings. */
export function ping(): string {
  pings += 1;
  return `ping ${pings}`;
}

/** Knows the answers to its pings, late ones too. */
export function isPong(data: string | ArrayBuffer): boolean {
  const [, number] = typeof data === "string"
    ? /^ping (\d+)$/.exec(data) ?? []
    : [];
  return number !== undefined && Number(number) <= pings;
}
