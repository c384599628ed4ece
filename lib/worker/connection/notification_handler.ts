/**
 * From the notifications of the machine to notices for the client.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type {
  Notification,
  NotificationOf,
  StatusNotice,
} from "../../connection/state.ts";
import type { SessionOpening } from "../../boundary/session.ts";
import type { Secrets } from "../attempt/secrets.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";
import type { SendBuffer } from "../posts/send_buffer.ts";
import type { TransportDriver } from "./transport_driver.ts";

/** What a handler works with. */
export interface NotificationParts {
  readonly notices: NoticeQueue;
  readonly logger: ConnectionLogger;
  readonly transportDriver: Pick<
    TransportDriver,
    "dropHeld" | "longestGap" | "releaseHeld" | "resolution"
  >;
  readonly secrets: Secrets;
  readonly sendBuffer: Pick<SendBuffer, "drop">;
  /** The session of the connection, once there is one. */
  readonly session: () => ReportedSession | undefined;
}

/** What is reported of a session. */
export interface ReportedSession {
  /** How the present connection took it up. */
  readonly opening: SessionOpening;
  /** The connection has ended for good: reports what became of each message. */
  end(): void;
}

/** Posts notifications, and drops what goes with them. */
export class NotificationHandler {
  readonly #id: number;
  readonly #notices: NoticeQueue;
  readonly #logger: ConnectionLogger;
  readonly #transportDriver: NotificationParts["transportDriver"];
  readonly #secrets: Secrets;
  readonly #sendBuffer: NotificationParts["sendBuffer"];
  readonly #session: NotificationParts["session"];

  /** Makes a handler for one connection. */
  constructor(id: number, parts: NotificationParts) {
    this.#id = id;
    this.#notices = parts.notices;
    this.#logger = parts.logger;
    this.#transportDriver = parts.transportDriver;
    this.#secrets = parts.secrets;
    this.#sendBuffer = parts.sendBuffer;
    this.#session = parts.session;
  }

  /** Posts a notification; what it says to people is without secrets. */
  handle(notification: Notification): void {
    // Before the notice, since nothing is posted after the last one.
    if ("status" in notification) this.#logStatus(notification.status);
    switch (notification.type) {
      case "status":
        this.#notices.push({ ...notification, ...this.#position });
        return;
      case "opened":
        this.#onOpened(notification);
        return;
      case "disconnected":
        this.#transportDriver.dropHeld();
        this.#notices.push({
          ...this.#redact(notification),
          ...this.#position,
          ...this.#target,
        });
        return;
      case "closed":
        this.#onClosed(notification);
        return;
      case "heartbeat": {
        const { longestGap } = this.#transportDriver;
        this.#notices.push({ ...notification, ...this.#position, longestGap });
        return;
      }
      case "probed":
        this.#onProbed(notification);
        return;
    }
  }

  get #position(): { readonly id: number; readonly after: number } {
    return { id: this.#id, after: this.#notices.after };
  }

  get #target(): { readonly url?: string } {
    const { resolution } = this.#transportDriver;
    return resolution === undefined ? {} : { url: resolution.url };
  }

  #logStatus(status: StatusNotice): void {
    this.#logger.log("info", status.kind, { ...status });
  }

  #onOpened(opened: NotificationOf<"opened">): void {
    const { resolution } = this.#transportDriver;
    const session = this.#session()?.opening;
    this.#notices.push({
      ...opened,
      ...this.#position,
      url: resolution?.url ?? "",
      transport: resolution?.kind.name ?? "native",
      ...session && { session },
    });
    this.#transportDriver.releaseHeld();
  }

  #onProbed(probed: NotificationOf<"probed">): void {
    const { result } = probed;
    this.#notices.push({
      ...probed,
      ...this.#position,
      result: result.kind === "failure" ? this.#redact(result) : result,
    });
  }

  #onClosed(closed: NotificationOf<"closed">): void {
    this.#session()?.end();
    this.#sendBuffer.drop("closed");
    this.#transportDriver.dropHeld();
    if (closed.cause === "requested") this.#notices.clear("closed");
    this.#notices.pushLast({
      ...this.#redact(closed),
      ...this.#position,
      ...this.#target,
    });
  }

  #redact<T extends { readonly failure?: Failure }>(record: T): T {
    const { failure } = record;
    if (failure === undefined) return record;
    return { ...record, failure: this.#secrets.hideInFailure(failure) };
  }
}
