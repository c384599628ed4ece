import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  deadline,
  debounce,
  type DebouncedFunction,
  delay,
  MuxAsyncIterator,
  pooledMap,
  retry,
  RetryError,
} from "@std/async";
import { delay as delayAlone } from "@std/async/delay";

async function* of<T>(...values: T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

Deno.test("delay() resolves to nothing", async () => {
  const nothing: void = await delay(0);
  assertEquals(nothing, undefined);
  assertEquals(delayAlone, delay);
});

Deno.test("delay() rejects with the reason of its signal", async () => {
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(
    () => delay(60_000, { signal, persistent: false }),
    RangeError,
    "enough",
  );
});

Deno.test("deadline() rejects a promise that is late", async () => {
  const error = await assertRejects(
    () => deadline(Promise.withResolvers<never>().promise, 0),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
});

Deno.test("deadline() passes a value on", async () => {
  const { signal } = new AbortController();
  const value: number = await deadline(Promise.resolve(1), Infinity, {
    signal,
  });
  assertEquals(value, 1);
});

Deno.test("debounce() calls once, with the last arguments", () => {
  const calls: [string, number][] = [];
  const debounced: DebouncedFunction<[string, number]> = debounce(
    (text: string, number: number) => void calls.push([text, number]),
    60_000,
  );
  debounced("a", 1);
  debounced("b", 2);
  assert(debounced.pending);
  debounced.flush();
  debounced("c", 3);
  debounced.clear();
  assert(!debounced.pending);
  assertEquals(calls, [["b", 2]]);
});

Deno.test("MuxAsyncIterator merges what is added", async () => {
  const mux = new MuxAsyncIterator<number>();
  mux.add(of(1, 2));
  mux.add(of(3));
  const values: number[] = await Array.fromAsync(mux);
  assertEquals(values.sort(), [1, 2, 3]);
});

Deno.test("pooledMap() keeps the order", async () => {
  const lengths = pooledMap(
    2,
    ["a", "bc"],
    (text) => delay(0, {}).then(() => text.length),
  );
  assertEquals(await Array.fromAsync(lengths), [1, 2]);
});

Deno.test("retry() gives up with the last error as the cause", async () => {
  const error = await assertRejects(
    () =>
      retry(() => Promise.reject(new TypeError("no")), {
        maxAttempts: 2,
        minTimeout: 0,
      }),
    RetryError,
    "2",
  );
  assertInstanceOf(error.cause, TypeError);
});
