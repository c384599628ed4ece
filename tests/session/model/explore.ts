/** All worlds that can come from the first one, each once. */

import { violationAtRest, violationIn } from "./checker.ts";
import { movesFrom } from "./moves.ts";
import { keyOf, type Move, newWorld, type Rules, type World } from "./world.ts";

/** What was found. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** What is broken, and the moves that lead there. */
  readonly violation: string | undefined;
  readonly path: readonly string[];
}

interface Node {
  readonly world: World;
  readonly move: string;
  readonly parent: Node | undefined;
}

/** More worlds than this are not looked at: the bounds are too large. */
const MAX_STATES = 3_000_000;

const INPUT = /^(?:send|push|close$)/;
const FAULT = /^(?:cut|crash|rollback|end$|fail|forget|worker|expire|force)/;

/** Tells whether a move is something that goes wrong. */
export function isFault(move: string): boolean {
  return FAULT.test(move);
}

/** Tells whether a move is needed for a world to come to rest. */
export function isStep(move: string): boolean {
  return !INPUT.test(move) && !FAULT.test(move);
}

/** Makes all moves from all worlds, the shortest paths first. */
export function explore(rules: Rules, maxStates = MAX_STATES): Exploration {
  const seen = new Set<number>();
  let frontier: Node[] = [{
    world: newWorld(rules),
    move: "",
    parent: undefined,
  }];
  let transitions = 0;
  let depth = 0;
  while (frontier.length > 0) {
    const next: Node[] = [];
    for (const node of frontier) {
      const moves = movesFrom(node.world, rules);
      transitions += moves.length;
      const broken = breakOf(node, moves, rules);
      if (broken !== undefined) {
        return { states: seen.size, transitions, depth, ...broken };
      }
      for (const [move, world] of moves) {
        const key = hash(keyOf(world));
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ world, move, parent: node });
      }
    }
    if (seen.size > maxStates) throw new RangeError(`More than ${maxStates}`);
    frontier = next;
    depth += 1;
  }
  return {
    states: seen.size,
    transitions,
    depth,
    violation: undefined,
    path: [],
  };
}

function breakOf(node: Node, moves: readonly Move[], rules: Rules) {
  const atRest = !moves.some(([name]) => isStep(name));
  const violation = violationIn(node.world, rules) ??
    (atRest ? violationAtRest(node.world, rules) : undefined);
  return violation === undefined
    ? undefined
    : { violation, path: pathTo(node) };
}

function pathTo(node: Node): readonly string[] {
  const path: string[] = [];
  for (
    let each: Node | undefined = node;
    each !== undefined;
    each = each.parent
  ) {
    path.unshift(each.move);
  }
  return path.slice(1);
}

/**
 * 53 bits of a text ("cyrb53"). Two of a million worlds share them with a
 * probability of 1 in 18,000; then one of them is not looked at.
 */
function hash(text: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2_654_435_761);
    two = Math.imul(two ^ unit, 1_597_334_677);
  }
  one = Math.imul(one ^ one >>> 16, 2_246_822_507);
  one ^= Math.imul(two ^ two >>> 13, 3_266_489_909);
  two = Math.imul(two ^ two >>> 16, 2_246_822_507);
  two ^= Math.imul(one ^ one >>> 13, 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & two) + (one >>> 0);
}
