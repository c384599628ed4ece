/**
 * Starts one worker, watches it, and replaces it.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import {
  type Command,
  type EnvironmentChange,
  type Notice,
  PROTOCOL_VERSION,
} from "../../boundary/protocol.ts";
import { isPost } from "../../boundary/guards.ts";
import { batchesOf } from "../../boundary/batches.ts";
import type { ClientClock } from "../../platform/clock.ts";
import type { ConnectCommand, HostedConnection } from "./hosted_connection.ts";
import { PostSender } from "./post_sender.ts";
import {
  neverReady,
  NOT_READY,
  type RestartEnd,
  RestartPolicy,
  type RestartVerdict,
} from "./restart_policy.ts";
import type { StartWorkerPort, WorkerPort } from "./worker_port.ts";
import { Watchdog } from "./watchdog.ts";

/** What a supervisor works with. */
export interface WorkerSupervisorOptions {
  readonly start: StartWorkerPort;
  readonly clock: ClientClock;
  /**
   * Gives another supervisor to connections that leave a worker that crashes
   * again and again; `undefined` when there are too many workers already.
   */
  readonly split: (
    connections: readonly HostedConnection[],
    crashes: number,
  ) => WorkerSupervisor | undefined;
}

/** How long a worker may take, in milliseconds, until it is ready, and then until it works. */
const START_TIMEOUT = 10_000;
/** How long a worker may be silent, in milliseconds: another process may lock Deno's code cache for 5 s. */
const SILENCE_TIMEOUT = 10_000;
type State =
  | { readonly kind: "absent" }
  | {
    readonly kind: "starting";
    readonly endpoint: WorkerPort;
    readonly watchdog: Watchdog;
    /** The commands that it may have read by now. */
    readonly preAnnounced: ReadonlyMap<HostedConnection, ConnectCommand>;
  }
  | {
    readonly kind: "running";
    readonly endpoint: WorkerPort;
    readonly watchdog: Watchdog;
    readonly sender: PostSender;
    readonly since: number;
    /** Whether it has posted anything but `ready`: before that it loads its modules. */
    progress: "loading" | "working";
  }
  /** No worker. A restart, or the report of a failed start, is scheduled. */
  | { readonly kind: "pausing"; readonly cancel: () => void };

const ABSENT: State = { kind: "absent" };

/** Keeps a worker alive as long as a connection lives in it. */
export class WorkerSupervisor {
  readonly #options: WorkerSupervisorOptions;
  readonly #clock: ClientClock;
  readonly #connections = new Set<HostedConnection>();
  readonly #attached = new Map<number, HostedConnection>();
  #state: State = ABSENT;
  #lastId = 0;
  readonly #policy: RestartPolicy;
  /** The last network state, for the next worker. */
  #network: "online" | "offline" = "online";

  /** Makes a supervisor without a worker. */
  constructor(options: WorkerSupervisorOptions, crashes = 0) {
    this.#options = options;
    this.#clock = options.clock;
    this.#policy = new RestartPolicy(options.clock.random, crashes);
  }

  /** The connections that live here. */
  get connections(): ReadonlySet<HostedConnection> {
    return this.#connections;
  }

  /** Takes a connection in; the first one starts the worker. */
  join(connection: HostedConnection): void {
    this.#connections.add(connection);
    if (this.#state.kind === "absent") this.#begin();
    else if (this.#state.kind === "running") {
      const { sender } = this.#state;
      this.#attach(connection, sender, this.#connectCommand(connection));
    }
  }

  /** Lets a connection go; the last one ends the worker. */
  leave(connection: HostedConnection): void {
    if (!this.#connections.delete(connection)) return;
    for (const [id, each] of this.#attached) {
      if (each === connection) this.#attached.delete(id);
    }
    if (this.#state.kind === "running") {
      this.#state.sender.withdraw(connection);
    }
    if (this.#connections.size > 0) return;
    this.#stop();
    this.#policy.reset();
  }

  /** Immediately starts a new worker in place of one that crashed. */
  restartNow(): void {
    if (this.#state.kind !== "pausing") return;
    this.#state.cancel();
    this.#begin();
  }

  /** Passes on to the worker what the platform reports. */
  notify(change: EnvironmentChange): void {
    if (change === "online" || change === "offline") this.#network = change;
    if (this.#state.kind === "running") {
      this.#state.sender.send({ type: "environment", change });
    }
  }

  /** Takes connections over whose worker crashed; a new one starts after a while. */
  adopt(connections: readonly HostedConnection[], detail: string): void {
    for (const connection of connections) this.#connections.add(connection);
    this.#replace(this.#policy.afterCrash(detail));
  }

  #begin(): void {
    // Ignores what comes from an earlier worker.
    const isPresent = () =>
      "endpoint" in this.#state && this.#state.endpoint === endpoint;
    let endpoint: WorkerPort | undefined;
    try {
      endpoint = this.#options.start({
        post: (data) => isPresent() && this.#onPost(data),
        failed: (detail) => {
          const fail = () => isPresent() && this.#onFailure(detail);
          // Deno may report a failure before the `ready` that came first.
          if (this.#state.kind === "starting") this.#clock.after(0, fail);
          else fail();
        },
      }, this.#policy.failures);
    } catch (error) {
      return this.#failLater(
        error instanceof Error ? error.message : String(error),
      );
    }
    const watchdog = new Watchdog(this.#clock, {
      limit: () => this.#silenceLimit(),
      ask: () => this.#ask(),
      onTimeout: () => this.#onSilence(),
    });
    const preAnnounced = new Map<HostedConnection, ConnectCommand>();
    this.#state = { kind: "starting", endpoint, watchdog, preAnnounced };
    if (this.#network === "offline") return;
    for (const connection of this.#connections) {
      preAnnounced.set(connection, this.#connectCommand(connection));
    }
    endpoint.post([...preAnnounced.values()], []);
  }

  /** In a task of its own: `join()` does not call the connection back. */
  #failLater(detail: string): void {
    const cancel = this.#clock.after(0, () => {
      this.#stop();
      this.#endConnections(neverReady(detail));
    });
    this.#state = { kind: "pausing", cancel };
  }

  /**
   * A start may take as long as the most patient connection waits for an attempt.
   * One that waits for ever shares the limit of the others.
   */
  #silenceLimit(): number {
    if (this.#isWorking) return SILENCE_TIMEOUT;
    let limit = START_TIMEOUT;
    for (const { openTimeout } of this.#connections) {
      if (openTimeout < Infinity) limit = Math.max(limit, openTimeout);
    }
    return limit * this.#policy.startFactor;
  }

  get #isWorking(): boolean {
    return this.#state.kind === "running" && this.#state.progress === "working";
  }

  #ask(): void {
    const watch: Command = { type: "watch" };
    if (this.#state.kind === "running") this.#state.sender.send(watch);
    // Its answer begins with `ready`, should the first have been lost.
    if (this.#state.kind === "starting") this.#state.endpoint.post([watch], []);
  }

  #onSilence(): void {
    const limit = this.#silenceLimit();
    this.#onFailure(
      this.#state.kind === "starting"
        ? `It was not ready within ${limit} ms`
        : `It did not answer for ${limit} ms`,
    );
  }

  #onPost(data: unknown): void {
    if (!isPost<Notice>(data)) {
      return this.#onFailure("It sent something that is no notice");
    }
    switch (this.#state.kind) {
      case "starting":
        return this.#onFirstPost(data, this.#state);
      case "running":
        this.#state.progress = "working";
        this.#state.watchdog.heard();
        return this.#handle(data, this.#state.sender);
      case "absent":
      case "pausing":
    }
  }

  #onFirstPost(
    post: readonly Notice[],
    { endpoint, watchdog, preAnnounced }: Extract<
      State,
      { readonly kind: "starting" }
    >,
  ): void {
    const [ready] = post;
    if (ready?.type === "crashed") return this.#onFailure(ready.detail);
    if (ready?.type !== "ready") {
      return this.#onFailure(`${NOT_READY}\`${ready?.type}\``);
    }
    if (ready.version !== PROTOCOL_VERSION) {
      return this.#onVersion(ready.version);
    }
    watchdog.heard();
    this.#policy.started();
    const sender = new PostSender(endpoint, this.#clock);
    const since = this.#clock.now();
    const progress = post.length > 1 ? "working" : "loading";
    this.#state = {
      kind: "running",
      endpoint,
      watchdog,
      sender,
      since,
      progress,
    };
    if (this.#network === "offline") this.notify("offline");
    for (const connection of [...this.#connections]) {
      const connect = preAnnounced.get(connection) ??
        this.#connectCommand(connection);
      this.#attach(connection, sender, connect);
    }
    for (const [connection, { id }] of preAnnounced) {
      if (this.#connections.has(connection)) continue;
      sender.send({ type: "abandon", id });
    }
    this.#handle(post, sender);
  }

  /** Sends the `ack` together with the answers to this post. */
  #handle(post: readonly Notice[], sender: PostSender): void {
    sender.hold();
    try {
      for (const notice of post) this.#onNotice(notice);
    } finally {
      sender.release(post);
    }
  }

  #connectCommand(connection: HostedConnection): ConnectCommand {
    this.#lastId += 1;
    return connection.connectCommand(this.#lastId);
  }

  #attach(
    connection: HostedConnection,
    sender: PostSender,
    connect: ConnectCommand,
  ): void {
    this.#attached.set(connect.id, connection);
    sender.send(connect);
    connection.attached(sender, connect);
  }

  #onNotice(notice: Notice): void {
    // One of the notices before, in the same post, may have ended the worker.
    if (this.#state.kind !== "running") return;
    switch (notice.type) {
      case "ready":
      case "alive":
        return;
      case "ack":
        return this.#state.sender.acknowledge();
      case "messages":
        for (const batch of batchesOf(notice)) {
          this.#attached.get(batch.id)?.incoming.receive(batch);
        }
        return;
      case "crashed":
        return this.#onFailure(notice.detail);
      case "malformed":
        return this.#onFailure(
          `It could not read what it was sent: ${notice.detail}`,
        );
    }
    // A connection that has been forgotten gets no notice any more.
    this.#attached.get(notice.id)?.receive(notice);
  }

  #onVersion(version: number): void {
    this.#endConnections({
      kind: "end",
      detail:
        `The worker speaks version ${version} of the protocol and the main thread version ${PROTOCOL_VERSION}`,
      advice: "version",
    });
  }

  #onFailure(detail: string): void {
    const state = this.#state;
    this.#stop();
    const verdict = state.kind === "running"
      ? this.#policy.crashed(this.#clock.now() - state.since, detail)
      : this.#policy.startFailed(detail, this.#network);
    if (state.kind === "running" && this.#policy.suspectsConnections) {
      if (this.#split(detail)) {
        return this.#replace(this.#policy.afterCrash(detail));
      }
    }
    if (verdict.kind === "end") this.#endConnections(verdict);
    else this.#replace(verdict);
  }

  /**
   * Moves half of the connections to a worker of their own. Repeated, it leaves
   * the one alone that makes workers crash, and only that one ends.
   */
  #split(detail: string): boolean {
    const half = [...this.#connections].slice(
      Math.ceil(this.#connections.size / 2),
    );
    if (half.length === 0) return false;
    const other = this.#options.split(half, this.#policy.crashes);
    if (other === undefined) return false;
    for (const connection of half) this.#connections.delete(connection);
    other.adopt(half, detail);
    return true;
  }

  /** Starts a successor after a while. */
  #replace({ delay, detail }: RestartVerdict & { kind: "restart" }): void {
    const cancel = this.#clock.after(delay, () => this.#begin());
    this.#state = { kind: "pausing", cancel };
    const failure: Failure = { type: "worker", detail, retryable: true };
    for (const connection of [...this.#connections]) {
      connection.crashed(failure, delay);
    }
  }

  /** Connections that join from now on get a new start. */
  #endConnections({ kind: _, ...end }: RestartEnd): void {
    this.#stop();
    this.#policy.reset();
    const connections = [...this.#connections];
    this.#connections.clear();
    const failure: Failure = { type: "worker", retryable: false, ...end };
    for (const connection of connections) connection.ended(failure);
  }

  #stop(): void {
    const state = this.#state;
    this.#state = ABSENT;
    this.#attached.clear();
    switch (state.kind) {
      case "absent":
        return;
      case "pausing":
        return state.cancel();
      case "starting":
      case "running":
        state.watchdog.stop();
        state.endpoint.end();
    }
  }
}
