/**
 * The store's way to Redis: runs scripts, knows the generation of the data, and
 * whether the server can be used now.
 *
 * @module
 */

import type { Clock } from "../../../platform/clock.ts";
import {
  isReady,
  type RedisArgument,
  type RedisClient,
  send,
  textOf,
  watch,
} from "./client.ts";
import { faultOf, storeErrorOf, unavailable } from "./failures.ts";
import { readGeneration } from "./generation.ts";
import { SCRIPT_NAMES, type ScriptName, scriptText } from "./lua.ts";
import { Waits, within } from "./within.ts";

/**
 * `starting` until the first answer; `degraded` while Redis is away: steps are
 * rejected at once, and the store asks again with growing delays.
 */
export type RedisStatus = "starting" | "ready" | "degraded" | "closed";

/** What a runner is made with. */
export interface ScriptRunnerOptions {
  readonly client: RedisClient;
  readonly channels: string;
  /** Where the name of the data's generation is. */
  readonly generationKey: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  readonly clock: Pick<Clock, "now" | "after" | "random">;
  /** Called whenever the status has changed. */
  readonly onStatus: (status: RedisStatus, why: string) => void;
  /** The data may have gone back: no lease holds any more. */
  readonly onNewGeneration: () => void;
}

/** Delays between two checks whether Redis is back, in milliseconds. */
const FIRST_DELAY = 50;
const LAST_DELAY = 5_000;
/** How often to check the generation at most, in milliseconds. */
const CHECK_INTERVAL = 5_000;

/** Runs scripts on one Redis. */
export class ScriptRunner implements AsyncDisposable {
  readonly #options: ScriptRunnerOptions;
  readonly #watch: Disposable;
  /** For answers that come over the present connection. */
  readonly #waits = new Waits();
  #status: RedisStatus = "starting";
  #generation = "";
  #hashes: ReadonlyMap<ScriptName, string> = new Map();
  #refreshing: Promise<void> | undefined;
  #failures = 0;
  #checkedAt = -Infinity;
  #cancel = () => {};

  /** Takes a client that is connected, or connects by itself. */
  constructor(options: ScriptRunnerOptions) {
    this.#options = options;
    this.#watch = watch(options.client, {
      onReady: () => void this.refresh().catch(() => {}),
      onError: (error) => this.#degrade(error),
      onLost: () => this.#waits.end("the connection was lost"),
    });
  }

  /** What it is doing. */
  get status(): RedisStatus {
    return this.#status;
  }

  /** Changes whenever data may be gone; empty before the first answer. */
  get generation(): string {
    return this.#generation;
  }

  /** Runs a script. It is done once, or not at all, or nobody knows. */
  async run(
    name: ScriptName,
    keys: readonly string[],
    values: readonly RedisArgument[],
  ): Promise<unknown> {
    // Scripts of an older generation must not run on a server that has restarted.
    const isNew = this.#status === "ready" && this.#refreshing !== undefined;
    if (isNew || this.#status === "starting") await this.refresh();
    if (this.#status !== "ready") throw unavailable(this.#status);
    try {
      return await this.#call(name, keys, values);
    } catch (error) {
      if (faultOf(error) !== "unknown-script") throw this.#failed(error);
    }
    // The server has restarted: the generation shows whether it lost data.
    await this.refresh();
    return await this.#call(name, keys, values).catch((error) => {
      throw this.#failed(error);
    });
  }

  /** Sends a command that is no step. */
  async command(
    ...args: readonly [string, ...RedisArgument[]]
  ): Promise<unknown> {
    const { client } = this.#options;
    if (!isReady(client)) throw unavailable("not connected");
    const wanted = new AbortController();
    const answer = send(client, args, wanted.signal);
    try {
      return await within(answer, this.#options, [this.#waits]);
    } catch (error) {
      // The client may not have sent it yet.
      wanted.abort();
      throw error;
    }
  }

  /** Reads the generation anew, and loads the scripts for it. */
  refresh(): Promise<void> {
    return this.#refreshing ??= this.#load().finally(() => {
      this.#refreshing = undefined;
    });
  }

  /** Checks whether the generation has changed, unless it has done so just now. */
  async check(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#status === "ready" && now < this.#checkedAt + CHECK_INTERVAL) {
      return;
    }
    this.#checkedAt = now;
    try {
      if (await this.#readGeneration() === this.#generation) return;
    } catch (error) {
      throw this.#failed(error);
    }
    await this.refresh();
  }

  /** Stops. The client stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    this.#change("closed", "");
    this.#cancel();
    await this.#refreshing?.catch(() => {});
    this.#cancel();
  }

  async #load(): Promise<void> {
    try {
      const generation = await this.#readGeneration();
      const hashes = await this.#loadScripts(generation);
      // It may have restarted in between.
      if (await this.#readGeneration() !== generation) return this.#load();
      this.#hashes = hashes;
      this.#adopt(generation);
    } catch (error) {
      // A proxy in between may answer with errors of its own.
      const isDegraded = this.#status === "degraded";
      if (isDegraded || faultOf(error) === "away") this.#degrade(error);
      throw storeErrorOf(error);
    }
  }

  #readGeneration(): Promise<string> {
    return readGeneration(
      (...args) => this.command(...args),
      this.#options.generationKey,
    );
  }

  async #loadScripts(
    generation: string,
  ): Promise<ReadonlyMap<ScriptName, string>> {
    const { channels } = this.#options;
    const loaded = SCRIPT_NAMES.map(async (name) => {
      const text = scriptText(name, { generation, channels });
      const hash = await this.command("SCRIPT", "LOAD", text);
      return [name, textOf(hash)] as const;
    });
    return new Map(await Promise.all(loaded));
  }

  #adopt(generation: string): void {
    const before = this.#generation;
    this.#generation = generation;
    this.#failures = 0;
    this.#cancel();
    this.#change("ready", "");
    const isNew = before !== "" && before !== generation;
    if (isNew) this.#options.onNewGeneration();
  }

  #call(
    name: ScriptName,
    keys: readonly string[],
    values: readonly RedisArgument[],
  ): Promise<unknown> {
    const hash = this.#hashes.get(name)!;
    return this.command("EVALSHA", hash, `${keys.length}`, ...keys, ...values);
  }

  /** Steps that fail together do so for one reason: only the first one counts. */
  #failed(error: unknown): unknown {
    const isFirst = this.#status === "ready";
    if (isFirst && faultOf(error) === "away") this.#degrade(error);
    return storeErrorOf(error);
  }

  #degrade(error: unknown): void {
    if (this.#status === "closed") return;
    this.#change("degraded", storeErrorOf(error).message);
    this.#cancel();
    const { clock } = this.#options;
    const delay = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    this.#failures += 1;
    // Half of it at random: many nodes lose one Redis at the same time.
    this.#cancel = clock.after(
      delay * (1 + clock.random()) / 2,
      () => void this.refresh().catch(() => {}),
    );
  }

  #change(status: RedisStatus, why: string): void {
    if (this.#status === status || this.#status === "closed") return;
    this.#status = status;
    this.#options.onStatus(status, why);
  }
}
