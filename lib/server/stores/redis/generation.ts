/**
 * The name of the data's generation, on which all nodes agree.
 *
 * A process of Redis has one `run_id`. While it is a primary, its data does not
 * go back. Its replication id may change all the same: when the first replica
 * comes, and when the last one has been gone for an hour. But if it was a
 * replica before, it had other data; `master_replid2` shows such a promotion.
 * The first node that meets new data gives it a name, and the others take that.
 *
 * @module
 */

import { type RedisArgument, textOf } from "./client.ts";
import { unavailable } from "./failures.ts";

/** Sends a command, and resolves to its answer. */
export type SendCommand = (
  ...args: readonly [string, ...RedisArgument[]]
) => Promise<unknown>;

/**
 * KEYS: the name. ARGV: run id, replication id, whether it was promoted and has
 * not changed its replication id since, the name that new data gets.
 *
 * The key is part of the data: a server that has restarted, or has taken the data
 * of another one, finds another run id in it.
 */
const NAME = `#!lua flags=allow-oom
local known = redis.call('HMGET', KEYS[1], 'run', 'id', 'name')
local isSame = known[2] == ARGV[2]
if known[1] == ARGV[1] and (isSame or ARGV[3] == 'never') then
  if not isSame then redis.call('HSET', KEYS[1], 'id', ARGV[2]) end
  return known[3]
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'id', ARGV[2], 'name', ARGV[4])
return ARGV[4]
`;

/**
 * Reads the name of the generation, and names it if it has none.
 *
 * @param key Where the name is.
 * @throws {SessionStoreError} If the server is a replica, or does not answer.
 */
export async function readGeneration(
  send: SendCommand,
  key: string,
): Promise<string> {
  const info = textOf(await send("INFO", "server")) +
    textOf(await send("INFO", "replication"));
  const fieldOf = (name: string) =>
    new RegExp(`^${name}:(\\w+)`, "m").exec(info)?.[1] ?? "";
  if (fieldOf("role") === "slave") throw unavailable("this is a replica");
  const [run, id] = [fieldOf("run_id"), fieldOf("master_replid")];
  const promoted = /[^0]/.test(fieldOf("master_replid2")) ? "once" : "never";
  const name = run.slice(0, 6) + id.slice(0, 6);
  return textOf(await send("EVAL", NAME, "1", key, run, id, promoted, name));
}
