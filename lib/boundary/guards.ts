/**
 * Whether what came in from the other thread is a post.
 *
 * @module
 */

import type { Command, Notice } from "./protocol.ts";

const WITHOUT_ID: ReadonlySet<unknown> = new Set<(Command | Notice)["type"]>([
  "environment",
  "watch",
  "ack",
  "ready",
  "messages",
  "alive",
  "crashed",
  "malformed",
]);

/**
 * Returns whether what came in is an array of records, each with a type and,
 * where it belongs to a connection, its id: other scripts and hooks can post
 * anything. The rest is trusted, since both halves are of one version once
 * `ready` has been compared.
 */
export function isPost<R extends Command | Notice>(
  value: unknown,
): value is readonly R[] {
  return Array.isArray(value) && value.every(isRecord);
}

function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("type" in value)) {
    return false;
  }
  return WITHOUT_ID.has(value.type) ||
    "id" in value && Number.isSafeInteger(value.id);
}
