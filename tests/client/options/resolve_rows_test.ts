import { assertEquals } from "@std/assert";
import { resolveRows } from "../../../lib/client/options/resolve_rows.ts";
import {
  DURATION,
  type Members,
} from "../../../lib/client/options/validate.ts";

Deno.test("resolveRows() leaves out what is not given and has no default", () => {
  const rows = {
    bound: { rule: DURATION, default: 5 },
    name: { rule: DURATION },
    group: { default: {}, members: { inner: { rule: DURATION, default: 7 } } },
    absent: { members: { inner: { rule: DURATION, default: 7 } } },
  };
  assertEquals(resolveRows<object>(rows, {}), {
    bound: 5,
    group: { inner: 7 },
  });
  assertEquals(
    resolveRows<object>(rows, { name: 1, group: { inner: 2 }, absent: {} }),
    { bound: 5, name: 1, group: { inner: 2 }, absent: { inner: 7 } },
  );
});

Deno.test("resolveRows() resolves members before their group", () => {
  const rows: Members["members"] = {
    group: {
      members: {
        inner: { rule: DURATION, resolve: (value: number) => value * 2 },
      },
      resolve: (value: unknown) => JSON.stringify(value),
    },
  };
  assertEquals(resolveRows<object>(rows, { group: { inner: 4 } }), {
    group: '{"inner":8}',
  });
});

Deno.test("resolveRows() takes a switch in place of a group", () => {
  const members = { inner: { rule: DURATION, default: 7 } };
  const rows = { group: { default: false, members } };
  const resolve = (group?: unknown) => resolveRows<object>(rows, { group });
  assertEquals(resolve(), {});
  assertEquals(resolve(false), {});
  assertEquals(resolve(true), { group: { inner: 7 } });
  assertEquals(resolve({ inner: 1 }), { group: { inner: 1 } });
  assertEquals(resolve("session"), { group: "session" });
});
