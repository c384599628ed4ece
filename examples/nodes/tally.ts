/**
 * Counts numbers that are sent, handled and answered.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

import { Numbers } from "./numbers.ts";

/** What the live line says of a part. */
export interface Part {
  readonly name: string;
  readonly status: string;
}

/** Counts, shows, and judges. */
export class Tally {
  kills = 0;
  readonly #parts: readonly Part[];
  readonly #clients = new Map<string, Both>();
  /** Takeovers by the process that counts them. */
  readonly #takeovers = new Map<string, number>();
  readonly #since = performance.now();
  #onNews = () => {};

  /** Shows what these parts do. */
  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Whether nothing was lost, repeated or out of order. */
  get isPerfect(): boolean {
    const { lost, repeated, disordered } = this.#sums();
    return lost === 0 && repeated === 0 && disordered === 0;
  }

  /** The next number for a client to send. */
  nextOf(client: string): number {
    return this.#of(client).up.next();
  }

  /** An answer came. */
  answered(client: string, number: number): void {
    this.#of(client).down.receive(number, "first");
    this.#onNews();
  }

  /** Reads a line of a node. */
  read(line: string): void {
    const [what, who = "", number, delivery] = line.split(" ");
    if (what === "takeovers") {
      return void this.#takeovers.set(who, Number(number));
    }
    const { up, down } = this.#of(who);
    // Each message is answered once, however often it is handled.
    const isNew = up.receive(
      Number(number),
      delivery === "again" ? "again" : "first",
    );
    if (isNew) down.next();
    this.#onNews();
  }

  /** Resolves when each number was handled and answered. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNews = () => {
        if (this.#sums().lost === 0) resolve();
      };
      this.#onNews();
    });
  }

  /** Says what happens. */
  note(text: string): void {
    this.#clear();
    console.log(`${this.#time()}  ${text}`);
  }

  /** Shows how far it is, on a terminal, until it is disposed. */
  show(): Disposable {
    if (!Deno.stdout.isTerminal()) return { [Symbol.dispose]() {} };
    const timer = setInterval(() => this.#draw(), 250);
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
        this.#clear();
      },
    };
  }

  /** How far it is, in one line of the terminal: a longer one would stay there. */
  progress(columns: number): string {
    const { sent, received, again } = this.#sums();
    const parts = this.#parts.map(({ name, status }) => `${name} ${status}`);
    const text = `${this.#time()}  ${received} of ${sent} received; ` +
      `${parts.join(", ")}; ${this.#takeoverCount()} takeovers, ` +
      `${again} redelivered`;
    return text.slice(0, Math.max(0, columns - 1));
  }

  /** The result, in one line. */
  summary(): string {
    const { sent, received, lost, repeated, again, disordered } = this.#sums();
    return `nodes: ${sent} sent, ${received} received, ${lost} lost, ` +
      `${repeated} repeated, ${again} redelivered and flagged, ` +
      `${disordered} out of order, ${this.kills} node kills, ` +
      `${this.#takeoverCount()} takeovers`;
  }

  #of(client: string): Both {
    const known = this.#clients.get(client) ??
      { up: new Numbers(), down: new Numbers() };
    this.#clients.set(client, known);
    return known;
  }

  #sums() {
    const all = [...this.#clients.values()]
      .flatMap(({ up, down }) => [up.counts, down.counts]);
    const sum = (name: keyof Numbers["counts"]) =>
      all.reduce((total, counts) => total + counts[name], 0);
    const [sent, received] = [sum("sent"), sum("received")];
    return {
      ...{ sent, received, lost: sent - received },
      again: sum("again"),
      repeated: sum("repeated"),
      disordered: sum("disordered"),
    };
  }

  #takeoverCount(): number {
    return [...this.#takeovers.values()].reduce((sum, each) => sum + each, 0);
  }

  #draw(): void {
    this.#clear();
    this.#write(this.progress(Deno.consoleSize().columns));
  }

  #time(): string {
    const seconds = (performance.now() - this.#since) / 1_000;
    return `${seconds.toFixed(1).padStart(5)} s`;
  }

  #clear(): void {
    if (Deno.stdout.isTerminal()) this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
}

/** Both directions of one client. */
interface Both {
  readonly up: Numbers;
  readonly down: Numbers;
}
