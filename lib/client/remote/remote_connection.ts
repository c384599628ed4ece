/**
 * One connection's half of the boundary, on the main thread.
 *
 * @module
 */

import { LOST, NO_CLOSE_CODE } from "../../rfc6455/close.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";
import type { Failure } from "../../connection/failure.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import type {
  Answer,
  Command,
  ConnectionNotice,
  DropReason,
  NoticeOf,
  Setup,
  StatusNotice,
} from "../../boundary/protocol.ts";
import type { SessionSetup } from "../../boundary/session.ts";
import { Closing, type End, ENDED, LIVE } from "./closing.ts";
import { FailedStarts } from "./failed_starts.ts";
import type { Post, PostSender } from "../workers/post_sender.ts";
import type { RemoteConnectionListener } from "./listener.ts";
import { PendingRequests } from "./pending_requests.ts";
import { ReceiveQueue, type ReceiveQueueListener } from "./receive_queue.ts";
import type { SessionRecord } from "./session_record.ts";
import {
  type SendHandle,
  SendQueue,
  type SendQueueListener,
} from "./send_queue.ts";
import { GuardedListener } from "./guarded_listener.ts";
import type { WorkerPool } from "../workers/worker_pool.ts";
import type {
  ConnectCommand,
  HostedConnection,
} from "../workers/hosted_connection.ts";

/** One connection, as the main thread sees it. */
export class RemoteConnection
  implements HostedConnection, SendQueueListener, ReceiveQueueListener {
  /** Messages on their way to the transport. */
  readonly outgoing: SendQueue;
  /** Messages that have arrived on this thread. */
  readonly incoming: ReceiveQueue;
  /** With the option `session`, once its code is loaded. */
  session: SessionRecord | undefined;
  readonly #setup: Setup;
  readonly #pool: WorkerPool;
  readonly #listener: GuardedListener;
  /** The way to the worker; `undefined` while there is none. */
  #sender: PostSender | undefined;
  /** The last status from the worker; the listener may not have seen it yet. */
  #status: StatusNotice;
  #autoConnect: boolean;
  #opens = 0;
  #id = 0;
  readonly #failedStarts: FailedStarts;
  #phase = LIVE;
  /** Made with the first request. */
  #requests: PendingRequests | undefined;

  /** Starts a connection in a worker of the pool. */
  constructor(
    pool: WorkerPool,
    setup: Setup,
    outbox: OutboxLimits,
    listener: RemoteConnectionListener,
    begin?: (connection: RemoteConnection, session: SessionSetup) => void,
  ) {
    this.#pool = pool;
    this.#setup = setup;
    this.#autoConnect = setup.autoConnect;
    this.#status = {
      kind: setup.autoConnect ? "connecting" : "idle",
      attempt: 0,
    };
    this.#listener = new GuardedListener(listener);
    this.#failedStarts = new FailedStarts(setup.config.backoff, pool.clock);
    const { session } = setup;
    this.outgoing = new SendQueue(outbox, pool.clock, this);
    this.incoming = new ReceiveQueue(this.#listener, {
      listener: this,
      clock: pool.clock,
    });
    if (session && begin) {
      pool.checkOpen();
      begin(this, session);
    } else this.join();
  }

  /** Goes to a worker, unless it was closed before. */
  join(): void {
    if (this.#phase.kind === "live") this.#pool.join(this);
  }

  /** The connection's id in the present worker or the last one; 0 before the first. */
  get id(): number {
    return this.#id;
  }

  /** Takes a message back; its outcome says whether that was in time. */
  cancel(handle: SendHandle): void {
    const message = this.outgoing.cancel(handle);
    if (message === undefined) return;
    this.#send({ type: "cancel", id: this.#id, message });
  }

  /** Makes a new attempt at once. Messages sent before cross before. */
  reconnect(reason: string): void {
    if (this.#phase.kind !== "live") return;
    this.#autoConnect = true;
    if (this.#sender === undefined) {
      this.#failedStarts.reset();
      return this.#pool.restartNow(this);
    }
    while (this.outgoing.fill(this.#sender.staged, this.#id) === "more");
    // What is sent from now on is meant for the new connection.
    this.outgoing.closeGate();
    this.#send({ type: "reconnect", id: this.#id, reason });
  }

  /** Asks for a ping; `probed` answers with the same number, never from within. */
  probe(request: number): void {
    const requests = this.#pendingRequests();
    requests.addProbe(request);
    if (this.#sender) this.#send({ type: "probe", id: this.#id, request });
    else queueMicrotask(() => requests.answerProbes({ kind: "not-open" }));
  }

  /** Answers a request. Late answers are ignored. */
  answer(own: number, answer: Answer): void {
    const request = this.#requests?.takeRequest(own);
    if (request === undefined) return;
    this.#send({ type: "answer", id: this.#id, request, answer });
  }

  /**
   * Ends the connection. While it is open, what was queued goes out first, as
   * far as `closeTimeout` allows; otherwise it is dropped. No message is
   * delivered any more.
   */
  close(closeCode: number | undefined, reason: string): void {
    if (this.#phase.kind !== "live") return;
    this.incoming.refuse("closed");
    // Without an open connection nothing is lost, so the end is clean.
    const info = this.#status.kind === "open"
      ? LOST
      : { closeCode: closeCode ?? NO_CLOSE_CODE, reason, wasClean: true };
    const withoutWorker = { info, cause: "requested" } as const;
    const request = { closeCode, reason, withoutWorker };
    const closing = new Closing(request, this.outgoing, this.session);
    this.#phase = closing;
    const isAlone = this.#sender === undefined && !closing.mustWait;
    if (isAlone) this.outgoing.clear("closed");
    const timeout = isAlone ? 0 : this.#setup.config.closeTimeout;
    closing.limit(
      this.#pool.clock,
      timeout,
      () => this.#sender ? this.#skipDrain() : this.#end(withoutWorker),
    );
    if (this.#status.kind === "open") this.ready();
    else this.#skipDrain();
  }

  // What follows is for the worker's supervisor.

  /** How long one attempt may take, in milliseconds. */
  get openTimeout(): number {
    return this.#setup.config.openTimeout;
  }

  /** What it connects over. */
  get transport(): TransportChoice {
    return this.#setup.transport;
  }

  /** The first command to a worker, the first one or a successor. */
  connectCommand(id: number): ConnectCommand {
    // One that is about to end makes no attempt any more.
    const autoConnect = this.#autoConnect &&
      (this.#phase.kind === "live" || this.#closing?.mustWait === true);
    const setup = { ...this.#setup, autoConnect };
    const session = this.session?.remains();
    return { type: "connect", id, setup, ...session && { session } };
  }

  /** The worker is ready and has this `connect`. */
  attached(sender: PostSender, { id, setup }: ConnectCommand): void {
    this.#sender = sender;
    this.#failedStarts.reset();
    this.#id = id;
    // With a session, the worker learns only now that the end was asked for.
    this.ready();
    if (this.#phase.kind !== "live") return this.#skipDrain();
    // `reconnect()` may have been called since.
    if (setup.autoConnect || !this.#autoConnect) return;
    this.#send({ type: "reconnect", id, reason: "" });
  }

  /** Adds credit, messages up to one turn, and the `close` after the last of them. */
  fill(post: Post): "done" | "more" {
    if (this.#sender === undefined) return "done";
    const id = this.#id;
    const credit = this.incoming.takeCredit();
    if (credit) post.records.push({ type: "consumed", id, ...credit });
    const turn = this.outgoing.fill(post, id);
    this.#closing?.fill(post, id);
    return turn;
  }

  /** A notice came from the worker. */
  receive(notice: ConnectionNotice): void {
    switch (notice.type) {
      case "taken":
        return this.#onTaken(notice.upTo);
      case "unsent":
        return this.outgoing.unsent(notice);
      case "kept":
      case "marked":
      case "missing":
        return this.session?.receive(notice, this.#sender, this.#listener);
      case "status":
        return this.#relay(notice, (each) => each.status(notice.status));
      case "opened":
        return this.#onOpened(notice);
      case "disconnected":
        return this.#relay(notice, (each) => each.disconnected(notice));
      case "closed":
        return this.#onClosed(notice);
      case "dropped":
        return this.incoming.missed(notice);
      case "request":
        return this.#pendingRequests().onRequest(notice);
      case "probed":
        return this.#requests?.onProbed(notice);
      case "heartbeat":
        return this.#listener.notify((listener) => listener.heartbeat(notice));
      case "log":
        return this.#listener.notify((listener) => listener.log(notice));
    }
  }

  /** The worker is gone; its successor starts in `delay` milliseconds. */
  crashed(failure: Failure, delay: number): void {
    const { kind, attempt } = this.#status;
    // If the worker was ready, this failure is not one of its start.
    if (this.#sender !== undefined) this.#failedStarts.reset();
    const exhausted = this.#sender === undefined &&
      this.#failedStarts.add(failure, delay);
    this.#detach(failure);
    if (this.#closing?.mustWait) return;
    if (this.#closing) return this.#end(this.#closing.request.withoutWorker);
    if (kind === "idle" && !this.#autoConnect) return;
    if (exhausted) {
      return this.#end({ info: LOST, cause: "exhausted", failure: exhausted });
    }
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
    const fatal = { info: LOST, cause: "fatal", failure } as const;
    this.#end(this.#closing?.request.withoutWorker ?? fatal);
  }

  // What follows is for the queues.

  /** There is something to send now. */
  ready(): void {
    this.#sender?.requestTurn(this);
  }

  /** A message left the queue unsent. */
  unsent(bytes: number, reason: DropReason, seq?: number): void {
    const direction = "outbound";
    const numbers = seq !== undefined && { first: seq, last: seq };
    this.#listener.addDrop({ count: 1, bytes, direction, reason, ...numbers });
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

  #onTaken(upTo: number): void {
    const count = this.outgoing.taken(upTo);
    this.session?.accept(count);
    if (this.#closing?.isDraining) this.ready();
  }

  #send(command: Command): void {
    this.#sender?.send(command);
  }

  /** Ends the wait for messages to cross, if there is a worker. */
  #skipDrain(): void {
    if (this.#sender === undefined) return;
    const command = this.#closing?.skipDrain(this.#id);
    if (command) this.#send(command);
  }

  #pendingRequests(): PendingRequests {
    return this.#requests ??= new PendingRequests(this.#listener);
  }

  #relay(
    { after, status }: NoticeOf<"status" | "disconnected">,
    what: (listener: RemoteConnectionListener) => void,
  ): void {
    this.#noteStatus(status);
    this.#notifyAfter(after, what);
  }

  #notifyAfter(
    after: number,
    what: (listener: RemoteConnectionListener) => void,
  ): void {
    this.incoming.defer(after, () => this.#listener.notify(what));
  }

  #noteStatus(status: StatusNotice): void {
    this.#status = status;
    if (status.kind === "open") return;
    this.outgoing.closeGate();
    this.#skipDrain();
  }

  #onOpened(notice: NoticeOf<"opened">): void {
    this.#noteStatus(notice.status);
    // A successor of the worker does not know of earlier connections.
    const reconnected = notice.reconnected || this.#opens > 0;
    this.#opens += 1;
    this.outgoing.openGate();
    this.#notifyAfter(
      notice.after,
      (listener) => listener.opened({ ...notice, reconnected }),
    );
  }

  /** Waits for earlier messages, also where they are pulled: a stream has no end before. */
  #onClosed(notice: NoticeOf<"closed">): void {
    this.#noteStatus(notice.status);
    this.incoming.defer(notice.after, () => this.#conclude(notice), "end");
  }

  /** All that the worker knew is gone with it. */
  #detach(failure: Failure): void {
    this.#sender = undefined;
    this.#requests?.forgetRequests();
    if (this.session?.hasBegun) this.outgoing.closeGate();
    else this.outgoing.crashed();
    this.incoming.crashed();
    this.#requests?.answerProbes({ kind: "failure", failure });
  }

  /** Ends it without the worker. */
  #end(end: End): void {
    if (this.#phase.kind === "ended") return;
    const status = { kind: "closed", attempt: this.#status.attempt } as const;
    this.incoming.releaseAll();
    this.#conclude({ type: "closed", id: 0, after: 0, status, ...end });
  }

  /** Reports the end. */
  #conclude(notice: NoticeOf<"closed">): void {
    if (this.#phase.kind === "ended") return;
    this.#release();
    this.incoming.end();
    this.#requests?.answerProbes({ kind: "not-open" });
    this.#listener.notify((listener) => listener.closed(notice));
    this.#pool.leave(this);
  }

  #release(): void {
    this.#closing?.end();
    this.#phase = ENDED;
    this.#sender = undefined;
    this.outgoing.end("closed");
  }
}
