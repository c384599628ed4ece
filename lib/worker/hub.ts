/**
 * Many connections in one worker: routes commands by id, and gathers notices and
 * messages of the connections into posts, in turn and by credit.
 *
 * @module
 */

import { intern } from "../boundary/intern.ts";
import { type Now, suspended } from "../connection/suspension.ts";
import {
  type Command,
  type EnvironmentChange,
  type Notice,
  PROTOCOL_VERSION,
  type Setup,
} from "../boundary/protocol.ts";
import { isPost } from "../boundary/guards.ts";
import { PostWindow, wantsAck } from "../boundary/post_window.ts";
import type { WorkerClock } from "../platform/clock.ts";
import { Driver } from "./connection/driver.ts";
import { type NoticePost, NoticeQueue } from "./posts/notice_queue.ts";
import type { LoadTransport } from "./attempt/resolver.ts";

/** Sends a post to the client. */
export type SendPost = (
  notices: readonly Notice[],
  transfer: ArrayBuffer[],
) => void;

/** How often the hub looks at the clocks and shows that it runs, in milliseconds. */
const TICK = 1_000;
/** The most signs of life that are posted to a client that posts nothing. */
const MAX_UNHEARD = 60;
/** What one connection may add to a post before it is the next one's turn. */
const TURN = { messages: 1_024, bytes: 1 << 18 };
/** A post takes no further turn once it has so much. */
const POST = { messages: 8_192, bytes: 1 << 21 };

const ACK: Notice = { type: "ack" };
const ALIVE: Notice = { type: "alive" };
const READY: Notice = { type: "ready", version: PROTOCOL_VERSION };

/** All connections of one worker. */
export class Hub {
  readonly #send: SendPost;
  readonly #loadTransport: LoadTransport;
  readonly #clock: WorkerClock;
  readonly #drivers = new Map<number, Driver>();
  /** Those that have something to post, in the order of their turns. */
  readonly #ready = new Set<Driver>();
  /** What does not wait for the window. */
  #urgent: Notice[] = [];
  #posts = 0;
  #lastId = 0;
  #lastSetup: Setup | undefined;
  readonly #window = new PostWindow();
  #flush: "idle" | "scheduled" = "idle";
  /** Kept for connections that are made later. */
  #network: "online" | "offline" = "online";
  #lastTick: Now = { monotonic: 0, wall: 0 };
  readonly #onReady = (id: number) => {
    const driver = this.#drivers.get(id);
    if (driver !== undefined) this.#ready.add(driver);
    this.#schedule();
  };
  #stopTicking: (() => void) | undefined;
  /** What was posted since the last tick. */
  #posted: "nothing" | "something" = "nothing";
  /** Signs of life since the client posted something. */
  #unheard = 0;

  /** Makes a hub without connections, and posts `ready`. */
  constructor(
    send: SendPost,
    options: {
      readonly loadTransport: LoadTransport;
      readonly clock: WorkerClock;
    },
  ) {
    this.#send = send;
    this.#loadTransport = options.loadTransport;
    this.#clock = options.clock;
    this.#pushUrgent(READY);
  }

  /** Handles what the client posted. */
  receive(post: unknown): void {
    this.#unheard = 0;
    if (!isPost<Command>(post)) {
      this.#pushUrgent({
        type: "malformed",
        detail: "The worker received no post of commands",
      });
      return;
    }
    for (const command of post) this.#command(command);
    if (wantsAck(post)) this.#acknowledge();
    if (this.#mayPost) this.#schedule();
  }

  /** Drops everything, and posts nothing any more. */
  stop(): void {
    for (const [id, driver] of this.#drivers) {
      driver.command({ type: "abandon", id });
    }
    this.#drivers.clear();
    this.#ready.clear();
    this.#stopTicking?.();
  }

  #command(command: Command): void {
    switch (command.type) {
      case "ack":
        this.#window.acknowledge();
        return;
      case "watch":
        this.#pushUrgent(ALIVE);
        return;
      case "environment":
        this.#notifyDrivers(command.change);
        return;
      case "connect":
        this.#connect(command);
        return;
      case "send":
      case "cancel":
      case "reconnect":
      case "close":
      case "abandon":
      case "probe":
      case "answer":
      case "consumed":
      case "keeping":
        this.#forward(command);
        return;
    }
  }

  #connect(command: Extract<Command, { type: "connect" }>): void {
    const { id } = command;
    // The client repeats what the worker may have missed while it started.
    if (id <= this.#lastId) return;
    this.#lastId = id;
    const setup = this.#intern(command.setup);
    const { session } = command;
    const { inbox } = setup.config;
    const driver = new Driver(id, setup, {
      notices: new NoticeQueue(id, inbox, this.#onReady, session?.arrived),
      ...session && { session },
      loadTransport: this.#loadTransport,
      clock: this.#clock,
    });
    this.#drivers.set(id, driver);
    this.#startTicking();
    if (this.#network === "offline") driver.environment("offline");
    driver.start();
  }

  /** Each setup that crosses is a copy, and nearly always equal to the one before. */
  #intern(setup: Setup): Setup {
    const last = this.#lastSetup ?? setup;
    const config = intern(last.config, setup.config);
    this.#lastSetup = intern(last, { ...setup, config });
    return this.#lastSetup;
  }

  #notifyDrivers(change: EnvironmentChange): void {
    if (change === "online" || change === "offline") this.#network = change;
    for (const driver of this.#drivers.values()) driver.environment(change);
  }

  /** Ignores commands that were under way when their connection ended. */
  #forward(command: Extract<Command, { readonly id: number }>): void {
    if (command.type === "connect") return;
    const driver = this.#drivers.get(command.id);
    if (driver === undefined) return;
    driver.command(command);
    if (command.type === "abandon") this.#remove(command.id, driver);
  }

  #remove(id: number, driver: Driver): void {
    this.#drivers.delete(id);
    this.#ready.delete(driver);
    if (this.#drivers.size > 0) return;
    this.#lastSetup = undefined;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  /**
   * Delays an `ack` to the next post, since each post costs time. Usually the
   * commands themselves cause that post. At most one waits, so the client's window
   * does not fill.
   */
  #acknowledge(): void {
    this.#urgent.push(ACK);
    if (this.#urgent.length > 1) this.#schedule();
  }

  #pushUrgent(notice: Notice): void {
    this.#urgent.push(notice);
    this.#schedule();
  }

  /** One microtask later: what arrives in one go crosses in one post. */
  #schedule(): void {
    if (this.#flush === "scheduled") return;
    this.#flush = "scheduled";
    queueMicrotask(() => {
      this.#flush = "idle";
      this.#post();
    });
  }

  #post(): void {
    while (this.#urgent.length > 0 || this.#mayPost) {
      const post: NoticePost = {
        notices: this.#urgent,
        messages: [],
        runs: [],
        transfer: [],
        left: { ...TURN },
      };
      this.#urgent = [];
      if (this.#mayPost) this.#fill(post);
      const { notices, messages, runs } = post;
      if (runs.length > 0) notices.push({ type: "messages", messages, runs });
      if (notices.length === 0) return;
      this.#posts += 1;
      // Deno was seen to lose the first post of a worker.
      if (this.#posts === 2) notices.unshift(READY);
      this.#window.take(notices);
      if (!notices.includes(ALIVE)) this.#posted = "something";
      this.#send(notices, post.transfer);
    }
  }

  get #mayPost(): boolean {
    return this.#ready.size > 0 && this.#window.isOpen;
  }

  #fill(post: NoticePost): void {
    const size = { messages: 0, bytes: 0 };
    for (const driver of this.#ready) {
      if (size.messages >= POST.messages || size.bytes >= POST.bytes) return;
      post.left = { ...TURN };
      // Taken out and put in again, it comes last.
      this.#ready.delete(driver);
      driver.notices.fill(post);
      size.messages += TURN.messages - post.left.messages;
      size.bytes += TURN.bytes - post.left.bytes;
      driver.resumeIfRoom();
      if (driver.notices.hasWork) this.#ready.add(driver);
      if (driver.isDone) this.#remove(driver.id, driver);
    }
  }

  #startTicking(): void {
    if (this.#stopTicking !== undefined) return;
    this.#lastTick = this.#now();
    this.#stopTicking = this.#clock.every(TICK, () => this.#tick());
  }

  #tick(): void {
    this.#showLife();
    const now = this.#now();
    const previous = this.#lastTick;
    this.#lastTick = now;
    if (!suspended(previous, now, TICK)) return;
    this.#notifyDrivers("wake");
  }

  /**
   * A flood can keep the client's posts from reaching this thread for seconds,
   * while its timers are on time: the client must not take it for dead.
   */
  #showLife(): void {
    const isSilent = this.#posted === "nothing";
    this.#posted = "nothing";
    if (!isSilent || this.#unheard >= MAX_UNHEARD) return;
    this.#unheard += 1;
    this.#pushUrgent(ALIVE);
  }

  #now(): Now {
    return { monotonic: this.#clock.now(), wall: this.#clock.wallNow() };
  }
}
