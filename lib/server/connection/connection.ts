/**
 * One connection of a client: performs the effects of the machine in
 * `lib/session`, and gives it the results as events.
 *
 * @module
 */

import { decodeFrame } from "../../session/wire/frame.ts";
import type { Payload } from "../../session/wire/payload.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import {
  serverDeadline,
  serverTransition,
} from "../../session/server/server.ts";
import {
  newServer,
  type ServerAttached,
  type ServerContext,
  type ServerEffect,
  type ServerEvent,
  type ServerNews,
  type ServerState,
} from "../../session/server/state.ts";
import type { Session } from "../api/session.ts";
import type { Lease } from "../../session/store/store.ts";
import { ApplicationCalls } from "./application.ts";
import { DeadlineTimer } from "./deadline_timer.ts";
import { isFencing } from "./fencing.ts";
import type { ServerNode } from "./node.ts";
import type { Peer, PeerListener } from "./peer.ts";
import { LiveContext } from "./live_context.ts";
import { PeerSocket } from "./peer_socket.ts";
import { type EarlyNotice, Registration } from "./registration.ts";
import type { NoticeReceiver } from "./registry.ts";
import {
  attachSession,
  Authentication,
  makeRoom,
  newSessionId,
  openSession,
} from "./requests.ts";

type EffectOf<T extends ServerEffect["type"]> = Extract<
  ServerEffect,
  { type: T }
>;

/** A third step within this time waits for what else comes, in milliseconds. */
const STEP_INTERVAL = 0.2;

/** A connection, from its acceptance to its end. */
export class SessionConnection implements PeerListener, NoticeReceiver {
  readonly #node: ServerNode;
  readonly #client: Session["client"];
  readonly #socket: PeerSocket;
  readonly #onClosed: () => void;
  readonly #registration: Registration;
  readonly #authentication: Authentication;
  readonly #timer: DeadlineTimer;
  readonly #events: ServerEvent[] = [];
  readonly #context: ServerContext;
  #state: ServerState;
  #isWorking = false;
  #isClosed = false;
  #peer: "there" | "left" | "gone" = "there";
  #hasDetached = false;
  /** What the store has answered to a resume. */
  #attached = { meta: "", bytes: 0 };
  /** When the last two steps were. */
  #steps: readonly [number, number] = [-Infinity, -Infinity];
  #application: ApplicationCalls | undefined;

  /** Takes a connection whose socket is made by `connect`. */
  constructor(
    node: ServerNode,
    { request, client = "session", connect, onClosed }: {
      readonly request: Request;
      readonly client?: Session["client"];
      readonly connect: (listener: PeerListener) => Peer;
      readonly onClosed: () => void;
    },
  ) {
    this.#client = client;
    this.#node = node;
    this.#onClosed = onClosed;
    this.#registration = new Registration(node, this);
    this.#authentication = new Authentication(node, {
      request,
      onAnswer: (event) => this.dispatch(event),
    });
    this.#context = new LiveContext(node.settings);
    this.#state = newServer(this.#context);
    this.#timer = new DeadlineTimer(node.settings.clock, {
      deadline: () => this.#isClosed ? Infinity : serverDeadline(this.#state),
      onDue: () => this.dispatch({ type: "due" }),
    });
    this.#socket = new PeerSocket(node, connect(this));
    this.#timer.update();
  }

  /** The lease, if the client is connected. */
  get lease(): { readonly lease: Lease; readonly ttl: number } | undefined {
    const state = this.#state;
    return state.kind === "attached" && state.peer === "connected"
      ? { lease: state.lease, ttl: state.ttl }
      : undefined;
  }

  /** The time for the first message begins when the socket is open. */
  opened(): void {
    if (this.#state.kind === "waiting") this.#state = newServer(this.#context);
    this.#timer.update();
  }

  /** A message came. */
  received(message: Payload): void {
    if (this.#peer === "gone") return;
    // A plain client says by itself what came from its socket.
    if (this.#client === "session") this.#socket.heard();
    const { maxMessage } = this.#node.settings.config;
    const frame = decodeFrame(message, maxMessage);
    this.dispatch({ type: "received", frame });
  }

  /** A sign of life came that is no message. */
  ponged(): void {
    this.#socket.heard();
  }

  /** What a plain client has sent is handled, though it consumes nothing any more. */
  left(): void {
    if (this.#peer === "there") this.#peer = "left";
    this.#application?.leave();
    this.dispatch({ type: "due" });
  }

  /** The socket is closed. */
  disconnected(): void {
    if (this.#peer === "gone") return;
    this.#peer = "gone";
    this.dispatch({ type: "disconnected" });
    // The handler may run for long; the session's time begins now.
    const state = this.#state;
    if (state.kind !== "attached") return;
    this.#node.track(this.#node.store.touch([state.lease], state.ttl));
  }

  /** A notice of the store, or of this server: waits for the session. */
  notify(notice: EarlyNotice): void {
    const { kind } = this.#state;
    if (kind === "attached") this.dispatch(notice);
    else if (kind !== "closed") this.#registration.keep(notice);
  }

  /** Asks a silent client whether it is there, and drops one that is not. */
  checkPeer(): void {
    if (this.#peer === "gone") return;
    switch (this.#socket.check()) {
      case "nothing":
        return;
      case "ask": {
        const n = this.#socket.ask();
        return n === undefined ? undefined : this.dispatch({ type: "ping", n });
      }
      case "drop":
        return this.#terminate("The client is silent");
    }
  }

  /** Closes the connection; its handler may finish. */
  close(closeCode: number, reason: string): void {
    this.#close(closeCode, reason);
    this.disconnected();
  }

  /** Gives the handler up. */
  abandon(): void {
    this.dispatch({ type: "rolled-back" });
    this.#finish();
  }

  /** Gives the machine an event, after the events that wait already. */
  dispatch(event: ServerEvent): void {
    this.#events.push(event);
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        if (isFencing(this.#state, next)) this.#node.counters.add("fenced");
        const step = serverTransition(this.#state, next, this.#context);
        this.#state = step.state;
        for (const effect of step.effects) this.#perform(effect);
        this.#handleNext();
      }
    } finally {
      this.#isWorking = false;
    }
    this.#timer.update();
  }

  #perform(effect: ServerEffect): void {
    switch (effect.type) {
      case "transmit":
        return this.#transmit(effect.frames);
      case "admit":
        return this.#admit(effect.request);
      case "authenticate":
        return void this.#authentication.renew(effect.auth);
      case "open":
        return this.#open(effect);
      case "attach":
        return this.#attach(effect);
      case "accept":
        return this.#accept(effect);
      case "read":
        return this.#ask(
          this.#node.store.read(effect.session, effect.after, effect.limit),
          (messages) => ({ type: "read", messages }),
        );
      case "detach":
        this.#hasDetached = true;
        // Nobody resumes the session of a plain client.
        return this.#node.detach(
          effect.lease,
          this.#client === "plain" ? 0 : effect.ttl,
        );
      case "end":
        return this.#end(effect.lease);
      case "handle":
        return this.#application?.offer(effect);
      case "report":
        return this.#application?.report(effect);
      case "abort":
        return this.#application?.abort();
      case "news":
        return this.#onNews(effect.news);
      case "pong":
        return;
      case "close":
        return this.#close(effect.closeCode, effect.reason);
      case "closed":
        return this.#finish();
    }
  }

  #transmit(frames: readonly Payload[]): void {
    if (this.#peer === "gone" || this.#socket.send(frames)) return;
    this.#terminate("The client takes nothing");
  }

  #admit(request: EffectOf<"admit">["request"]): void {
    this.#registration.expect(request.maxMessage);
    this.#authentication.admit(request).then(
      (event) => this.dispatch(event),
      (error) => this.#onStoreFailure(error),
    );
  }

  #open({ request, principal }: EffectOf<"open">): void {
    if (!makeRoom(this.#node, principal)) {
      this.close(SESSION_CLOSE.limit, "Too many sessions");
      return this.#finish();
    }
    const id = newSessionId();
    this.#registration.listen(id);
    // At once, so that simultaneous requests do not exceed the limit.
    this.#registration.enter(principal);
    const opening = openSession(this.#node, { id, principal, request });
    this.#ask(opening, (event) => event);
  }

  #attach({ claim }: EffectOf<"attach">): void {
    this.#registration.listen(claim.session);
    this.#ask(attachSession(this.#node, claim), (event) => {
      if (event.answer.kind === "attached") this.#attached = event.answer;
      return event;
    });
  }

  #accept({ step }: EffectOf<"accept">): void {
    const { counters } = this.#node;
    const { accepted } = this.#state as ServerAttached;
    this.#ask(this.#inTurn(() => this.#node.accept(step)), (answer) => {
      if (answer.kind === "accepted") {
        this.#application?.stored(answer.bytes, step.replies);
        counters.add("accepted", step.handled - accepted);
        counters.add("replied", step.replies.length);
      }
      return { type: "accepted", answer };
    });
  }

  /**
   * A message takes two steps at most: its claim and its acceptance. A third
   * step within `STEP_INTERVAL` waits for the next turn of the event loop, so
   * that what else comes in this turn shares one step.
   */
  #inTurn<Answer>(step: () => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#node.settings;
    const now = clock.now();
    const [before, last] = this.#steps;
    this.#steps = [last, now];
    return now >= before + STEP_INTERVAL
      ? step()
      : new Promise<void>((resolve) => clock.task(resolve)).then(step);
  }

  #end(lease: Lease): void {
    this.#node.askEnd(lease.session, {
      condition: { kind: "lease", lease },
      ...this.#client === "plain" && { tombstone: 0 },
      onAnswer: (answer) => this.dispatch({ type: "ended", answer }),
    }).catch((error) => this.#onStoreFailure(error));
  }

  /**
   * Turns an answer into an event; a rejection means that the store has failed.
   * Makes few promises, since there is a step for almost each message.
   */
  #ask<Answer>(
    asked: Promise<Answer>,
    eventOf: (answer: Answer) => ServerEvent,
  ): void {
    const done = this.#node.begin();
    asked.then(
      (answer) => {
        done();
        this.dispatch(eventOf(answer));
      },
      (error) => {
        done();
        this.#onStoreFailure(error);
      },
    );
  }

  /** Nothing is lost: what is not accepted comes again, to this node or another. */
  #onStoreFailure(error: unknown): void {
    this.#node.onStoreFailure(error);
    this.abandon();
  }

  #handleNext(): void {
    const state = this.#state;
    if (state.kind !== "attached") return;
    // Results that are there at once go first. So what is handled together is
    // accepted together, and the machine knows which message has begun.
    const ends = this.#application?.handleNext(state, this.#context) ?? [];
    if (ends.length > 0) this.#events.unshift(...ends.filter(isSettled));
    for (const end of ends) {
      if (!isSettled(end)) end.then((event) => this.dispatch(event));
    }
  }

  #onNews(news: ServerNews): void {
    if (news.kind === "opened") this.#begin(news.opened.protocol);
    if (news.kind === "resumed") this.#begin(this.#attached.meta);
    if (news.kind === "ended") this.#registration.remove();
    this.#application?.onNews(news);
  }

  /** The session is this connection's. */
  #begin(protocol: string): void {
    const { principal, lease } = this.#state as ServerAttached;
    const { session, maxMessage } = this.#registration;
    this.#registration.enter(principal);
    this.#application = new ApplicationCalls(this.#node, {
      session: {
        ...{ ...this.#node.session(session), principal, protocol },
        client: this.#client,
      },
      ...{ maxMessage, stored: this.#attached.bytes },
    });
    if (this.#peer === "left") this.#application.leave();
    const early = this.#registration.takeEarly(lease);
    for (const notice of early) this.dispatch(notice);
  }

  #terminate(why: string): void {
    this.#socket.terminate(why, this.#registration.session);
    this.disconnected();
  }

  #close(closeCode: number, reason: string): void {
    this.#socket.close(closeCode, reason, this.#registration.session);
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer.stop();
    this.#registration.leave(this.#hasDetached ? "detached" : "gone");
    this.#onClosed();
  }
}

function isSettled<T extends object>(end: T | Promise<T>): end is T {
  return !(end instanceof Promise);
}
