import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "../../../../lib/server/stores/sqlite/store.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";
import { BOUNDS, claimWith, INIT } from "../../../session/store/records.ts";
import { testStore } from "../conformance.ts";

const FOLDER = Deno.makeTempDirSync();
const LARGE = { ...BOUNDS, maxMessages: 1_000, maxBytes: 10_000_000 };
let files = 0;

globalThis.addEventListener("unload", () => {
  Deno.removeSync(FOLDER, { recursive: true });
});

function newPath(): string {
  files += 1;
  return `${FOLDER}/${files}.db`;
}

testStore({
  name: "sqliteStore()",
  open: (clock) => sqliteStore(newPath(), { clock }),
  openTwo: (clock) => {
    const path = newPath();
    return [sqliteStore(path, { clock }), sqliteStore(path, { clock })];
  },
});

Deno.test("sqliteStore() goes on with the sessions of its file", async () => {
  const path = newPath();
  const first = sqliteStore(path);
  const { generation } = first;
  const lease = await first.open(INIT);
  await first.append("s", ["a", new Uint8Array([0, 1])], BOUNDS);
  await first.accept({
    ...{ lease, handled: 3, claim: 4, ack: 1, counter: 1, ttl: 120_000 },
    replies: [],
  });
  await first[Symbol.asyncDispose]();
  await using second = sqliteStore(path);
  assertEquals(second.generation, generation);
  const claim = claimWith({
    have: [[generation, 1]],
    ...{ ack: 1, first: 1, last: 5, takeover: "force" },
  });
  assertEquals(await second.attach(claim), {
    kind: "attached",
    lease: { ...lease, fence: 2 },
    ...{ accepted: 3, at: 1, trimmed: 1, last: 2, uncertain: 4 },
    ...{ bytes: 2, orphans: 0, forgotten: 0 },
    lineage: [{ generation, first: 1 }],
    ...{ meta: "chat", holder: "A" },
  });
  const [left] = await second.read("s", 0, 9);
  assertEquals(left, { seq: 2, data: new Uint8Array([0, 1]), bytes: 2 });
});

Deno.test("sqliteStore() takes the limit of the bounds for a session that an older version has opened", async () => {
  const path = newPath();
  await using store = sqliteStore(path);
  await store.open(INIT);
  const db = new DatabaseSync(path);
  db.exec(
    "UPDATE holdfast_session SET record = json_remove(record, '$.maxMessage')",
  );
  db.close();
  const bounds = { ...BOUNDS, maxMessage: 2 };
  const tooLarge = { kind: "too-large", maxMessage: 2 } as const;
  assertEquals(await store.append("s", ["abc"], bounds), tooLarge);
  assertEquals((await store.append("s", ["ab"], bounds)).kind, "appended");
});

Deno.test("sqliteStore() goes on without what its process did not close", async () => {
  const path = newPath();
  const killed = sqliteStore(path);
  await killed.open(INIT);
  await killed.append("s", ["a"], BOUNDS);
  await using next = sqliteStore(path);
  assertEquals((await next.read("s", 0, 9)).length, 1);
  await killed[Symbol.asyncDispose]();
});

Deno.test("sqliteStore() shares a file with other tables", async () => {
  const path = newPath();
  const own = new DatabaseSync(path);
  own.exec("CREATE TABLE orders (id TEXT)");
  own.close();
  await using store = sqliteStore(path);
  assertEquals((await store.open(INIT)).fence, 1);
});

Deno.test("sqliteStore() rejects a step while another process writes", async () => {
  const path = newPath();
  await using store = sqliteStore(path, { busyTimeout: 0 });
  await store.open(INIT);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const appends = [1, 2].map(() => store.append("s", ["a"], BOUNDS));
  for (const append of appends) {
    const error = await assertRejects(() => append, SessionStoreError);
    assertEquals(error.code, "locked");
    assert(error.cause instanceof Error);
  }
  other.exec("ROLLBACK");
  other.close();
  const appended = await store.append("s", ["b"], BOUNDS);
  assertEquals(appended.kind === "appended" && appended.last, 1);
});

Deno.test("sqliteStore() rejects what has no room, whole, and goes on", async () => {
  await using store = sqliteStore(newPath(), { maxBytes: 200_000 });
  const lease = await store.open(INIT);
  const large = "x".repeat(300_000);
  const error = await assertRejects(
    () => store.append("s", ["small", large], LARGE),
    SessionStoreError,
  );
  assertEquals(error.code, "full");
  const step = { handled: 7, claim: 7, ack: 0, counter: 3, ttl: 120_000 };
  await assertRejects(
    () => store.accept({ lease, ...step, replies: ["small", large] }),
    SessionStoreError,
    "No room",
  );
  assertEquals(await store.read("s", 0, 9), []);
  const ended = await store.end("s", { kind: "always", why: "ended" }, 9);
  assertEquals(ended.kind === "ended" && [ended.accepted, ended.claimed], [
    0,
    0,
  ]);
});

Deno.test("sqliteStore() uses the room of what was consumed again", async () => {
  await using store = sqliteStore(newPath(), { maxBytes: 400_000 });
  const lease = await store.open(INIT);
  const data = "x".repeat(50_000);
  for (let seq = 1; seq <= 30; seq += 1) {
    await store.append("s", [data], LARGE);
    const step = { handled: 0, claim: 0, ack: seq, counter: 1, ttl: 120_000 };
    await store.accept({ lease, ...step, replies: [] });
  }
  assertEquals(await store.read("s", 0, 9), []);
});

Deno.test("sqliteStore() refuses a file that it cannot read", async () => {
  const path = newPath();
  await Deno.writeTextFile(path, "no database".repeat(100));
  const error = assertThrows(() => sqliteStore(path), SessionStoreError);
  assertEquals(error.code, "unavailable");
  assertStringIncludes(error.message, "not a database");
  assertThrows(() => sqliteStore(`${FOLDER}/none/x.db`), SessionStoreError);
});

Deno.test("sqliteStore() refuses a file of another version", async () => {
  const path = newPath();
  await sqliteStore(path)[Symbol.asyncDispose]();
  const db = new DatabaseSync(path);
  db.exec("UPDATE holdfast_store SET version = 2");
  db.close();
  assertThrows(() => sqliteStore(path), TypeError, "version 2");
});

Deno.test("sqliteStore() checks its options", () => {
  for (const options of [{ busyTimeout: -1 }, { maxBytes: 0.5 }]) {
    assertThrows(
      () => sqliteStore(newPath(), options),
      RangeError,
      `Option "${Object.keys(options)[0]}" must be a whole number from 0, not `,
    );
  }
});
