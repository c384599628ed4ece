/** Nodes and sockets for the parts of a session server, without a network. */

import type { Peer } from "../../lib/server/connection/peer.ts";
import type { SessionServerOptions } from "../../lib/server/mod.ts";
import {
  newSessionId,
  openSession,
} from "../../lib/server/connection/requests.ts";
import { LocalNode } from "../../lib/server/local_node.ts";
import type { StoreNotice } from "../../lib/session/store/store.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { OPEN } from "../session/server/peer.ts";
import { KEY } from "./listening.ts";
import { Waiters } from "./waiters.ts";

/** A node on a clock that stands still. */
export class TestNode extends LocalNode {
  declare readonly clock: ManualClock;

  constructor(options: Partial<SessionServerOptions> = {}) {
    const clock = new ManualClock();
    super({
      key: KEY,
      authenticate: (_request, auth) => auth ?? "ann",
      handler: { message() {} },
      clock,
      ...options,
    });
    this.clock = clock;
  }
}

/** A session of a node, as a connection would have it. */
export async function opened(node: TestNode) {
  const id = newSessionId();
  const notices: StoreNotice[] = [];
  const owner = { notify: (notice: StoreNotice) => void notices.push(notice) };
  const { lease } = await openSession(node, {
    ...{ id, principal: "ann", request: OPEN },
  });
  node.registry.listen(id, owner);
  node.registry.enter({ id, principal: "ann", maxMessage: 90, owner });
  const detach = async () => {
    node.registry.leave(id, owner, node.clock.now() + 60_000);
    node.detach(lease, 60_000);
    await node.settled();
  };
  return { id, lease, notices, detach };
}

/** A socket that notes what is done to it. */
export class TestPeer implements Peer {
  readonly sent: Payload[] = [];
  readonly done: string[] = [];
  isOpen = true;
  unsentBytes = 0;
  declare ping?: () => void;
  readonly #waiters = new Waiters();

  /** Resolves when something was sent, or the socket was closed. */
  answered(): Promise<void> {
    return this.#waiters.until(() => this.sent.length + this.done.length > 0);
  }

  send(data: Payload): void {
    this.sent.push(data);
    this.#waiters.look();
  }

  close(closeCode: number, reason: string): void {
    this.#do(`close ${closeCode} ${reason}`);
  }

  terminate(): void {
    this.#do("terminate");
  }

  #do(what: string): void {
    this.done.push(what);
    this.#waiters.look();
  }
}

/** A logger that notes the level and the message of each record. */
export function noting(records: string[]) {
  const level = (name: string) => (message: string) => {
    records.push(`${name} ${message}`);
  };
  return {
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
  };
}
