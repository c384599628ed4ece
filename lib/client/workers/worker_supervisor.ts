/**
 * One place for a worker: its life, its death, and the lives after it.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import {
  type Command,
  type EnvironmentChange,
  isNoticePost,
  type Notice,
  PROTOCOL_VERSION,
} from "../../boundary/protocol.ts";
import { type Batch, batchesOf } from "../../boundary/batches.ts";
import type { Clock } from "../../platform/clock.ts";
import { PostSender, type PostSource } from "./post_sender.ts";
import type { StartWorkerPort, WorkerPort } from "./web_worker_port.ts";
import type { ConnectionNotice } from "../../boundary/protocol.ts";
import { Watchdog } from "./watchdog.ts";

/** Who lives in a slot: a link. */
export interface HostedConnection extends PostSource {
  /** What a worker has to know first, be it the first one or a successor. */
  connectCommand(id: number): ConnectCommand;
  /** Takes the messages that arrive. */
  readonly incoming: { receive(batch: Batch): void };
  /** The worker is ready and has this `connect`. */
  attached(sender: PostSender, connect: ConnectCommand): void;
  /** A notice came from the worker. */
  receive(notice: ConnectionNotice): void;
  /** The worker is gone; its successor starts in `delay` milliseconds. */
  crashed(failure: Failure, delay: number): void;
  /** The worker is gone, and there will be no other. Leaves the pool. */
  ended(failure: Failure): void;
  /** Ends the connection. */
  close(closeCode: number | undefined, reason: string): void;
}

/** The first that a worker is told of a connection. */
export type ConnectCommand = Extract<Command, { readonly type: "connect" }>;

/** How long a script may take to load, in milliseconds. */
const START_TIMEOUT = 10_000;
/** How long a worker may be silent, in milliseconds. */
const SILENCE_TIMEOUT = 5_000;
/** So many crashes in a row end it. */
const MAX_CRASHES = 5;
/** A worker that lived as long as this, in milliseconds, forgets earlier crashes. */
const STABLE_AFTER = 30_000;
/** The longest wait after a first crash, in milliseconds; it doubles with each. */
const FIRST_DELAY = 100;

type State =
  | { readonly kind: "absent" }
  | {
    readonly kind: "starting";
    readonly endpoint: WorkerPort;
    readonly watchdog: Watchdog;
    /** What it may have read by now. */
    readonly preAnnounced: ReadonlyMap<HostedConnection, ConnectCommand>;
  }
  | {
    readonly kind: "running";
    readonly endpoint: WorkerPort;
    readonly watchdog: Watchdog;
    readonly sender: PostSender;
    readonly since: number;
  }
  /** Something is going to happen, unless it is cancelled. */
  | { readonly kind: "pausing"; readonly cancel: () => void };

const ABSENT: State = { kind: "absent" };

/** Keeps a worker alive as long as somebody lives in it. */
export class WorkerSupervisor {
  readonly #start: StartWorkerPort;
  readonly #clock: Clock;
  readonly #connections = new Set<HostedConnection>();
  readonly #attached = new Map<number, HostedConnection>();
  #state: State = ABSENT;
  #lastId = 0;
  #lastNonce = 0;
  /** In a row. */
  #crashes = 0;
  /** How often a worker has been ready. */
  #starts = 0;
  /** A successor has to be told. */
  #network: "online" | "offline" = "online";

  /** Makes a slot without a worker. */
  constructor(start: StartWorkerPort, clock: Clock) {
    this.#start = start;
    this.#clock = clock;
  }

  /** Who lives here. */
  get connections(): ReadonlySet<HostedConnection> {
    return this.#connections;
  }

  /** Takes a tenant in; the first one starts the worker. */
  join(tenant: HostedConnection): void {
    this.#connections.add(tenant);
    if (this.#state.kind === "absent") this.#begin();
    else if (this.#state.kind === "running") {
      this.#attach(tenant, this.#state.sender, this.#connectCommand(tenant));
    }
  }

  /** Lets a tenant go; the last one ends the worker. */
  leave(tenant: HostedConnection): void {
    if (!this.#connections.delete(tenant)) return;
    for (const [id, each] of this.#attached) {
      if (each === tenant) this.#attached.delete(id);
    }
    if (this.#state.kind === "running") this.#state.sender.withdraw(tenant);
    if (this.#connections.size > 0) return;
    this.#stop();
    this.#crashes = 0;
  }

  /** Starts the successor of a worker that crashed at once. */
  restartNow(): void {
    if (this.#state.kind !== "pausing" || this.#starts === 0) return;
    this.#state.cancel();
    this.#begin();
  }

  /** Tells the worker what the platform told. */
  notify(change: EnvironmentChange): void {
    if (change !== "wake") this.#network = change;
    if (this.#state.kind === "running") {
      this.#state.sender.send({ type: "environment", change });
    }
  }

  #begin(): void {
    // What comes from an earlier worker finds that it is not the present one.
    const isPresent = () =>
      "endpoint" in this.#state && this.#state.endpoint === endpoint;
    let endpoint: WorkerPort | undefined;
    try {
      endpoint = this.#start({
        post: (data) => isPresent() && this.#onPost(data),
        failed: (detail) => {
          const fail = () => isPresent() && this.#onFailure(detail);
          // Deno may tell of a failure before the `ready` that came first.
          if (this.#state.kind === "starting") this.#clock.after(0, fail);
          else fail();
        },
      });
    } catch (error) {
      return this.#failLater(
        error instanceof Error ? error.message : String(error),
      );
    }
    const watchdog = new Watchdog(this.#clock, {
      limit: START_TIMEOUT,
      ask: () => {},
      onTimeout: () =>
        this.#onFailure(`It was not ready within ${START_TIMEOUT} ms`),
    });
    const preAnnounced = new Map<HostedConnection, ConnectCommand>();
    this.#state = { kind: "starting", endpoint, watchdog, preAnnounced };
    if (this.#network === "offline") return;
    for (const tenant of this.#connections) {
      preAnnounced.set(tenant, this.#connectCommand(tenant));
    }
    endpoint.post([...preAnnounced.values()], []);
  }

  /** A tenant is told of nothing while it joins. */
  #failLater(detail: string): void {
    const cancel = this.#clock.after(0, () => this.#onFailure(detail));
    this.#state = { kind: "pausing", cancel };
  }

  #onPost(data: unknown): void {
    if (!isNoticePost(data)) {
      return this.#onFailure("It sent something that is no notice");
    }
    switch (this.#state.kind) {
      case "starting":
        return this.#onFirstPost(data, this.#state);
      case "running":
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
      return this.#onFailure("Its first notice was not `ready`");
    }
    if (ready.version !== PROTOCOL_VERSION) {
      return this.#onVersion(ready.version);
    }
    watchdog.stop();
    this.#starts += 1;
    const sender = new PostSender(endpoint, this.#clock);
    const watching = new Watchdog(this.#clock, {
      limit: SILENCE_TIMEOUT,
      ask: () => this.#ask(sender),
      onTimeout: () =>
        this.#onFailure(`It did not answer for ${SILENCE_TIMEOUT} ms`),
    });
    const since = this.#clock.now();
    this.#state = {
      kind: "running",
      endpoint,
      watchdog: watching,
      sender,
      since,
    };
    if (this.#network === "offline") this.notify("offline");
    for (const tenant of [...this.#connections]) {
      this.#attach(
        tenant,
        sender,
        preAnnounced.get(tenant) ?? this.#connectCommand(tenant),
      );
    }
    for (const [tenant, { id }] of preAnnounced) {
      if (!this.#connections.has(tenant)) sender.send({ type: "abandon", id });
    }
    this.#handle(post, sender);
  }

  /** Its `ack` goes with all that the post gives rise to. */
  #handle(post: readonly Notice[], sender: PostSender): void {
    sender.hold();
    try {
      for (const notice of post) this.#onNotice(notice);
    } finally {
      sender.release(post);
    }
  }

  #ask(sender: PostSender): void {
    this.#lastNonce += 1;
    sender.send({ type: "watch", nonce: this.#lastNonce });
  }

  #connectCommand(tenant: HostedConnection): ConnectCommand {
    this.#lastId += 1;
    return tenant.connectCommand(this.#lastId);
  }

  #attach(
    tenant: HostedConnection,
    sender: PostSender,
    introduction: ConnectCommand,
  ): void {
    const { id } = introduction;
    this.#attached.set(id, tenant);
    sender.send(introduction);
    tenant.attached(sender, introduction);
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
    // Of a connection that has been forgotten: nobody is interested.
    this.#attached.get(notice.id)?.receive(notice);
  }

  #onVersion(version: number): void {
    this.#endConnections(
      `The worker speaks version ${version} of the protocol and the main thread version ` +
        `${PROTOCOL_VERSION}: serve the worker of the same release, and none from a cache`,
    );
  }

  #onFailure(detail: string): void {
    const life = this.#state.kind === "running"
      ? this.#clock.now() - this.#state.since
      : 0;
    this.#stop();
    if (this.#starts === 0) return this.#endConnections(explainStart(detail));
    this.#crashes = life >= STABLE_AFTER ? 1 : this.#crashes + 1;
    if (this.#crashes >= MAX_CRASHES) {
      return this.#endConnections(
        `The worker crashed ${MAX_CRASHES} times in a row: ${detail}`,
      );
    }
    // `backoffDelay()` checks its arguments, which weighs more than this.
    const limit = FIRST_DELAY * 2 ** (this.#crashes - 1);
    const delay = this.#clock.random() * limit;
    const cancel = this.#clock.after(delay, () => this.#begin());
    this.#state = { kind: "pausing", cancel };
    const failure: Failure = {
      type: "worker",
      detail: `The worker crashed and is started again: ${detail}`,
      retryable: true,
    };
    for (const tenant of [...this.#connections]) tenant.crashed(failure, delay);
  }

  /** Tenants who come from now on get a new start. */
  #endConnections(detail: string): void {
    this.#stop();
    this.#crashes = 0;
    const tenants = [...this.#connections];
    this.#connections.clear();
    const failure: Failure = { type: "worker", detail, retryable: false };
    for (const tenant of tenants) tenant.ended(failure);
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

/** Says why a worker may not have started, and what to do about it. */
function explainStart(detail: string): string {
  const advice = /requires? read access|notcapable|permission/i.test(detail)
    ? "grant --allow-read for the folder of the package, or import it from JSR"
    : "check that the script can be loaded (404, content security policy `worker-src`, " +
      "bundler), or name another with `new WorkerHost({ url })`";
  return `The worker could not be started: ${detail}; ${advice}`;
}
