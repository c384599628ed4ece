/**
 * Whether what came in from the other thread is a post.
 *
 * @module
 */

import type { Command, Notice } from "./protocol.ts";

const COMMANDS: ReadonlySet<string> = new Set<Command["type"]>([
  "connect",
  "send",
  "cancel",
  "reconnect",
  "close",
  "abandon",
  "probe",
  "answer",
  "consumed",
  "keeping",
  "environment",
  "watch",
  "ack",
]);

const NOTICES: ReadonlySet<string> = new Set<Notice["type"]>([
  "ready",
  "messages",
  "taken",
  "unsent",
  "kept",
  "marked",
  "forgone",
  "status",
  "opened",
  "disconnected",
  "closed",
  "ask",
  "heartbeat",
  "probed",
  "dropped",
  "log",
  "alive",
  "crashed",
  "malformed",
  "ack",
]);

const WITHOUT_ID: ReadonlySet<string> = new Set([
  "environment",
  "watch",
  "ack",
  "ready",
  "messages",
  "alive",
  "crashed",
  "malformed",
]);

/** Tells whether a post that came in is an array of commands. */
export function isCommandPost(value: unknown): value is readonly Command[] {
  return isPost(value, COMMANDS);
}

/** Tells whether a post that came in is an array of notices. */
export function isNoticePost(value: unknown): value is readonly Notice[] {
  return isPost(value, NOTICES);
}

/**
 * Checks the envelope of each record: type and id. The rest is trusted, since
 * both halves are of one version once `ready` has been compared.
 */
function isPost(value: unknown, types: ReadonlySet<string>): boolean {
  return Array.isArray(value) &&
    value.every((record) => isRecord(record, types));
}

function isRecord(value: unknown, types: ReadonlySet<string>): boolean {
  if (typeof value !== "object" || value === null || !("type" in value)) {
    return false;
  }
  const { type } = value;
  if (typeof type !== "string" || !types.has(type)) return false;
  if (WITHOUT_ID.has(type)) return true;
  return "id" in value && Number.isSafeInteger(value.id);
}
