/**
 * A shop with its orders, its stock and its sessions in one SQLite file.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type SessionMessage, SessionServer } from "@holdfast/websocket/server";
import { sqliteStore } from "@holdfast/websocket/server/sqlite";

/** A shop that is open until it is disposed. */
export interface Shop extends AsyncDisposable {
  readonly url: string;
  /** How often orders were handled, how many are booked, and what is left. */
  count(): {
    readonly handled: number;
    readonly booked: number;
    readonly stock: number;
  };
}

/** Opens a shop with 100 apples, whose handler fails after each third booking. */
export async function openShop(
  log: { warn(message: string): unknown },
): Promise<Shop> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/shop.db`;
  const ledger = new Ledger(path);
  const store = sqliteStore(path);
  let handled = 0;
  const sessions = new SessionServer({
    key: crypto.getRandomValues(new Uint8Array(32)),
    authenticate: () => "customer",
    store,
    handler: {
      message(_session, message) {
        handled += 1;
        const isNew = ledger.book(message);
        if (!isNew) log.warn(`${message.data} was booked before`);
        // As a crash would, between the booking and the acceptance.
        if (isNew && message.seq % 3 === 0) throw new Error("Crashed");
      },
    },
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => sessions.upgrade(request),
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    count: () => ({ handled, ...ledger.count() }),
    async [Symbol.asyncDispose]() {
      await sessions.close();
      await server.shutdown();
      await store[Symbol.asyncDispose]();
      ledger.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The orders and the stock. */
class Ledger {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`
      CREATE TABLE orders (message TEXT PRIMARY KEY, item TEXT NOT NULL);
      CREATE TABLE stock (apples INTEGER NOT NULL);
      INSERT INTO stock VALUES (100);
    `);
  }

  /** Books an order and takes an apple, both or none, and only once. */
  book({ id, data }: SessionMessage): boolean {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const { changes } = this.#db
        .prepare("INSERT OR IGNORE INTO orders VALUES (?, ?)")
        .run(id, `${data}`);
      if (changes === 1) this.#db.exec("UPDATE stock SET apples = apples - 1");
      this.#db.exec("COMMIT");
      return changes === 1;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  count() {
    const row = this.#db.prepare(
      "SELECT apples, (SELECT count(*) FROM orders) AS booked FROM stock",
    ).get()!;
    return { booked: Number(row.booked), stock: Number(row.apples) };
  }

  close(): void {
    this.#db.close();
  }
}
