/**
 * `close()`: send what is queued, then do the closing handshake.
 *
 * @module
 */

import { type CloseInfo, LOST, NO_CLOSE_CODE } from "../../rfc6455/close.ts";
import { abandon, refuseProbes, status, unchanged } from "../effects.ts";
import type { Failure } from "../failure.ts";
import { finish, unclean } from "../loss.ts";
import { retryStateOf } from "../retry_state.ts";
import type {
  Closed,
  Closing,
  Context,
  Event,
  Occurrence,
  State,
  Step,
} from "../state.ts";

/** What `close()` does in each state. */
export function onClose(
  state: Exclude<State, Closed>,
  event: Extract<Event, { type: "close" }>,
  { now, config }: Context,
): Step {
  const { closeCode, reason } = event;
  // Without an open connection nothing is lost, so the end is clean.
  const requested: CloseInfo = {
    closeCode: closeCode ?? NO_CLOSE_CODE,
    reason,
    wasClean: true,
  };
  switch (state.kind) {
    case "idle":
    case "waiting":
      return finish(state, { info: requested, cause: "requested" });
    case "connecting":
      return finish(state, {
        info: requested,
        cause: "requested",
        cleanup: [abandon(state.socket)],
      });
    case "open":
      return {
        state: {
          ...retryStateOf(state),
          kind: "closing",
          socket: state.socket,
          phase: "draining",
          deadline: now.monotonic + config.closeTimeout,
          closeCode,
          reason,
        },
        effects: [
          ...refuseProbes(state.heartbeat, { kind: "not-open" }),
          status("closing", state.attempt),
        ],
      };
    case "closing":
      return unchanged(state);
  }
}

/** What an event does to a connection that is closing. */
export function whileClosing(
  state: Closing,
  event: Occurrence,
  context: Context,
): Step {
  switch (event.type) {
    case "drained":
      return state.phase === "draining"
        ? startClosingHandshake(state)
        : unchanged(state);
    case "failed":
      return finish(state, {
        info: LOST,
        cause: "requested",
        failure: event.failure,
        cleanup: [abandon(state.socket, state.closeCode, state.reason)],
      });
    case "ended": {
      const { info, failure } = event;
      return finish(state, {
        info,
        cause: "requested",
        ...unclean(info, failure),
      });
    }
    case "due":
      return onCloseDue(state, context);
    case "connect":
    case "resolved":
    case "opened":
    case "greeted":
    case "heard":
    case "answered":
    case "paused":
    case "resumed":
    case "woke":
      return unchanged(state);
  }
}

function onCloseDue(state: Closing, { config, now }: Context): Step {
  if (now.monotonic < state.deadline) return unchanged(state);
  const failure: Failure = {
    type: "close-timeout",
    timeout: config.closeTimeout,
  };
  const { socket, closeCode, reason } = state;
  return finish(state, {
    info: LOST,
    cause: "requested",
    failure,
    cleanup: [abandon(socket, closeCode, reason)],
  });
}

function startClosingHandshake(state: Closing): Step {
  const { socket, closeCode, reason } = state;
  return {
    state: { ...state, phase: "handshake" },
    effects: [{ type: "close", socket, closeCode, reason }],
  };
}
