import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  prepareTables,
  SessionTables,
} from "../../../../lib/server/stores/sqlite/tables.ts";
import {
  appendStep,
  type SessionRecord,
  trim,
} from "../../../../lib/session/store/record.ts";
import { BOUNDS, MOMENT, recordWith } from "../../../session/store/records.ts";

function prepared() {
  const db = new DatabaseSync(":memory:");
  prepareTables(db);
  const tables = new SessionTables(db);
  return { db, tables, [Symbol.dispose]: () => db.close() };
}

/** Ends a transaction: what follows is read from the file. */
function written(tables: SessionTables): void {
  tables.write();
  tables.forget();
}

function appended(record: SessionRecord, ...texts: readonly string[]) {
  return appendStep(record, texts, { ...MOMENT, bounds: BOUNDS }).record;
}

Deno.test("prepareTables() keeps the generation of a file", () => {
  using opened = prepared();
  const generation = prepareTables(opened.db);
  assertEquals(prepareTables(opened.db), generation);
  opened.db.exec("UPDATE holdfast_store SET version = 9");
  assertThrows(() => prepareTables(opened.db), TypeError, "version 9");
  // The transaction is over, or the next one could not begin.
  opened.db.exec("BEGIN IMMEDIATE; COMMIT");
});

Deno.test("SessionTables gives records back as they were written", () => {
  using opened = prepared();
  const { tables } = opened;
  assertEquals(tables.head("s"), undefined);
  const free = recordWith({ node: undefined });
  tables.insert(free);
  written(tables);
  const head = tables.head("s")!;
  assertEquals(tables.withMessages(head), free);
  const next = appended(free, "a", "bb");
  tables.update(head, next);
  written(tables);
  const read = tables.withMessages(tables.head("s")!);
  assertEquals(read.log.items, next.log.items);
  assertEquals(read.logBytes, 3);
});

Deno.test("SessionTables.withSizes() looks at no more of the log than it is asked for", () => {
  using opened = prepared();
  const { tables } = opened;
  const record = recordWith();
  tables.insert(record);
  tables.update(tables.head("s")!, appended(record, "a", "bb", "ccc"));
  const head = tables.head("s")!;
  const sizesOf = (messages: number, bytes: number) =>
    tables.withSizes(head, { messages, bytes }).log.items
      .flatMap((kept) => kept?.bytes ?? []);
  assertEquals(sizesOf(0, 0), []);
  assertEquals(sizesOf(1, 0), [1]);
  assertEquals(sizesOf(0, 2), [1, 2]);
  assertEquals(sizesOf(9, 99), [1, 2, 3]);
});

Deno.test("SessionTables.write() writes each record of a transaction once", () => {
  using opened = prepared();
  const { db, tables } = opened;
  const rows = () => db.prepare("SELECT record FROM holdfast_session").all();
  tables.insert(recordWith({ accepted: 1 }));
  tables.update(tables.head("s")!, recordWith({ accepted: 2 }));
  assertEquals([rows().length, tables.head("s")?.accepted], [0, 2]);
  tables.write();
  assertEquals(rows().map(({ record }) => JSON.parse(`${record}`).accepted), [
    2,
  ]);
});

Deno.test("SessionTables.takeBack() leaves records as they were before the step", () => {
  using opened = prepared();
  const { tables } = opened;
  tables.begin();
  tables.insert(recordWith({ accepted: 1 }));
  tables.begin();
  tables.update(tables.head("s")!, recordWith({ accepted: 2 }));
  tables.update(tables.head("s")!, recordWith({ accepted: 3 }));
  tables.insert(recordWith({ session: "t" }));
  tables.takeBack();
  assertEquals(tables.head("s")?.accepted, 1);
  assertEquals(tables.head("t"), undefined);
  written(tables);
  assertEquals(tables.head("s")?.accepted, 1);
  assertEquals(tables.head("t"), undefined);
});

Deno.test("SessionTables.update() deletes what the log does not keep", () => {
  using opened = prepared();
  const { tables } = opened;
  const record = recordWith();
  tables.insert(record);
  const full = appended(record, "a", "b", "c");
  tables.update(tables.head("s")!, full);
  tables.update(tables.head("s")!, trim(full, 2));
  assertEquals(tables.read("s", 0, -1), [{ seq: 3, data: "c", bytes: 1 }]);
});

Deno.test("SessionTables.due() lists live sessions, the oldest first, and removes tombstones", () => {
  using opened = prepared();
  const { tables } = opened;
  const sessions = [["c", 300], ["a", 100], ["b", 200]] as const;
  for (const [session, expiresAt] of sessions) {
    tables.insert(recordWith({ session, expiresAt }));
  }
  tables.insert(recordWith({ session: "d", state: "ended", expiresAt: 150 }));
  assertEquals(tables.due(9, 149), ["a"]);
  assertEquals(tables.head("d")?.state, "ended");
  assertEquals(tables.due(1, 300), ["a"]);
  assertEquals(tables.due(9, 300), ["a", "b", "c"]);
  assertEquals(tables.head("d"), undefined);
});
