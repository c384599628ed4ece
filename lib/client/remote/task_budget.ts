/**
 * How many events may each be followed by a task of its own.
 *
 * The platform fires each event in a task of its own, so an async function may
 * take as many turns of promises as it likes before it waits for the next event.
 * A task costs 20 times as much as a microtask, so a flood cannot have as many.
 *
 * @module
 */

/** The most tasks in a row. */
const CAPACITY = 1_024;
/** How many tasks return per millisecond: only a flood uses them up. */
const PER_MILLISECOND = 2;
/** The minimum after a new listener or a change of the connection. */
const AT_CHANGE = 64;

/** Counts the tasks of one connection. */
export class TaskBudget {
  #tasks = CAPACITY;
  #since = 0;

  /** Restores what the time since the last call allows. `now` is in milliseconds. */
  restore(now: number): void {
    const back = (now - this.#since) * PER_MILLISECOND;
    this.#since = now;
    this.#tasks = Math.min(this.#tasks + back, CAPACITY);
  }

  /** Makes sure that the next events have tasks. */
  ensure(): void {
    this.#tasks = Math.max(this.#tasks, AT_CHANGE);
  }

  /** Takes a task; says whether there is one. */
  take(): boolean {
    if (this.#tasks < 1) return false;
    this.#tasks -= 1;
    return true;
  }
}
