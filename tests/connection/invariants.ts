import { nextDeadline } from "../../lib/connection/transition.ts";
import type {
  Context,
  Effect,
  Event,
  Notification,
  State,
  Step,
} from "../../lib/connection/state.ts";

/** One step of the machine, with all that went into it. */
export interface Transition {
  readonly before: State;
  readonly event: Event;
  readonly context: Context;
  readonly step: Step;
}

/** Throws where a step breaks a promise that holds for all of them. */
export function checkStep(transition: Transition): void {
  for (const [promise, holds] of PROMISE_LIST) {
    if (!holds(transition)) throw new Error(`${promise}: ${show(transition)}`);
  }
}

const PROMISES: Readonly<
  Record<string, (transition: Transition) => boolean>
> = {
  "Ids are never reused": ({ before, step }) => {
    const ids = step.effects.flatMap((effect) =>
      effect.type === "resolve" ? [effect.socket] : []
    );
    return ids.every((id, index) => id === before.lastSocketId + 1 + index) &&
      step.state.lastSocketId === before.lastSocketId + ids.length;
  },
  "Effects name the one live socket, and none that is gone": livesOnce,
  "A live socket that is let go is abandoned, one that ended is not": letsGo,
  "The end is final": ({ before, step, event }) =>
    before.kind !== "closed" ||
    step.state === before &&
      step.effects.length === Number(event.type === "probe"),
  "The end is reported once, and release is last": ({ before, step }) => {
    const ends = before.kind !== "closed" && step.state.kind === "closed";
    const released = step.effects.filter(({ type }) => type === "release");
    return notices(step).filter(({ type }) => type === "closed").length ===
        Number(ends) &&
      released.length === Number(ends) &&
      (!ends || step.effects.at(-1)?.type === "release");
  },
  "Each probe has one result": ({ before, event, step }) => {
    const asked = event.type === "probe" ? [event.request] : [];
    const reported = notices(step).flatMap((notice) =>
      notice.type === "probed" ? [notice.request] : []
    );
    const due = [...requests(before), ...asked];
    const known = [...requests(step.state), ...reported];
    return due.length === known.length &&
      String(known.toSorted()) === String(due.toSorted());
  },
  "The status is that of the state": ({ before, step }) => {
    const reported = notices(step).flatMap((notice) =>
      "status" in notice ? [notice.status] : []
    );
    const last = reported.at(-1);
    if (last === undefined) return before.kind === step.state.kind;
    return last.kind === step.state.kind &&
      last.attempt === step.state.attempt &&
      (last.delay === undefined) === (last.kind !== "waiting");
  },
  "Attempts are counted from 1 and never exceed their maximum": (
    { step, context },
  ) => {
    const { attempt, attemptsInSeries } = step.state;
    const most = Math.max(1, context.config.backoff.maxAttempts);
    const reported = notices(step).flatMap((notice) =>
      "attempt" in notice ? [notice.attempt] : []
    );
    return attemptsInSeries <= most && attempt >= attemptsInSeries &&
      reported.every((n) => n >= 1);
  },
  "No deadline is NaN, and none is served early": (
    { before, event, context, step },
  ) => {
    const deadline = nextDeadline(before, context);
    const early = event.type === "due" && context.now.monotonic < deadline;
    return !Number.isNaN(nextDeadline(step.state, context)) &&
      (!early || step.state === before && step.effects.length === 0);
  },
  "No deadline in the past goes unserved": (
    { before, event, context, step },
  ) =>
    event.type !== "due" ||
    context.now.monotonic < nextDeadline(before, context) ||
    step.state !== before ||
    nextDeadline(step.state, context) > context.now.monotonic,
  "Delays are finite, except without a network": ({ step }) =>
    notices(step).every((notice) =>
      notice.type !== "disconnected" || (notice.status.delay ?? 0) >= 0 &&
        (notice.status.delay === Infinity) ===
          (step.state.network === "offline" && step.state.kind === "waiting")
    ),
  "Pings go to open connections": ({ before, step }) =>
    step.effects.every(({ type }) => type !== "ping") ||
    before.kind === "open" && step.state.kind === "open",
  "Silence is bounded in what it remembers": ({ step }) =>
    step.state.kind !== "open" || step.state.heartbeat.pings.length <= 1_000,
};

const PROMISE_LIST = Object.entries(PROMISES);

function livesOnce({ before, step }: Transition): boolean {
  let live = socketOf(before);
  for (const effect of step.effects) {
    if (effect.type === "resolve") {
      // An ended socket is gone without an effect; a live one needs `abandon`.
      live = effect.socket;
    } else if (names(effect) !== undefined && names(effect) !== live) {
      return false;
    }
    if (effect.type === "abandon") live = undefined;
  }
  const after = socketOf(step.state);
  return after === undefined || after === live;
}

function letsGo({ before, event, step }: Transition): boolean {
  const owned = socketOf(before);
  if (owned === undefined || owned === socketOf(step.state)) return true;
  const ended = event.type === "ended" && event.socket === owned;
  const abandoned = step.effects.filter(({ type }) => type === "abandon");
  return abandoned.length === (ended ? 0 : 1);
}

function names(effect: Effect): number | undefined {
  return "socket" in effect ? effect.socket : undefined;
}

function socketOf(state: State): number | undefined {
  return "socket" in state ? state.socket : undefined;
}

function requests(state: State): readonly number[] {
  return state.kind === "open" ? state.heartbeat.probe?.requests ?? [] : [];
}

function notices(step: Step): readonly Notification[] {
  return step.effects.flatMap((effect) =>
    effect.type === "notify" ? [effect.notification] : []
  );
}

function show(transition: Transition): string {
  return Deno.inspect(transition, { depth: 6, breakLength: 120 });
}
