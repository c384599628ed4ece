/**
 * One connection's half of the boundary, on the main thread.
 *
 * @module
 */

import { LOST } from "../connection/close.ts";
import type { Data } from "../connection/config.ts";
import type { Failure } from "../connection/failure.ts";
import type { OutboxLimits } from "../connection/outbox.ts";
import type {
  Answer,
  Command,
  DropReason,
  Setup,
  StatusNotice,
} from "../protocol.ts";
import type { Clock } from "./clock.ts";
import type { Post } from "./courier.ts";
import { DropReport } from "./drop_report.ts";
import { guard } from "./guard.ts";
import type {
  ConnectionNotice,
  LinkListener,
  NoticeOf,
} from "./link_listener.ts";
import { LinkRequests } from "./link_requests.ts";
import type { Sendable } from "./message_data.ts";
import { ReceiveQueue, type ReceiveQueueListener } from "./receive_queue.ts";
import {
  type SendOptions,
  SendQueue,
  type SendQueueListener,
  type SendTicket,
} from "./send_queue.ts";
import type { WorkerPool } from "./worker_pool.ts";
import type { Seat, Tenant } from "./worker_slot.ts";

export type { OutboxLimits } from "../connection/outbox.ts";
export type { Drop } from "./drop_report.ts";
export type { LinkListener, NoticeOf } from "./link_listener.ts";
export type { Sendable } from "./message_data.ts";
export type { SendOptions, SendOutcome, SendTicket } from "./send_queue.ts";

/** How far the end has come. */
type Ending =
  | { readonly kind: "none" }
  /** The worker does not know yet; `cancel` takes back what else would end it. */
  | {
    readonly kind: "draining";
    readonly closing: Closing;
    readonly cancel: () => void;
  }
  | { readonly kind: "told" }
  | { readonly kind: "ended" };

interface Closing {
  readonly closeCode: number | undefined;
  readonly reason: string;
}

type End = Pick<NoticeOf<"closed">, "info" | "cause" | "failure">;
type ProbeResult = NoticeOf<"probed">["result"];

const NOT_ENDING: Ending = { kind: "none" };

/** One connection, as the main thread sees it. */
export class Link implements Tenant, SendQueueListener, ReceiveQueueListener {
  /** Something can be pulled, or the end has come. Only while pulling. */
  onavailable: (() => void) | undefined;
  readonly #setup: Setup;
  readonly #listener: LinkListener;
  readonly #pool: WorkerPool;
  readonly #clock: Clock;
  readonly #outgoing: SendQueue;
  readonly #incoming: ReceiveQueue;
  readonly #drops: DropReport;
  readonly #arrived = { messages: 0, bytes: 0 };
  /** Commands, and messages that must precede one of them, in their order. */
  #staged: Post | undefined;
  /** `undefined` while there is no worker. */
  #seat: Seat | undefined;
  /** As it was told last, be it that the listener does not know yet. */
  #status: StatusNotice;
  #autoConnect: boolean;
  #opens = 0;
  #id = 0;
  #ending: Ending = NOT_ENDING;
  /** Made with the first of them. */
  #requests: LinkRequests | undefined;

  /** Starts a connection in a worker of the pool. */
  constructor(
    pool: WorkerPool,
    setup: Setup,
    outbox: OutboxLimits,
    listener: LinkListener,
  ) {
    this.#pool = pool;
    this.#setup = setup;
    this.#listener = listener;
    this.#clock = pool.clock;
    this.#autoConnect = setup.autoConnect;
    this.#status = {
      kind: setup.autoConnect ? "connecting" : "idle",
      attempt: 0,
    };
    this.#drops = new DropReport(listener);
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
    return this.#arrived;
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
    if (message === undefined || this.#seat === undefined) return;
    this.#command({ type: "cancel", id: this.#seat.id, message });
  }

  /**
   * Resolves when a message of so many bytes fits, or when none will any more
   * because the end has begun: send, and look at the outcome.
   */
  room(bytes: number, signal?: AbortSignal): Promise<void> {
    return this.#outgoing.room(bytes, signal);
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
  tellDrops(): void {
    this.#drops.flush();
  }

  /** Makes a new attempt at once. Messages sent before cross before. */
  reconnect(reason: string): void {
    if (this.#ending.kind !== "none") return;
    this.#autoConnect = true;
    if (this.#seat === undefined) return this.#pool.hurry(this);
    const { id } = this.#seat;
    this.#staged ??= emptyPost();
    while (this.#outgoing.speak(this.#staged, id) === "more");
    // What is sent from now on is meant for the new connection.
    this.#outgoing.shut();
    this.#command({ type: "reconnect", id, reason });
  }

  /** Asks for a ping; `probed` answers with the same number. */
  probe(request: number): void {
    this.#requests ??= new LinkRequests();
    this.#requests.probe(request);
    if (this.#seat) {
      this.#command({ type: "probe", id: this.#seat.id, request });
    } else queueMicrotask(() => this.#answerProbes({ kind: "not-open" }));
  }

  /** Answers a question. Late answers are ignored. */
  answer(question: number, answer: Answer): void {
    const asked = this.#requests?.answered(question);
    if (asked === undefined || this.#seat === undefined) return;
    const { id } = this.#seat;
    this.#command({ type: "answer", id, question: asked, answer });
  }

  /**
   * Ends the connection. While it is open, what was queued goes out first, as
   * far as `closeTimeout` allows; otherwise it is dropped. No message is
   * delivered any more.
   */
  close(closeCode: number | undefined, reason: string): void {
    if (this.#ending.kind !== "none") return;
    this.#incoming.refuse("closed");
    this.#outgoing.stop();
    const closing: Closing = { closeCode, reason };
    const cancel = this.#seat
      ? this.#clock.after(
        this.#setup.config.closeTimeout,
        () => this.#closeNow(),
      )
      : this.#clock.after(
        0,
        () => this.#end({ info: LOST, cause: "requested" }),
      );
    this.#ending = { kind: "draining", closing, cancel };
    if (this.#seat === undefined) this.#outgoing.clear("closed");
    else if (this.#status.kind === "open") this.#seat.request();
    else this.#closeNow();
  }

  /** Forgets everything at once and tells the listener nothing more. */
  abandon(): void {
    if (this.#ending.kind === "ended") return;
    this.#seat?.say({ type: "abandon", id: this.#seat.id });
    this.#release();
    this.#incoming.forget();
    this.#requests?.forget();
    this.#drops.forget();
    this.#pool.leave(this);
  }

  // What follows is for the worker's slot.

  /** There is a worker, be it the first one or a successor. */
  seated(seat: Seat): void {
    this.#seat = seat;
    this.#id = seat.id;
    const setup = { ...this.#setup, autoConnect: this.#autoConnect };
    this.#command({ type: "connect", id: seat.id, setup });
  }

  /** Says what there is to say, messages up to one turn. */
  speak(post: Post): "done" | "more" {
    if (this.#seat === undefined) return "done";
    const { id } = this.#seat;
    if (this.#staged !== undefined) append(post, this.#staged);
    this.#staged = undefined;
    const credit = this.#incoming.takeCredit();
    if (credit.messages > 0) {
      post.records.push({ type: "consumed", id, ...credit });
    }
    const turn = this.#outgoing.speak(post, id);
    if (this.#ending.kind === "draining" && this.#outgoing.waiting === 0) {
      post.records.push(
        this.#tellClose(this.#ending, { id, sent: this.#outgoing.crossed }),
      );
    }
    return turn;
  }

  /** The worker told something. */
  receive(notice: ConnectionNotice): void {
    switch (notice.type) {
      case "messages":
        this.#arrived.messages += notice.messages.length;
        this.#arrived.bytes += notice.bytes;
        return this.#incoming.receive(notice);
      case "taken":
        return this.#outgoing.taken(notice.upTo);
      case "unsent":
        return this.#outgoing.unsent(notice.message, notice.reason);
      case "status":
        return this.#onStatus(notice);
      case "opened":
        return this.#onOpened(notice);
      case "disconnected":
        this.#outgoing.shut();
        return this.#tellAfter(
          notice.after,
          () => this.#listener.disconnected(notice),
        );
      case "closed":
        return this.#onClosed(notice);
      case "dropped":
        return this.#onDropped(notice);
      case "ask":
        return this.#onAsk(notice);
      case "probed":
        return this.#onProbed(notice);
      case "heartbeat":
        return this.#tell(() => this.#listener.heartbeat(notice));
      case "log":
        return this.#tell(() => this.#listener.log(notice));
    }
  }

  /** The worker is gone; its successor starts in `delay` milliseconds. */
  crashed(failure: Failure, delay: number): void {
    const { kind, attempt } = this.#status;
    this.#unseat(failure);
    if (this.#ending.kind !== "none") {
      return this.#end({ info: LOST, cause: "requested" });
    }
    if (kind === "idle") return;
    this.#autoConnect = true;
    const status = { kind: "waiting", attempt, delay } as const;
    this.#status = status;
    this.#tell(() => this.#listener.status(status));
    if (kind === "waiting") return;
    const told = { id: 0, after: 0, info: LOST, failure, attempt, delay };
    this.#tell(() =>
      this.#listener.disconnected({ type: "disconnected", ...told })
    );
  }

  /** The worker is gone, and there will be no other. */
  ended(failure: Failure): void {
    this.#unseat(failure);
    if (this.#ending.kind === "none") {
      this.#end({ info: LOST, cause: "fatal", failure });
    } else this.#end({ info: LOST, cause: "requested" });
  }

  // What follows is for the queues.

  /** There is something to say now. */
  ready(): void {
    this.#seat?.request();
  }

  /** A message is dispatched. A closure for each would be felt. */
  message(data: Data): void {
    this.#drops.flush();
    try {
      this.#listener.message(data);
    } catch (error) {
      reportError(error);
    }
  }

  /** There is something to pull. */
  available(): void {
    guard(() => this.onavailable?.());
  }

  /** A message left the queue unsent. */
  unsent(bytes: number, reason: DropReason): void {
    this.#drops.add({ count: 1, bytes, direction: "outbound", reason });
    // It may have been the last one that the end waited for.
    if (this.#ending.kind === "draining") this.ready();
  }

  /** Messages left the queue unread. */
  unread(count: number, bytes: number, reason: DropReason): void {
    this.#drops.add({ count, bytes, direction: "inbound", reason });
  }

  #command(command: Command): void {
    this.#staged ??= emptyPost();
    this.#staged.records.push(command);
    this.#seat?.request();
  }

  /** Whatever has been dropped so far was dropped before this happened. */
  #tell(run: () => void): void {
    this.#drops.flush();
    guard(run);
  }

  #tellAfter(after: number, run: () => void): void {
    this.#incoming.defer(after, () => this.#tell(run));
  }

  #onStatus({ after, status }: NoticeOf<"status">): void {
    this.#status = status;
    if (status.kind !== "open") {
      this.#outgoing.shut();
      this.#closeNow();
    }
    this.#tellAfter(after, () => this.#listener.status(status));
  }

  #onOpened(notice: NoticeOf<"opened">): void {
    // A successor of the worker does not know of earlier connections.
    const reconnected = notice.reconnected || this.#opens > 0;
    this.#opens += 1;
    this.#outgoing.open();
    this.#tellAfter(
      notice.after,
      () => this.#listener.opened({ ...notice, reconnected }),
    );
  }

  #onDropped({ upTo, count, bytes, reason }: NoticeOf<"dropped">): void {
    this.unread(count, bytes, reason);
    this.#incoming.missed(upTo);
  }

  /** What has arrived before may still be on its way. */
  #onClosed(notice: NoticeOf<"closed">): void {
    this.#outgoing.end("closed");
    this.#incoming.defer(notice.after, () => this.#conclude(notice));
  }

  #onAsk({ question, what }: NoticeOf<"ask">): void {
    this.#requests ??= new LinkRequests();
    const own = this.#requests.asked(question);
    this.#tell(() => this.#listener.ask(own, what));
  }

  #onProbed(notice: NoticeOf<"probed">): void {
    if (!this.#requests?.probed(notice.request)) return;
    this.#tell(() => this.#listener.probed(notice));
  }

  #answerProbes(result: ProbeResult): void {
    for (const request of this.#requests?.probes ?? []) {
      this.#onProbed({ type: "probed", id: 0, request, result });
    }
  }

  /** Drops what has not crossed, and has the worker wait for nothing more. */
  #closeNow(): void {
    if (this.#ending.kind !== "draining" || this.#seat === undefined) return;
    const { id } = this.#seat;
    this.#command(
      this.#tellClose(this.#ending, { id, sent: this.#outgoing.settled }),
    );
    this.#outgoing.clear("closed");
  }

  #tellClose(
    { cancel, closing }: Extract<Ending, { readonly kind: "draining" }>,
    { id, sent }: { readonly id: number; readonly sent: number },
  ): Command {
    cancel();
    this.#ending = { kind: "told" };
    const { closeCode, reason } = closing;
    const command = { type: "close", id, reason, sent } as const;
    return closeCode === undefined ? command : { ...command, closeCode };
  }

  /** All that the worker knew is gone with it. */
  #unseat(failure: Failure): void {
    this.#seat = undefined;
    this.#staged = undefined;
    this.#requests?.crashed();
    this.#outgoing.crashed();
    this.#incoming.crashed();
    this.#answerProbes({ kind: "failure", failure });
  }

  /** Ends it without the worker. */
  #end(end: End): void {
    if (this.#ending.kind === "ended") return;
    const status = { kind: "closed", attempt: this.#status.attempt } as const;
    this.#incoming.releaseAll();
    this.#tell(() => this.#listener.status(status));
    this.#conclude({ type: "closed", id: 0, after: 0, ...end });
  }

  /** Where messages are pulled, some may come after this, and the worker lives until then. */
  #conclude(notice: NoticeOf<"closed">): void {
    if (this.#ending.kind === "ended") return;
    this.#release();
    this.#incoming.end();
    this.#answerProbes({ kind: "not-open" });
    this.#tell(() => this.#listener.closed(notice));
    this.#incoming.whenArrived(notice.after, () => {
      this.#pool.leave(this);
      this.available();
    });
  }

  #release(): void {
    if (this.#ending.kind === "draining") this.#ending.cancel();
    this.#ending = { kind: "ended" };
    this.#seat = undefined;
    this.#outgoing.end("closed");
  }
}

function emptyPost(): Post {
  return { records: [], transfer: [], messages: 0, bytes: 0 };
}

function append(
  post: Post,
  { records, transfer, messages, bytes }: Post,
): void {
  post.records.push(...records);
  post.transfer.push(...transfer);
  post.messages += messages;
  post.bytes += bytes;
}
