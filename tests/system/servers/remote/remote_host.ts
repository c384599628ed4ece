/**
 * The fixture's own side of a `Remote`, the same in a worker and in a process.
 *
 * @module
 */

import { readLines } from "./lines.ts";
import type { Request, Response } from "./remote.ts";

/** Obeys the commands of one `Remote`, one after the other. */
export class RemoteHost<Command, Report> {
  readonly #obey: (command: Command) => Promise<Report>;
  #post: (response: Response<Report>) => void = () => {};
  #queue = Promise.resolve();
  #isChangeNews = false;

  /**
   * Begins to listen for commands.
   *
   * @param obey Performs a command and reports the state after it.
   */
  constructor(obey: (command: Command) => Promise<Report>) {
    this.#obey = obey;
    if ("WorkerGlobalScope" in globalThis) this.#listenToPort();
    else this.#listenToInput();
  }

  /** Says that the state has changed since the last report, at most once per report. */
  noticeChange(): void {
    if (!this.#isChangeNews) return;
    this.#isChangeNews = false;
    this.#post({ type: "change" });
  }

  #listenToPort(): void {
    globalThis.addEventListener("message", (event) => {
      if (!(event instanceof MessageEvent)) return;
      const port = event.ports[0]!;
      this.#post = (response) => port.postMessage(response);
      port.onmessage = ({ data }) => this.#receive(data);
    }, { once: true });
  }

  async #listenToInput(): Promise<void> {
    const output = Deno.stdout.writable.getWriter();
    this.#post = (response) => {
      const line = JSON.stringify(response) + "\n";
      output.write(new TextEncoder().encode(line)).catch(() => {});
    };
    for await (const line of readLines(Deno.stdin.readable)) {
      this.#receive(JSON.parse(line));
    }
    Deno.exit();
  }

  #receive(request: Request<Command>): void {
    this.#queue = this.#queue.then(() => this.#answer(request));
  }

  async #answer({ id, command }: Request<Command>): Promise<void> {
    // Before the report is made: a change in between is better reported twice than never.
    this.#isChangeNews = true;
    try {
      const report = await this.#obey(command);
      this.#post({ type: "report", id, report });
    } catch (error) {
      this.#post({ type: "failure", id, reason: String(error) });
    }
  }
}
