/**
 * One connection's half of the boundary, on the main thread.
 *
 * @module
 */

import { LOST } from "../../rfc6455/close.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import type {
  Answer,
  DropReason,
  Setup,
  StatusNotice,
} from "../../boundary/protocol.ts";
import type { Batch } from "../../boundary/batches.ts";
import { Closing } from "./closing.ts";
import type { Post } from "../workers/post_sender.ts";
import { guard } from "../../platform/guard.ts";
import type { RemoteConnectionListener } from "./listener.ts";
import type { ConnectionNotice } from "../../boundary/protocol.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import { PendingRequests } from "./pending_requests.ts";
import type { Sendable } from "./message_data.ts";
import { ReceiveQueue, type ReceiveQueueListener } from "./receive_queue.ts";
import type { Attachment } from "../workers/attachment.ts";
import {
  type SendOptions,
  SendQueue,
  type SendQueueListener,
  type SendTicket,
} from "./send_queue.ts";
import { GuardedListener } from "./guarded_listener.ts";
import type { WorkerPool } from "../workers/worker_pool.ts";
import type {
  ConnectCommand,
  HostedConnection,
} from "../workers/worker_supervisor.ts";

type Phase =
  | { readonly kind: "live" }
  | Closing
  | { readonly kind: "ended" };

type End = Pick<NoticeOf<"closed">, "info" | "cause" | "failure">;

const LIVE: Phase = { kind: "live" };
const ENDED: Phase = { kind: "ended" };
/** How it ends where there is no worker that closes it. */
const WITHOUT_WORKER: End = { info: LOST, cause: "requested" };

/** One connection, as the main thread sees it. */
export class RemoteConnection
  implements HostedConnection, SendQueueListener, ReceiveQueueListener {
  /** Something can be pulled, or the end has come. Only while pulling. */
  onavailable: (() => void) | undefined;
  readonly #setup: Setup;
  readonly #pool: WorkerPool;
  readonly #outgoing: SendQueue;
  readonly #incoming: ReceiveQueue;
  readonly #listener: GuardedListener;
  /** `undefined` while there is no worker. */
  #attachment: Attachment | undefined;
  /** As it was told last, be it that the listener does not know yet. */
  #status: StatusNotice;
  #autoConnect: boolean;
  #opens = 0;
  #id = 0;
  #phase = LIVE;
  /** Made with the first of them. */
  #requests: PendingRequests | undefined;

  /** Starts a connection in a worker of the pool. */
  constructor(
    pool: WorkerPool,
    setup: Setup,
    outbox: OutboxLimits,
    listener: RemoteConnectionListener,
  ) {
    this.#pool = pool;
    this.#setup = setup;
    this.#autoConnect = setup.autoConnect;
    this.#status = {
      kind: setup.autoConnect ? "connecting" : "idle",
      attempt: 0,
    };
    this.#listener = new GuardedListener(listener);
    this.#outgoing = new SendQueue(outbox, pool.clock, this);
    this.#incoming = new ReceiveQueue(this);
    pool.join(this);
  }

  /** The connection's id in the present worker or the last one; 0 before the first. */
  get id(): number {
    return this.#id;
  }

  /** The size of the messages that the transport has not taken, in bytes. */
  get bufferedAmount(): number {
    return this.#outgoing.bytes;
  }

  /** How many messages the transport has not taken. */
  get outboxMessages(): number {
    return this.#outgoing.messages;
  }

  /** What has arrived on this thread so far, read or not; sizes in bytes. */
  get arrived(): { readonly messages: number; readonly bytes: number } {
    return this.#incoming.received;
  }

  /** How many messages have arrived on this thread and wait for a consumer. */
  get inboxMessages(): number {
    return this.#incoming.messages;
  }

  /**
   * Queues a message, copied as it is now. A `Blob` counts with its size at once
   * and is read when its turn comes. Once the end has begun it is dropped.
   *
   * @returns What `cancel()` takes, or `"overflow"` when the outbox is full and
   * its rule is to reject.
   */
  send(data: Sendable, options: SendOptions = {}): SendTicket | "overflow" {
    return this.#outgoing.push(data, options);
  }

  /** Takes a message back; its outcome tells whether that was in time. */
  cancel(ticket: SendTicket): void {
    const message = this.#outgoing.cancel(ticket);
    if (message === undefined || this.#attachment === undefined) return;
    this.#attachment.send({ type: "cancel", id: this.#attachment.id, message });
  }

  /**
   * Resolves when a message of so many bytes fits, or when none will any more
   * because the end has begun: send, and look at the outcome.
   */
  waitForCapacity(bytes: number, signal?: AbortSignal): Promise<void> {
    return this.#outgoing.waitForCapacity(bytes, signal);
  }

  /**
   * Says who gets the messages: `"push"`, the listener, or, for good, `"pull"`.
   * Before that, 1 MiB of them is held.
   */
  consume(mode: "push" | "pull"): void {
    this.#incoming.consume(mode);
  }

  /**
   * The next message that has arrived. Only while pulling; after `closed` too,
   * unless it was `close()` that ended it.
   */
  pull(): Data | undefined {
    return this.#incoming.pull();
  }

  /** Tells at once what has been dropped so far. */
  reportDrops(): void {
    this.#listener.flushDrops();
  }

  /** Makes a new attempt at once. Messages sent before cross before. */
  reconnect(reason: string): void {
    if (this.#phase.kind !== "live") return;
    this.#autoConnect = true;
    if (this.#attachment === undefined) return this.#pool.restartNow(this);
    const { id, staged } = this.#attachment;
    while (this.#outgoing.fill(staged, id) === "more");
    // What is sent from now on is meant for the new connection.
    this.#outgoing.closeGate();
    this.#attachment.send({ type: "reconnect", id, reason });
  }

  /** Asks for a ping; `probed` answers with the same number. */
  probe(request: number): void {
    this.#pendingRequests().probe(request, this.#attachment);
  }

  /** Answers a question. Late answers are ignored. */
  answer(question: number, answer: Answer): void {
    this.#requests?.answer({ question, answer }, this.#attachment);
  }

  /**
   * Ends the connection. While it is open, what was queued goes out first, as
   * far as `closeTimeout` allows; otherwise it is dropped. No message is
   * delivered any more.
   */
  close(closeCode: number | undefined, reason: string): void {
    if (this.#phase.kind !== "live") return;
    this.#incoming.refuse("closed");
    const closing = new Closing({ closeCode, reason }, this.#outgoing);
    this.#phase = closing;
    const { clock } = this.#pool;
    if (this.#attachment === undefined) {
      closing.limit(clock, 0, () => this.#end(WITHOUT_WORKER));
      return this.#outgoing.clear("closed");
    }
    const { closeTimeout } = this.#setup.config;
    closing.limit(
      clock,
      closeTimeout,
      () => closing.skipDrain(this.#attachment),
    );
    if (this.#status.kind === "open") this.#attachment.requestTurn();
    else closing.skipDrain(this.#attachment);
  }

  // What follows is for the worker's slot.

  /** What a worker has to know first, be it the first one or a successor. */
  connectCommand(id: number): ConnectCommand {
    // One that is about to end makes no attempt any more.
    const autoConnect = this.#autoConnect && this.#phase.kind === "live";
    return { type: "connect", id, setup: { ...this.#setup, autoConnect } };
  }

  /** The worker is ready, and has been told that. */
  attached(seat: Attachment, { setup }: ConnectCommand): void {
    const { id } = seat;
    this.#attachment = seat;
    this.#id = id;
    // Nobody else would tell the worker that it has ended.
    if (this.#phase.kind !== "live") return this.#closing?.skipDrain(seat);
    // `reconnect()` may have been called since.
    if (setup.autoConnect || !this.#autoConnect) return;
    seat.send({ type: "reconnect", id, reason: "" });
  }

  /** Says what there is to say, messages up to one turn. */
  fill(post: Post): "done" | "more" {
    if (this.#attachment === undefined) return "done";
    const { id } = this.#attachment;
    this.#attachment.fill(post);
    const credit = this.#incoming.takeCredit();
    if (credit.messages > 0) {
      post.records.push({ type: "consumed", id, ...credit });
    }
    const turn = this.#outgoing.fill(post, id);
    this.#closing?.fill(post, id);
    return turn;
  }

  /** The worker told something. */
  receive(notice: ConnectionNotice): void {
    switch (notice.type) {
      case "taken":
        return this.#outgoing.taken(notice.upTo);
      case "unsent":
        return this.#outgoing.unsent(notice.message, notice.reason);
      case "status":
        this.#noteStatus(notice.status);
        return this.#notifyAfter(
          notice.after,
          (listener) => listener.status(notice.status),
        );
      case "opened":
        return this.#onOpened(notice);
      case "disconnected":
        this.#noteStatus(notice.status);
        return this.#notifyAfter(
          notice.after,
          (listener) => listener.disconnected(notice),
        );
      case "closed":
        return this.#onClosed(notice);
      case "dropped":
        return this.#incoming.missed(notice);
      case "ask":
        return this.#pendingRequests().onAsk(notice);
      case "probed":
        return this.#requests?.onProbed(notice);
      case "heartbeat":
        return this.#listener.notify((listener) => listener.heartbeat(notice));
      case "log":
        return this.#listener.notify((listener) => listener.log(notice));
    }
  }

  /** Messages came. */
  deliver(batch: Batch): void {
    this.#incoming.receive(batch);
  }

  /** The worker is gone; its successor starts in `delay` milliseconds. */
  crashed(failure: Failure, delay: number): void {
    const { kind, attempt } = this.#status;
    this.#detach(failure);
    if (this.#phase.kind !== "live") return this.#end(WITHOUT_WORKER);
    if (kind === "idle") return;
    this.#autoConnect = true;
    const status = { kind: "waiting", attempt, delay } as const;
    this.#status = status;
    if (kind === "waiting") {
      return this.#listener.notify((listener) => listener.status(status));
    }
    const loss = { id: 0, after: 0, status, info: LOST, failure, attempt };
    this.#listener.notify((listener) =>
      listener.disconnected({ type: "disconnected", ...loss })
    );
  }

  /** The worker is gone, and there will be no other. */
  ended(failure: Failure): void {
    this.#detach(failure);
    const live = this.#phase.kind === "live";
    this.#end(live ? { info: LOST, cause: "fatal", failure } : WITHOUT_WORKER);
  }

  // What follows is for the queues.

  /** There is something to say now. */
  ready(): void {
    this.#attachment?.requestTurn();
  }

  /** A message is dispatched. */
  message(data: Data): void {
    this.#listener.message(data);
  }

  /** There is something to pull. */
  available(): void {
    guard(() => this.onavailable?.());
  }

  /** A message left the queue unsent. */
  unsent(bytes: number, reason: DropReason): void {
    this.#listener.addDrop({ count: 1, bytes, direction: "outbound", reason });
    // It may have been the last one that the end waited for.
    if (this.#closing?.isDraining) this.ready();
  }

  /** Messages left the queue unread. */
  unread(count: number, bytes: number, reason: DropReason): void {
    this.#listener.addDrop({ count, bytes, direction: "inbound", reason });
  }

  get #closing(): Closing | undefined {
    return this.#phase.kind === "closing" ? this.#phase : undefined;
  }

  #pendingRequests(): PendingRequests {
    return this.#requests ??= new PendingRequests(this.#listener);
  }

  #notifyAfter(
    after: number,
    what: (listener: RemoteConnectionListener) => void,
  ): void {
    this.#incoming.defer(after, () => this.#listener.notify(what));
  }

  #noteStatus(status: StatusNotice): void {
    this.#status = status;
    if (status.kind === "open") return;
    this.#outgoing.closeGate();
    this.#closing?.skipDrain(this.#attachment);
  }

  #onOpened(notice: NoticeOf<"opened">): void {
    this.#noteStatus(notice.status);
    // A successor of the worker does not know of earlier connections.
    const reconnected = notice.reconnected || this.#opens > 0;
    this.#opens += 1;
    this.#outgoing.openGate();
    this.#notifyAfter(
      notice.after,
      (listener) => listener.opened({ ...notice, reconnected }),
    );
  }

  /** What has arrived before may still be on its way. */
  #onClosed(notice: NoticeOf<"closed">): void {
    this.#noteStatus(notice.status);
    this.#outgoing.end("closed");
    this.#incoming.defer(notice.after, () => this.#conclude(notice));
  }

  /** All that the worker knew is gone with it. */
  #detach(failure: Failure): void {
    this.#attachment = undefined;
    this.#requests?.forgetQuestions();
    this.#outgoing.crashed();
    this.#incoming.crashed();
    this.#requests?.answerProbes({ kind: "failure", failure });
  }

  /** Ends it without the worker. */
  #end(end: End): void {
    if (this.#phase.kind === "ended") return;
    const status = { kind: "closed", attempt: this.#status.attempt } as const;
    this.#incoming.releaseAll();
    this.#conclude({ type: "closed", id: 0, after: 0, status, ...end });
  }

  /** Where messages are pulled, some may come after this, and the worker lives until then. */
  #conclude(notice: NoticeOf<"closed">): void {
    if (this.#phase.kind === "ended") return;
    this.#release();
    this.#incoming.end();
    this.#requests?.answerProbes({ kind: "not-open" });
    this.#listener.notify((listener) => listener.closed(notice));
    this.#incoming.whenArrived(notice.after, () => {
      this.#pool.leave(this);
      this.available();
    });
  }

  #release(): void {
    this.#closing?.end();
    this.#phase = ENDED;
    this.#attachment = undefined;
    this.#outgoing.end("closed");
  }
}
