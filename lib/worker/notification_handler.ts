/**
 * Tells the client what the machine wants the application to hear.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Failure } from "../connection/failure.ts";
import type { Notification } from "../connection/state.ts";
import type { Journal } from "./connection_logger.ts";
import type { Line } from "./transport_session.ts";
import type { Mailbox } from "./notice_queue.ts";
import type { Secrets } from "./attempt/secrets.ts";
import type { Sender } from "./send_buffer.ts";

/** What a teller stands on. */
export interface TellerOwner {
  readonly mailbox: Mailbox;
  readonly journal: Journal;
  readonly line: Line;
  readonly secrets: Secrets;
  readonly sender: Sender;
}

/** Turns notifications into notices. */
export class Teller {
  readonly #id: number;
  readonly #owner: TellerOwner;

  /** Makes a teller for one connection. */
  constructor(id: number, owner: TellerOwner) {
    this.#id = id;
    this.#owner = owner;
  }

  /** Tells it, redacted, and does what goes with it. */
  tell(notification: Notification): void {
    const id = this.#id;
    switch (notification.type) {
      case "status":
        this.#owner.mailbox.tell({
          ...notification,
          id,
          after: this.#owner.mailbox.after,
        });
        this.#owner.journal.write("info", notification.status.kind, {
          ...notification.status,
        });
        return;
      case "opened":
        this.#tellOpened(notification);
        return;
      case "disconnected":
        this.#owner.line.intake.dropHeld();
        this.#owner.mailbox.tell({
          ...this.#hide(notification),
          id,
          after: this.#owner.mailbox.after,
        });
        return;
      case "closed":
        this.#tellClosed(notification);
        return;
      case "heartbeat":
        this.#owner.mailbox.tell({
          ...notification,
          id,
          longestGap: this.#owner.line.longestGap,
        });
        return;
      case "probed":
        this.#tellProbed(notification);
        return;
    }
  }

  #tellOpened(opened: Extract<Notification, { type: "opened" }>): void {
    const { resolution } = this.#owner.line;
    this.#owner.mailbox.tell({
      ...opened,
      id: this.#id,
      after: this.#owner.mailbox.after,
      url: resolution?.url ?? "",
      transport: resolution?.kind.name ?? "native",
    });
    this.#owner.line.intake.releaseHeld();
  }

  #tellProbed(probed: Extract<Notification, { type: "probed" }>): void {
    const { result } = probed;
    const hidden = result.kind === "failure" ? this.#hide(result) : result;
    this.#owner.mailbox.tell({ ...probed, id: this.#id, result: hidden });
  }

  #tellClosed(closed: Extract<Notification, { type: "closed" }>): void {
    this.#owner.sender.drop("closed");
    this.#owner.line.intake.dropHeld();
    if (closed.cause === "requested") this.#owner.mailbox.clear("closed");
    const { after } = this.#owner.mailbox;
    this.#owner.mailbox.tellLast({
      ...this.#hide(closed),
      id: this.#id,
      after,
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
