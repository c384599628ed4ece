/** Ends its worker by a rejection that nobody handles. */

export function ping(): string {
  Promise.reject(new Error("Boom"));
  return "ping";
}
