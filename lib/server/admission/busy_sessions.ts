/**
 * Since when sessions that clients want here are held elsewhere.
 *
 * @module
 */

/** Longer than clients wait between two connections, in milliseconds. */
const MEMORY = 60_000;

/** Who has a session, and which token its client has. */
export interface Holding {
  /** The node that holds it. */
  readonly node: string;
  /** Grows with each time that the client gets the session. */
  readonly counter: number;
}

interface Sighting extends Holding {
  readonly since: number;
  readonly last: number;
}

/**
 * Remembers it across connections: a client that gives up before a session is taken
 * by force, and comes again, would otherwise begin to wait anew each time. A client
 * that had its session meanwhile begins anew: its holder was not asked yet.
 */
export class BusySessions {
  /** The one that was seen last is the last one. */
  readonly #sightings = new Map<string, Sighting>();

  /** How many sessions are remembered. */
  get size(): number {
    return this.#sightings.size;
  }

  /** Another connection holds a session; returns since when this is known. */
  note(session: string, { node, counter }: Holding, now: number): number {
    const before = this.#sightings.get(session);
    const isSame = before?.node === node && before.counter === counter &&
      now < before.last + MEMORY;
    const since = isSame ? before.since : now;
    this.#sightings.delete(session);
    this.#sightings.set(session, { node, counter, since, last: now });
    return since;
  }

  /** Nobody holds it any more, or it is gone. */
  remove(session: string): void {
    this.#sightings.delete(session);
  }

  /** Forgets what no client has asked for lately. */
  forget(now: number): void {
    for (const [session, { last }] of this.#sightings) {
      if (now < last + MEMORY) return;
      this.#sightings.delete(session);
    }
  }
}
