import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { LazyPromise } from "../../../lib/client/socket/lazy_promise.ts";

Deno.test("LazyPromise.resolve() settles for those who asked, and who will ask", async () => {
  const early = new LazyPromise<number>();
  const { promise } = early;
  early.resolve(1);
  assertEquals(await promise, 1);
  assertStrictEquals(early.promise, promise);
  const late = new LazyPromise<number>();
  late.resolve(2);
  assertEquals(await late.promise, 2);
});

Deno.test("LazyPromise.reject() is no unhandled rejection", async () => {
  const late = new LazyPromise<number>();
  const { promise } = late;
  late.reject(new TypeError("no"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  await assertRejects(() => promise, TypeError, "no");
});

Deno.test("LazyPromise settles once", async () => {
  const late = new LazyPromise<number>();
  late.resolve(1);
  late.resolve(2);
  late.reject(new Error("too late"));
  assertEquals(await late.promise, 1);
  late.reject(new Error("too late"));
  assertEquals(await late.promise, 1);
});
