/**
 * A fixture that runs elsewhere, in a worker or in a process of its own, so that
 * it lives while the test's main thread is blocked. It is commanded by messages;
 * each command is acknowledged with a report of the state that it led to.
 *
 * @module
 */

/**
 * How long a fixture may take to obey, in milliseconds. A process that loads its
 * packages beside eleven more took 13 s on a slow machine.
 */
const ANSWER_LIMIT = 60_000;
/** How long a state may take to come, in milliseconds. */
const STATE_LIMIT = 30_000;

/** A command on its way to the fixture. */
export interface Request<Command> {
  readonly id: number;
  readonly command: Command;
}

/** What a fixture says. `change` asks for nothing: a new report would differ. */
export type Response<Report> =
  | { readonly type: "report"; readonly id: number; readonly report: Report }
  | { readonly type: "failure"; readonly id: number; readonly reason: string }
  | { readonly type: "change" };

/** What a channel calls with what it hears. */
export interface Receiver<Report> {
  readonly receive: (response: Response<Report>) => void;
  /** The fixture has ended by itself, and nothing more will be heard. */
  readonly fail: (error: Error) => void;
}

/** The line to a fixture. */
export interface Channel<Command> extends AsyncDisposable {
  /** Sends a command. */
  post(request: Request<Command>): void;
  /** Sends a signal to the fixture's process. */
  signal(signal: Deno.Signal): void;
  /** Says what the fixture does now, as far as the system knows. */
  describe(): string;
}

/** A handle on a fixture that runs elsewhere; disposing it ends the fixture. */
export class Remote<Command extends { readonly type: string }, Report>
  implements AsyncDisposable {
  readonly #pending = new Map<number, PromiseWithResolvers<Report>>();
  readonly #channel: Channel<Command>;
  #changed = Promise.withResolvers<void>();
  #failure: Error | undefined;
  #lastId = 0;

  /**
   * Opens the line to a fixture.
   *
   * @param open Starts it, for example `openModule(script, "thread")`.
   */
  constructor(open: (receiver: Receiver<Report>) => Channel<Command>) {
    this.#channel = open({
      receive: (response) => this.#receive(response),
      fail: (error) => this.#fail(error),
    });
  }

  /**
   * Sends a command and waits until it has been obeyed.
   *
   * @param command The command.
   * @returns The state after it.
   * @throws {Error} If the fixture refuses, has ended, or does not answer.
   */
  async call(command: Command): Promise<Report> {
    if (this.#failure) throw this.#failure;
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Report>();
    this.#pending.set(id, answer);
    const timer = setTimeout(() => {
      const reason = `No answer to "${command.type}" in ${ANSWER_LIMIT} ms`;
      answer.reject(new Error(`${reason}: ${this.#channel.describe()}`));
    }, ANSWER_LIMIT);
    try {
      this.#channel.post({ id, command });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  /**
   * Waits for a state. A state that is already there counts.
   *
   * @param ask The command that reports and changes nothing.
   * @param wanted Whether a report shows the state waited for.
   * @returns The first report that does.
   * @throws {Error} If it does not come within half a minute.
   */
  async until(
    ask: Command,
    wanted: (report: Report) => boolean,
  ): Promise<Report> {
    const expired = Promise.withResolvers<void>();
    let isExpired = false;
    const timer = setTimeout(() => {
      isExpired = true;
      expired.resolve();
    }, STATE_LIMIT);
    try {
      for (;;) {
        const changed = this.#changed.promise;
        const report = await this.call(ask);
        if (wanted(report)) return report;
        await Promise.race([changed, expired.promise]);
        if (isExpired) {
          const seen = JSON.stringify(report);
          throw new Error(
            `Waited ${STATE_LIMIT} ms for a state, last seen: ${seen}`,
          );
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Sends a signal to the fixture's process.
   *
   * @param signal For example `"SIGSTOP"`, after which only `"SIGCONT"` and
   * disposing have an effect.
   */
  signal(signal: Deno.Signal): void {
    this.#channel.signal(signal);
  }

  /** Ends the fixture, and every connection of it, at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new Error("The fixture has been disposed of"));
    await this.#channel[Symbol.asyncDispose]();
  }

  #receive(response: Response<Report>): void {
    switch (response.type) {
      case "report":
        this.#pending.get(response.id)?.resolve(response.report);
        return;
      case "failure":
        this.#pending.get(response.id)?.reject(new Error(response.reason));
        return;
      case "change":
        this.#noticeChange();
        return;
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#noticeChange();
  }

  #noticeChange(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
