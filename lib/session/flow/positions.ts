/**
 * How far each side is, by generation of the store's data.
 *
 * A store that lost its newest data gives numbers again that it had given
 * before, to other messages. So a number means something only together with the
 * generation in which it was given. Kafka does the same since KIP-320.
 *
 * @module
 */

import type { WirePosition } from "../wire/handshake.ts";
import { MAX_LINEAGE, MAX_POSITIONS } from "../wire/limits.ts";

/**
 * What a client has, the newest generation first. An older generation reaches
 * at most to where the newer one begins.
 */
export type Positions = readonly WirePosition[];

/** A generation of a session's log, and the first number given in it. */
export interface Era {
  /** The name of the generation. */
  readonly generation: string;
  /** The first number that was given in it. */
  readonly first: number;
}

/** The generations of a session's log, the oldest first. Never empty. */
export type Lineage = readonly Era[];

let latest: Lineage = [{ generation: "", first: 1 }];

/** The lineage of a session that begins: the same record for all of a generation. */
export function startLineage(generation: string): Lineage {
  if (latest[0]!.generation !== generation) {
    latest = [{ generation, first: 1 }];
  }
  return latest;
}

/** Positions of a client that has nothing before a session's first message. */
export function startPositions(generation: string): Positions {
  return [[generation, 0]];
}

/** Adds the numbers `from` to `to`: they came, or were reported as lost. */
export function advance(
  positions: Positions,
  generation: string,
  { from, to }: { readonly from: number; readonly to: number },
): Positions {
  if (positions[0]?.[0] === generation) {
    return [[generation, to], ...positions.slice(1)];
  }
  return [[generation, to], ...clamped(positions, from - 1)]
    .slice(0, MAX_POSITIONS) as Positions;
}

/** After a resume: the server sends from `at + 1` on, which is of this generation. */
export function rejoin(
  positions: Positions,
  generation: string,
  at: number,
): Positions {
  const others = positions.filter(([name]) => name !== generation);
  return [[generation, at], ...clamped(others, at)]
    .slice(0, MAX_POSITIONS) as Positions;
}

/** The last number that a client has: in its newest generation. */
export function lastOf(positions: Positions): number {
  return positions[0]?.[1] ?? 0;
}

/**
 * Finds the last message that both sides know, or `undefined` if they have no
 * generation in common.
 *
 * @param last The log's last number.
 */
export function commonPosition(
  positions: Positions,
  lineage: Lineage,
  last: number,
): number | undefined {
  for (const [generation, seq] of positions) {
    const index = lineage.findIndex((era) => era.generation === generation);
    if (index < 0) continue;
    const next = lineage[index + 1];
    return Math.min(seq, next === undefined ? last : next.first - 1);
  }
  return undefined;
}

/** Notes that numbers from `first` on are of this generation. */
export function continueLineage(
  lineage: Lineage,
  generation: string,
  first: number,
): Lineage {
  if (lineage.at(-1)?.generation === generation) return lineage;
  return [...lineage, { generation, first }].slice(-MAX_LINEAGE);
}

/** The generation in which a number was given, or will be. */
export function generationAt(lineage: Lineage, seq: number): string {
  const newest = lineage[lineage.length - 1]!;
  // The usual case: this runs for each message.
  if (newest.first <= seq) return newest.generation;
  const era = lineage.findLast(({ first }) => first <= seq) ?? lineage[0]!;
  return era.generation;
}

function clamped(positions: Positions, last: number): Positions {
  return positions.map(([name, seq]) => [name, Math.min(seq, last)]);
}
