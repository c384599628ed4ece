/**
 * What a connection reports on the main thread.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { Drop, NoticeOf, StatusNotice } from "../../boundary/protocol.ts";

/**
 * What happens to a connection, in the order in which it happened. Never called
 * from inside a method of the connection. What it throws goes to `reportError`.
 */
export interface RemoteConnectionListener {
  /** The status changed, and nothing else happened: the others carry one of their own. */
  status(status: StatusNotice): void;
  /** Messages queued before go out before those sent from here. */
  opened(notice: NoticeOf<"opened">): void;
  /** Only while pushing. */
  message(data: Data): void;
  /** A connection or an attempt was lost, and there will be another. */
  disconnected(notice: NoticeOf<"disconnected">): void;
  /** Once, the last call. */
  closed(notice: NoticeOf<"closed">): void;
  /** Messages left a queue unsent (outbound) or unread (inbound). */
  dropped(drop: Drop): void;
  /** The worker asks for a URL or a token: answer `request` with `answer()`. */
  request(request: number, what: "url" | "token"): void;
  /** A ping was answered. */
  heartbeat(notice: NoticeOf<"heartbeat">): void;
  /** Once for each `probe()`. */
  probed(notice: NoticeOf<"probed">): void;
  /** A record for the logger. */
  log(notice: NoticeOf<"log">): void;
}
