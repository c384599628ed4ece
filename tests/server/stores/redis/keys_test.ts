import { assert, assertEquals, assertThrows } from "@std/assert";
import { BUCKETS, KeySpace } from "../../../../lib/server/stores/redis/keys.ts";

Deno.test("KeySpace.of() names keys that a cluster keeps together", () => {
  const keys = new KeySpace("hf:");
  const { record, log, ends } = keys.of("q83v");
  const [tag] = /\{\d+\}/.exec(record)!;
  assertEquals([record, log, ends], [
    ...[`hf:${tag}:s:q83v`, `hf:${tag}:o:q83v`, ends],
  ]);
  const bucket = Number(tag.slice(1, -1));
  assertEquals(keys.of("q83v").bucket, bucket);
  assertEquals(`${keys.recordsOf(bucket)}q83v`, record);
  assert(keys.endsOf(bucket).includes(ends));
  assertEquals(keys.channels, "hf:n:");
});

Deno.test("KeySpace.of() spreads sessions over all buckets", () => {
  const keys = new KeySpace("");
  const all = Array.from({ length: 20_000 }, (_, n) => keys.of(`s${n}`));
  const buckets = Map.groupBy(all, ({ bucket }) => bucket);
  const parts = Map.groupBy(all, ({ ends }) => ends);
  assertEquals([buckets.size, parts.size], [BUCKETS, BUCKETS * 16]);
  const most = Math.max(...parts.values().map(({ length }) => length));
  assert(most < 50, `${most} in one part`);
});

Deno.test("KeySpace refuses a prefix that could break a script or a slot", () => {
  for (const prefix of ["'", "{a}", "a b", "\n"]) {
    assertThrows(
      () => new KeySpace(prefix),
      RangeError,
      'Option "prefix" must be letters, digits and :_.-, not ',
    );
  }
});
