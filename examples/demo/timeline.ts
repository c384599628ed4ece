/**
 * The picture of the demo: a row per client and a column per 0.4 seconds, as the
 * server observes it.
 *
 * @module
 */

/** What the server observed of a client in one slot of time. */
export type Slot = "alive" | "silent" | "gone" | "away";

/** The clients, in the order of their rows. */
export const CLIENTS = ["plain", "holdfast"] as const;
/** One of the clients. */
export type Client = typeof CLIENTS[number];

const MARK: Readonly<Record<Slot, string>> = {
  alive: "█",
  silent: "·",
  gone: "×",
  away: " ",
};
const COLOUR: Readonly<Record<Slot, string>> = {
  alive: "\x1b[32m",
  silent: "\x1b[33m",
  gone: "\x1b[31m",
  away: "",
};
const RESET = "\x1b[0m";
/** Where the rows begin, in characters. */
const MARGIN = 11;
/** How many columns fit on a line of 80 characters, so that no row wraps. */
const COLUMNS = 68;

/** Draws while the demo runs: in place on a terminal, line by line elsewhere. */
export class Timeline {
  readonly #slots: Record<Client, Slot[]> = { plain: [], holdfast: [] };
  readonly #style: "live" | "lines";
  readonly #colours: "on" | "off";
  readonly #write: (text: string) => void;
  #phase = "";
  #drawn = 0;

  /** Makes an empty timeline. */
  constructor(options: {
    readonly style: "live" | "lines";
    readonly colours: "on" | "off";
    readonly write: (text: string) => void;
  }) {
    this.#style = options.style;
    this.#colours = options.colours;
    this.#write = options.write;
  }

  /** Begins a phase, described in one line. */
  begin(phase: string): void {
    this.#phase = phase;
    if (this.#style === "lines") this.#write(`${phase}\n`);
  }

  /** Adds a column. */
  add(slots: Readonly<Record<Client, Slot>>): void {
    for (const client of CLIENTS) this.#slots[client].push(slots[client]);
    if (this.#style === "live") this.#redraw();
  }

  /** Draws the rows for the last time. */
  end(): void {
    if (this.#style === "live") return;
    for (const client of CLIENTS) this.#write(`${this.#row(client)}\n`);
  }

  #redraw(): void {
    const up = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A`;
    const lines = [
      ...CLIENTS.map((client) => this.#row(client)),
      `  ${this.#phase}`,
    ];
    this.#drawn = lines.length;
    this.#write(up + lines.map((line) => `\x1b[2K${line}\n`).join(""));
  }

  #row(client: Client): string {
    const marks = this.#slots[client].slice(-COLUMNS).map((slot) =>
      this.#mark(slot)
    ).join("");
    return `  ${client.padEnd(MARGIN - 2)}${marks}`;
  }

  #mark(slot: Slot): string {
    return this.#colours === "on"
      ? COLOUR[slot] + MARK[slot] + RESET
      : MARK[slot];
  }
}
