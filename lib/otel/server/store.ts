/**
 * Measures the steps of a store.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type { Attributes, Histogram } from "../telemetry.ts";

/** What steps are measured with. */
export interface StoreTelemetry {
  readonly duration: Histogram;
  readonly attributes: Attributes;
  readonly clock: Pick<Clock, "now">;
}

/** The steps of a `SessionStore`. */
const STEPS: ReadonlySet<string | symbol> = new Set([
  ...["open", "attach", "append", "accept", "read"],
  ...["detach", "touch", "end", "due"],
]);

type Step = (...values: readonly unknown[]) => Promise<unknown>;

/** The same store, whose steps are measured. */
export function measureStore<Store extends object>(
  store: Store,
  telemetry: StoreTelemetry,
): Store {
  const wrappers = new Map<string | symbol, unknown>();
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const known = wrappers.get(name) ??
        (STEPS.has(name)
          ? measured(`${String(name)}`, value.bind(target) as Step, telemetry)
          : value.bind(target));
      wrappers.set(name, known);
      return known;
    },
  });
}

function measured(
  name: string,
  step: Step,
  { duration, attributes, clock }: StoreTelemetry,
): Step {
  const own = { ...attributes, "holdfast.session.store.step": name };
  return async (...values) => {
    const startedAt = clock.now();
    const record = (more: Attributes) =>
      duration.record((clock.now() - startedAt) / 1_000, { ...own, ...more });
    try {
      const answer = await step(...values);
      record({});
      return answer;
    } catch (error) {
      record({ "error.type": error instanceof Error ? error.name : "unknown" });
      throw error;
    }
  };
}
