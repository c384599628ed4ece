/**
 * Tells the client what the machine wants the application to hear.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Failure } from "../connection/failure.ts";
import type {
  Notification,
  NotificationOf,
  StatusNotice,
} from "../connection/state.ts";
import type { ConnectionLogger } from "./connection_logger.ts";
import type { TransportDriver } from "./transport_driver.ts";
import type { NoticeQueue } from "./notice_queue.ts";
import type { Secrets } from "./attempt/secrets.ts";
import type { SendBuffer } from "./send_buffer.ts";

/** What a teller stands on. */
export interface NotificationHandlerOwner {
  readonly notices: NoticeQueue;
  readonly logger: ConnectionLogger;
  readonly transports: TransportDriver;
  readonly secrets: Secrets;
  readonly sendBuffer: SendBuffer;
}

/** Turns notifications into notices. */
export class NotificationHandler {
  readonly #id: number;
  readonly #owner: NotificationHandlerOwner;

  /** Makes a teller for one connection. */
  constructor(id: number, owner: NotificationHandlerOwner) {
    this.#id = id;
    this.#owner = owner;
  }

  /** Tells it, redacted, and does what goes with it. */
  handle(notification: Notification): void {
    // Before the notice, as nothing is told after the last one.
    if ("status" in notification) this.#logStatus(notification.status);
    switch (notification.type) {
      case "status":
        this.#owner.notices.push({ ...notification, ...this.#position });
        return;
      case "opened":
        this.#onOpened(notification);
        return;
      case "disconnected":
        this.#owner.transports.inbound.dropHeld();
        this.#owner.notices.push({
          ...this.#hide(notification),
          ...this.#position,
        });
        return;
      case "closed":
        this.#onClosed(notification);
        return;
      case "heartbeat":
        this.#owner.notices.push({
          ...notification,
          ...this.#position,
          longestGap: this.#owner.transports.longestGap,
        });
        return;
      case "probed":
        this.#onProbed(notification);
        return;
    }
  }

  get #position(): { readonly id: number; readonly after: number } {
    return { id: this.#id, after: this.#owner.notices.after };
  }

  #logStatus(status: StatusNotice): void {
    this.#owner.logger.log("info", status.kind, { ...status });
  }

  #onOpened(opened: NotificationOf<"opened">): void {
    const { resolution } = this.#owner.transports;
    this.#owner.notices.push({
      ...opened,
      ...this.#position,
      url: resolution?.url ?? "",
      transport: resolution?.kind.name ?? "native",
    });
    this.#owner.transports.inbound.releaseHeld();
  }

  #onProbed(probed: NotificationOf<"probed">): void {
    const { result } = probed;
    const hidden = result.kind === "failure" ? this.#hide(result) : result;
    this.#owner.notices.push({
      ...probed,
      ...this.#position,
      result: hidden,
    });
  }

  #onClosed(closed: NotificationOf<"closed">): void {
    this.#owner.sendBuffer.drop("closed");
    this.#owner.transports.inbound.dropHeld();
    if (closed.cause === "requested") this.#owner.notices.clear("closed");
    this.#owner.notices.pushLast({
      ...this.#hide(closed),
      ...this.#position,
    });
  }

  /** Hides secrets in what a peer, a platform or a hook said. */
  #hide<T extends { readonly info?: CloseInfo; readonly failure?: Failure }>(
    told: T,
  ): T {
    const { info, failure } = told;
    return {
      ...told,
      ...info && { info: this.#owner.secrets.hideInInfo(info) },
      ...failure && { failure: this.#owner.secrets.hideInFailure(failure) },
    };
  }
}
