/**
 * A client that sends numbered messages for hours, loses its connection again
 * and again, and counts.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
} from "@holdfast/websocket";
import { block } from "../waiting.ts";
import type { Random } from "../chaos/schedule/random.ts";
import type { ClientTally, Floor } from "./tally.ts";
import type { Wish } from "./tally_server.ts";

/** How a client travels. */
export interface Journey {
  readonly url: string;
  readonly options: ReconnectingWebSocketOptions;
  readonly random: Random;
  /** Messages to send between two losses. */
  readonly messages: number;
  /** So many messages are sent before and after a loss, without waiting. */
  readonly around: number;
  /** How messages are read: as events, or pulled, with pauses. */
  readonly reader: "events" | "iterator";
  /** Every how many losses the client is closed, and a new one made. */
  readonly closeEvery: number;
  /** The part of the legs in which the main thread is blocked for a while. */
  readonly pauses: number;
}

/** How long a leg may take, in milliseconds. */
const LIMIT = 30_000;
const PADDING = "x".repeat(80);

/** Sends, loses its connection, gets it back, and counts. */
export class Traveller {
  readonly #journey: Journey;
  readonly #floors: Floor[] = [];
  #socket: ReconnectingWebSocket;
  #reading = Promise.resolve();
  #legs = 0;
  #sent = 0;
  #heard = 0;
  #floor = 1;
  #connection = 0;
  #number = 0;
  #received = 0;
  #dropped = 0;
  #disordered = 0;
  #stackDepth = 0;

  /** Starts to connect. */
  constructor(journey: Journey) {
    this.#journey = journey;
    this.#socket = this.#connect();
  }

  /** What it counted. */
  get tally(): ClientTally {
    return {
      sent: this.#sent,
      dropped: this.#dropped,
      received: this.#received,
      disordered: this.#disordered,
      floors: this.#floors,
    };
  }

  /**
   * How deep the stack was at most in a `message` listener so far: an event comes
   * by one of several ways, each of a depth of its own.
   */
  get stackDepth(): number {
    return this.#stackDepth;
  }

  /** Sends messages, loses the connection in the middle, and gets it back. */
  async travel(): Promise<void> {
    const { messages, random, closeEvery, pauses, around } = this.#journey;
    this.#legs += 1;
    this.#sendMany(messages - 2 * around);
    if (random.next() < pauses) block(random.integer(1, 40));
    await this.#until(() => this.#heard === this.#sent);
    const before = this.#connection;
    this.#sendMany(around);
    this.#lose(random.pick(["drop", "close", "none"]));
    this.#sendMany(around);
    await this.#arrive(before);
    if (this.#legs % closeEvery === 0) await this.#renew();
  }

  /** Closes, and waits for the end. */
  async end(): Promise<void> {
    await this.#socket[Symbol.asyncDispose]();
    await this.#reading;
  }

  #connect(): ReconnectingWebSocket {
    const { url, options, reader } = this.#journey;
    const socket = new ReconnectingWebSocket(url, [], options);
    this.#floor = this.#sent + 1;
    if (reader === "iterator") this.#reading = this.#read(socket);
    else {
      socket.addEventListener("message", ({ data }) => this.#hear(`${data}`));
    }
    socket.addEventListener("disconnect", () => this.#floor = this.#sent + 1);
    socket.addEventListener("drop", ({ direction, count, reason }) => {
      // What is unknown was on the wire: it may arrive, or not.
      if (direction === "outbound" && reason !== "unknown") {
        this.#dropped += count;
      }
    });
    return socket;
  }

  /** An application that takes its time now and then. */
  async #read(socket: ReconnectingWebSocket): Promise<void> {
    const { random, pauses } = this.#journey;
    for await (const data of socket) {
      this.#hear(`${data}`);
      if (random.next() < pauses / 100) await delay(random.integer(1, 20));
    }
  }

  async #renew(): Promise<void> {
    await this.end();
    this.#socket = this.#connect();
  }

  #sendMany(count: number): void {
    for (let left = count; left > 0; left -= 1) this.#send("none");
  }

  #send(wish: Wish): void {
    this.#sent += 1;
    this.#socket.send(`${this.#sent} ${wish} ${PADDING}`);
  }

  #lose(wish: Wish): void {
    if (wish === "none") this.#socket.reconnect();
    this.#send(wish);
  }

  /** Waits until a new connection has answered something sent on it. */
  async #arrive(before: number): Promise<void> {
    await this.#until(() => this.#connection !== before);
    const marker = this.#sent + 1;
    this.#send("none");
    await this.#until(() => this.#heard >= marker);
  }

  async #until(wanted: () => boolean): Promise<void> {
    const end = performance.now() + LIMIT;
    while (!wanted()) {
      if (performance.now() > end) throw new Error("It takes too long");
      await delay(1);
    }
  }

  #hear(text: string): void {
    const [connection = NaN, number = NaN, heard = NaN] = text.split(" ", 3)
      .map(Number);
    this.#received += 1;
    if (connection !== this.#connection) {
      if (connection < this.#connection) this.#disordered += 1;
      this.#connection = connection;
      this.#number = 0;
      this.#floors.push({ connection, floor: this.#floor });
      const depth = new Error().stack?.split("\n").length ?? 0;
      this.#stackDepth = Math.max(this.#stackDepth, depth);
    }
    if (number !== this.#number + 1) this.#disordered += 1;
    this.#number = number;
    this.#heard = Math.max(this.#heard, heard);
  }
}
