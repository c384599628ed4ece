import { assert, assertEquals } from "@std/assert";
import {
  dropTo,
  emptyAfter,
  entriesOf,
  entryAt,
  type Numbered,
  push,
  pushAll,
  sizeOf,
  startingWith,
} from "../../../lib/session/flow/numbered.ts";

function filled(...entries: readonly string[]): Numbered<string> {
  return entries.reduce(push, emptyAfter<string>(0));
}

Deno.test("push() numbers entries from after the start on", () => {
  const list = push(push(emptyAfter<string>(7), "a"), "b");
  assertEquals([list.first, list.last, sizeOf(list)], [8, 9, 2]);
  assertEquals([7, 8, 9, 10].map((n) => entryAt(list, n)), [
    undefined,
    "a",
    "b",
    undefined,
  ]);
});

Deno.test("emptyAfter() makes lists that share nothing once they are filled", () => {
  const [one, two] = [emptyAfter<string>(0), emptyAfter<string>(0)];
  const filled = push(one, "a");
  assertEquals([sizeOf(one), sizeOf(two), sizeOf(filled)], [0, 0, 1]);
  assertEquals(entriesOf(push(two, "b")), ["b"]);
  assertEquals(entriesOf(push(filled, "c")), ["a", "c"]);
});

Deno.test("push() leaves older versions as they were", () => {
  const one = filled("a");
  const two = push(one, "b");
  const other = push(one, "c");
  assertEquals(entriesOf(one), ["a"]);
  assertEquals(entriesOf(two), ["a", "b"]);
  assertEquals(entriesOf(other), ["a", "c"]);
});

Deno.test("pushAll() is push() of each, and leaves older versions as they were", () => {
  const one = filled("a");
  const more = pushAll(one, ["b", "c"]);
  assertEquals([more.first, more.last, entriesOf(more)], [1, 3, [
    ..."abc",
  ]]);
  assertEquals(entriesOf(pushAll(one, ["d"])), ["a", "d"]);
  assertEquals(entriesOf(more), [..."abc"]);
  assertEquals(pushAll(one, []).last, 1);
});

Deno.test("pushAll() fills an empty list with entries of its own", () => {
  const entries = ["a", "b"];
  const list = pushAll(emptyAfter<string>(7), entries);
  assertEquals([list.first, list.last, entriesOf(list)], [8, 9, ["a", "b"]]);
  push(list, "c");
  assertEquals([entries.length, pushAll(emptyAfter(3), [])], [
    2,
    emptyAfter(3),
  ]);
});

Deno.test("dropTo() removes the front and keeps the numbers", () => {
  const list = filled("a", "b", "c");
  assertEquals(dropTo(list, 0), list);
  assertEquals(entriesOf(dropTo(list, 2)), ["c"]);
  assertEquals(dropTo(list, 2).first, 3);
  assertEquals(dropTo(list, 3), emptyAfter(3));
  assertEquals(dropTo(list, 9), emptyAfter(3));
  assertEquals(entriesOf(list), ["a", "b", "c"]);
});

Deno.test("dropTo() lets go of what has left a long list", () => {
  let list = filled();
  for (let n = 1; n <= 200; n += 1) list = push(list, `${n}`);
  list = dropTo(list, 150);
  assert(list.items.length <= 100, "Half of the items at most have left");
  assertEquals([entryAt(list, 150), entryAt(list, 151)], [undefined, "151"]);
  list = push(dropTo(list, 160), "201");
  assertEquals([entryAt(list, 161), entryAt(list, 201)], ["161", "201"]);
});

Deno.test("entriesOf() returns the part that is there", () => {
  const list = dropTo(filled("a", "b", "c", "d"), 1);
  assertEquals(entriesOf(list, 1, 3), ["b", "c"]);
  assertEquals(entriesOf(list, 4, 9), ["d"]);
  assertEquals(entriesOf(list, 4, 3), []);
  assertEquals(entriesOf(list, 5), []);
});

Deno.test("startingWith() knows the first entries and the numbers of all", () => {
  const list = push(startingWith({ first: 5, last: 8 }, ["e", "f"]), "i");
  assertEquals([sizeOf(list), entryAt(list, 6), entryAt(list, 9)], [
    5,
    "f",
    "i",
  ]);
  assertEquals(entriesOf(dropTo(list, 8)), ["i"]);
  assertEquals(startingWith({ first: 3, last: 2 }, []).last, 2);
  const none = startingWith<string>({ first: 5, last: 8 }, []);
  const one = push(none, "i");
  assertEquals([sizeOf(one), entryAt(one, 6), entryAt(one, 9)], [
    5,
    undefined,
    "i",
  ]);
  assertEquals(entriesOf(one, 9), ["i"]);
  assertEquals(dropTo(one, 6).first, 7);
});
