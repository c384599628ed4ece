/**
 * Random and mutated messages, reproducible by a seed: what a hostile server
 * may send.
 *
 * @module
 */

const SYNTAX = '"\\{}[]:,0eu_';

/** Gives numbers in [0, 1). */
export type Random = () => number;
const SEEDS: readonly string[] = [
  '{"type":"say","text":"hello \\ud83d\\ude00"}',
  '{"type":"count","value":12,"id":"1.abc"}',
  '{"type":"tree","next":{"next":{"next":{}}}}',
  '{"type":"later","id":1e999}',
  '{"type":"__proto__","__proto__":{"polluted":true}}',
  '{"type":"say","constructor":{"prototype":{"polluted":true}}}',
  '{"\\u005f_proto__":{"polluted":true},"type":"count"}',
  '{"type":"say","text":"\\ud800"}',
  '["type",null,true,-0.5e-308,[[[]]]]',
];

/** A small generator with a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(values: readonly [T, ...T[]], random: Random): T {
  return values[below(values.length, random)] ?? values[0];
}

/** Changes a few bytes of a valid message, which may leave it no longer UTF-8. */
function mutated(random: Random): Uint8Array<ArrayBuffer> {
  const seed = SEEDS[below(SEEDS.length, random)] ?? "";
  const bytes = new TextEncoder().encode(seed);
  for (let changes = below(4, random); changes > 0; changes -= 1) {
    bytes[below(bytes.length, random)] = random() < 0.7
      ? SYNTAX.charCodeAt(below(SYNTAX.length, random))
      : below(256, random);
  }
  return bytes.slice(
    0,
    random() < 0.2 ? below(bytes.length, random) : undefined,
  );
}

/** Makes what is hard to parse, or hard to bear once it is parsed. */
function bomb(random: Random): string {
  return pick<() => string>([
    () =>
      pick(["[", '{"a":', '{"type":"tree","next":', '[{"next":'], random)
        .repeat(1 + below(3_000, random)),
    () => `{"type":"tree","next":${"{}".padStart(300, '{"next":')}`,
    () => `{"type":"count","value":${"9".repeat(1 + below(5_000, random))}}`,
    () => `{"type":"count","value":-1e${below(10_000, random)}}`,
    () => `{"type":"say","text":"${"\\".repeat(below(2_000, random))}`,
    () => `[${"[],".repeat(below(2_000, random))}0]`,
    () => `{${'"a":1,'.repeat(below(500, random))}"type":"say"}`,
    () => `{"type":"${String.fromCharCode(0xd800 + below(2_048, random))}"}`,
    () => `{"type":"later","n":${below(9, random)}}`,
    () => "\ufeff".repeat(below(5, random)),
  ], random)();
}

/** A message as it may come in: of use, broken, or a bomb. */
export function frame(random: Random): unknown {
  const chance = random();
  if (chance < 0.3) return new TextDecoder().decode(mutated(random));
  if (chance < 0.5) return mutated(random).buffer;
  if (chance < 0.7) return bomb(random);
  if (chance < 0.8) return new TextEncoder().encode(bomb(random)).buffer;
  if (chance < 0.9) {
    return Uint8Array.from(
      { length: below(200, random) },
      () => below(256, random),
    ).buffer;
  }
  if (chance < 0.999) return SEEDS[below(SEEDS.length, random)];
  return pick<unknown>([
    undefined,
    null,
    7,
    {},
    "[".repeat(2 ** 21),
    " ".repeat(2 ** 20),
    new Blob([mutated(random)]),
  ], random);
}

/** What pollution would change. */
export function prototypes(): readonly unknown[] {
  return [Object, Array, Function, String, Promise, Map].map((
    { prototype },
  ) => [
    Reflect.ownKeys(prototype),
    Object.getPrototypeOf(prototype),
    Reflect.get(prototype, "polluted"),
  ]);
}
