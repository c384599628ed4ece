/** What `liveness_heartbeat_test.ts` has imported in the worker. */

let pings = 0;

/** Numbers its pings. */
export function ping(): string {
  pings += 1;
  return `ping ${pings}`;
}

/** Knows the answer to the latest one. */
export function isPong(data: string | ArrayBuffer): boolean {
  return data === `ping ${pings}`;
}
