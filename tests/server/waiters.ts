/** Waits for what a test expects, and says so if it does not come. */

/** In milliseconds; far more than any limit of what is tested. */
const PATIENCE = 60_000;

/** Those who wait until something is true. */
export class Waiters {
  readonly #looks = new Set<() => void>();

  /**
   * Resolves when something is true; rejects when that takes too long.
   *
   * @param limit How long, in milliseconds; `Infinity` for what may never come.
   */
  until(isTrue: () => boolean, limit = PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#looks.delete(look);
      };
      const timer = limit === Infinity ? undefined : setTimeout(() => {
        end();
        reject(new Error(`Not true within ${limit} ms: ${isTrue}`));
      }, limit);
      const look = () => {
        if (!isTrue()) return;
        end();
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Something has changed. */
  look(): void {
    for (const look of [...this.#looks]) look();
  }
}
