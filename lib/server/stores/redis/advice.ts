/**
 * Settings of Redis with which sessions can be lost.
 *
 * @module
 */

import { listOf } from "./answers.ts";
import { textOf } from "./client.ts";

/** Sends a command; rejects where it is forbidden. */
type SendCommand = (
  ...args: readonly [string, ...string[]]
) => Promise<unknown>;

/** Lists the settings to change; none if the server does not show them. */
export async function adviceOn(send: SendCommand): Promise<readonly string[]> {
  const [policy, appendOnly, sync] = await Promise.all([
    settingOf(send, "maxmemory-policy"),
    settingOf(send, "appendonly"),
    settingOf(send, "appendfsync"),
  ]);
  const advice: string[] = [];
  if (policy !== undefined && policy !== "noeviction") {
    advice.push(
      `maxmemory-policy is ${policy}: Redis may evict sessions. Set noeviction`,
    );
  }
  if (appendOnly === "no") {
    advice.push(
      "appendonly is no: a restart of Redis loses the newest data. Set yes",
    );
  } else if (appendOnly === "yes" && sync === "no") {
    advice.push(
      "appendfsync is no: a crash of the machine loses data. Set everysec or always",
    );
  }
  return advice;
}

/** Services that run Redis for others often forbid CONFIG. */
async function settingOf(
  send: SendCommand,
  name: string,
): Promise<string | undefined> {
  try {
    const reply = await send("CONFIG", "GET", name);
    const value = reply instanceof Map
      ? reply.get(name)
      : listOf(reply)[1] ?? Reflect.get(Object(reply), name);
    return value === undefined ? undefined : textOf(value);
  } catch {
    return undefined;
  }
}
