/**
 * Whether the client of a connection is still there. What it sends is a sign of
 * life; after a silence it is asked, and after another one it counts as dead.
 *
 * @module
 */

/** What {@linkcode PeerWatch.check} advises. */
export type PeerAdvice = "nothing" | "ask" | "drop";

/** Watches one client, at each check of its node. */
export class PeerWatch {
  #heard: "something" | "nothing" | "asked" = "something";

  /** Notes a sign of life. */
  heard(): void {
    this.#heard = "something";
  }

  /** Judges the time since the last check. */
  check(): PeerAdvice {
    switch (this.#heard) {
      case "something":
        this.#heard = "nothing";
        return "nothing";
      case "nothing":
        this.#heard = "asked";
        return "ask";
      case "asked":
        return "drop";
    }
  }
}
