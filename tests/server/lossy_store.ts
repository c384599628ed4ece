/** A store whose answers can be held back and lost. */

import { memoryStore } from "../../lib/server/stores/memory.ts";
import { SessionStoreError } from "../../lib/server/stores/store_error.ts";
import type { EndAnswer, SessionStore } from "../../lib/session/store/store.ts";

/** What happens to the next answer of `end()`. */
type Fate =
  | "comes"
  | "waits"
  | "lost after the step"
  | "lost before the step"
  /** Of all answers from now on. */
  | "away";

/** A store in memory; asked again, `end()` says what came of the first time. */
export class LossyStore {
  /** The store. */
  readonly store: SessionStore;
  /** Of the next `end()`; later ones come. */
  fate: Fate = "comes";
  /** The conditions of all `end()`. */
  readonly asked: string[] = [];
  readonly #untold = new Map<string, EndAnswer>();
  #release = () => {};

  constructor() {
    const inner = memoryStore();
    const end: SessionStore["end"] = async (id, condition, tombstone) => {
      const fate = this.fate;
      this.asked.push(condition.kind);
      if (fate === "away") throw lost();
      this.fate = "comes";
      if (fate === "lost before the step") throw lost();
      const untold = this.#untold.get(id);
      this.#untold.delete(id);
      const answer = untold ?? await inner.end(id, condition, tombstone);
      if (fate === "waits") {
        await new Promise<void>((resolve) => this.#release = resolve);
      }
      if (fate !== "lost after the step") return answer;
      this.#untold.set(id, answer);
      throw lost();
    };
    this.store = new Proxy(inner, {
      get: (target, name) =>
        name === "end" ? end : Reflect.get(target, name, target),
    });
  }

  /** Lets the answer that waits come. */
  release(): void {
    this.#release();
  }
}

function lost(): SessionStoreError {
  return new SessionStoreError("unavailable", "No answer");
}
