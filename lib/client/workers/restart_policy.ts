/**
 * Whether a worker that is gone has a successor, and when.
 *
 * @module
 */

/** What happens after a worker is gone; delays are milliseconds. */
export type RestartVerdict =
  | {
    readonly kind: "restart";
    readonly delay: number;
    readonly detail: string;
  }
  | RestartEnd;

/** There is no successor. */
export interface RestartEnd {
  readonly kind: "end";
  readonly detail: string;
  readonly advice?: "start" | "version";
}

/** The detail where a browser does not say why a script did not load. */
export const NO_REASON = "No reason was given";
/** Begins the failure of a foreign worker, or of one whose `ready` was lost. */
export const NOT_READY = "It did not begin with `ready`, but with ";

/** After this many crashes in a row, the connections of the worker end. */
const MAX_CRASHES = 5;
/** After this many crashes in a row, the connections are split between two workers. */
const SPLIT_FROM = 2;
/** A worker that lived as long as this, in milliseconds, forgets earlier crashes. */
const STABLE_AFTER = 30_000;
/** The longest wait after a first crash, in milliseconds; it doubles with each. */
const FIRST_CRASH_DELAY = 100;
/** The same after a first start that failed. */
const FIRST_START_DELAY = 500;
/** The longest wait of all, in milliseconds. */
const MAX_DELAY = 30_000;
/** A start may take so many times as long as the first one at most. */
const MAX_FACTOR = 8;
/** At most this many starts in a row may fail without a reason. */
const MAX_UNKNOWN_STARTS = 5;

/** Statuses that pass, and connections that fail, in the words of Deno. */
const TEMPORARY =
  /failed: (?:408|425|429|5\d\d)\b|error sending request|not ready within/i;

/** How a worker says that it could not load a part of itself. */
const UNLOADED = /^Cannot load /;

/** Counts what went wrong with the workers of one supervisor. */
export class RestartPolicy {
  readonly #random: () => number;
  #crashes: number;
  #failedStarts = 0;
  #unloads = 0;

  /** Starts with the crashes of workers before. */
  constructor(random: () => number, crashes = 0) {
    this.#random = random;
    this.#crashes = crashes;
  }

  /** Crashes in a row. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Workers in a row that crashed, did not start, or could not load a part of themselves. */
  get failures(): number {
    return this.#crashes + this.#failedStarts + this.#unloads;
  }

  /** Whether one of several connections may be the cause of the crashes. */
  get suspectsConnections(): boolean {
    return this.#crashes >= SPLIT_FROM;
  }

  /**
   * How many times as long the next worker may take to start. It grows with
   * each failed start, since a worker that always takes longer would never
   * start.
   */
  get startFactor(): number {
    return Math.min(2 ** this.#failedStarts, MAX_FACTOR);
  }

  /** A worker is ready. */
  started(): void {
    this.#failedStarts = 0;
  }

  /** Forgets everything. */
  reset(): void {
    this.#crashes = 0;
    this.#failedStarts = 0;
    this.#unloads = 0;
  }

  /** A worker crashed that was ready for so many milliseconds. */
  crashed(life: number, detail: string): RestartVerdict {
    if (UNLOADED.test(detail)) return this.#unloaded(life, detail);
    this.#crashes = life >= STABLE_AFTER ? 1 : this.#crashes + 1;
    if (this.#crashes >= MAX_CRASHES) {
      return {
        kind: "end",
        detail: `The worker crashed ${this.#crashes} times in a row: ${detail}`,
      };
    }
    return this.afterCrash(detail);
  }

  /** A part of it could not be downloaded: the next one may get it. */
  #unloaded(life: number, detail: string): RestartVerdict {
    this.#unloads = life >= STABLE_AFTER ? 1 : this.#unloads + 1;
    return {
      kind: "restart",
      delay: this.#delay(FIRST_START_DELAY, this.#unloads),
      detail,
    };
  }

  /** The successor of a worker that crashed, however often that was. */
  afterCrash(detail: string): RestartVerdict & { readonly kind: "restart" } {
    return {
      kind: "restart",
      delay: this.#delay(FIRST_CRASH_DELAY, this.#crashes),
      detail: `The worker crashed: ${detail}`,
    };
  }

  /** A worker did not become ready, in the words of the platform. */
  startFailed(
    detail: string,
    network: "online" | "offline",
  ): RestartVerdict {
    this.#failedStarts += 1;
    if (!this.#isTemporary(detail, network)) {
      return neverReady(detail);
    }
    return {
      kind: "restart",
      delay: this.#delay(FIRST_START_DELAY, this.#failedStarts),
      detail: `The worker could not be started: ${detail}`,
    };
  }

  #isTemporary(detail: string, network: "online" | "offline"): boolean {
    if (detail !== NO_REASON && !detail.startsWith(NOT_READY)) {
      return TEMPORARY.test(detail);
    }
    return network === "offline" || this.#failedStarts < MAX_UNKNOWN_STARTS;
  }

  /** `backoffDelay()` checks its arguments, which weighs more than this. */
  #delay(first: number, count: number): number {
    return this.#random() * Math.min(first * 2 ** (count - 1), MAX_DELAY);
  }
}

/** The end of a worker that was never ready. */
export function neverReady(detail: string): RestartEnd {
  return {
    kind: "end",
    detail: `The worker could not be started: ${detail}`,
    advice: "start",
  };
}
