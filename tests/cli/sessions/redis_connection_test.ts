import { assert, assertEquals, assertRejects } from "@std/assert";
import { RedisFailure } from "../../../lib/cli/sessions/failure.ts";
import { RedisConnection } from "../../../lib/cli/sessions/redis_connection.ts";
import { parseRedisUrl } from "../../../lib/cli/sessions/redis_url.ts";
import { findUnusedPort } from "../../system/servers/tcp/unused_port.ts";

/** The first answer: of `TIME`. */
const TIME = "*2\r\n$1\r\n1\r\n$1\r\n1\r\n";

/** A server that answers what a test says, whatever it is asked. */
class Answering implements Disposable {
  readonly url: string;
  asked = "";
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #answers: string[];
  readonly #connections: Deno.Conn[] = [];

  constructor(...answers: readonly string[]) {
    this.#answers = [...answers];
    this.url = `redis://127.0.0.1:${this.#listener.addr.port}`;
    this.#serve().catch(() => {});
  }

  open(url = this.url, timeout = 5_000): Promise<RedisConnection> {
    return RedisConnection.open(parseRedisUrl(url), { timeout });
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections.splice(0)) connection.close();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.push(connection);
      const chunk = new Uint8Array(100_000);
      for (;;) {
        const size = await connection.read(chunk).catch(() => null);
        if (size === null) break;
        this.asked += new TextDecoder().decode(chunk.subarray(0, size));
        const answer = this.#answers.shift() ?? "";
        await connection.write(new TextEncoder().encode(answer));
      }
    }
  }
}

Deno.test("RedisConnection says who asks, and selects the database", async () => {
  using server = new Answering("+OK\r\n+OK\r\n", TIME, ":3\r\n");
  const url = server.url.replace("//", "//ann:s%2Fcret@");
  using redis = await server.open(`${url}/2`);
  assertEquals(await redis.send("DBSIZE"), 3);
  const words = server.asked.split("\r\n")
    .filter((word) => !/^[*$]\d+$/.test(word));
  assertEquals(words.join(" ").trim(), "AUTH ann s/cret SELECT 2 TIME DBSIZE");
});

Deno.test("RedisConnection waits for no answer before it sends the next command", async () => {
  const size = 500;
  // All answers come at the first command: one that is not sent has none.
  using server = new Answering(TIME, "$1\r\na\r\n".repeat(size));
  using redis = await server.open();
  const replies = await Promise.all(
    Array.from({ length: size }, () => redis.send("GET", "key")),
  );
  assertEquals(replies.map(String), Array(size).fill("a"));
});

for (
  const [answer, kind, message] of [
    ["-WRONGPASS no\r\n", "unauthorized", "refuses: WRONGPASS no"],
    ["-NOAUTH Authentication required.\r\n", "unauthorized", "refuses: NOAUTH"],
    ["-ERR max number of clients\r\n", "failure", "refuses: ERR max"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "protocol", "does not speak as Redis"],
    ["+OK\r\n+OK\r\n", "protocol", "does not speak as Redis"],
  ] as const
) {
  Deno.test(`RedisConnection ends with one sentence at ${answer.trim()}`, async () => {
    using server = new Answering(answer, answer);
    const url = server.url.replace("//", "//:secret@");
    const error = await assertRejects(() => server.open(url), RedisFailure);
    assertEquals(error.kind, kind);
    assert(error.message.includes(message), error.message);
    assert(error.message.includes(new URL(server.url).host), error.message);
    assert(!error.message.includes("secret"), error.message);
  });
}

Deno.test("RedisConnection goes on after an error of a command", async () => {
  using server = new Answering(TIME, "-NOSCRIPT unknown\r\n", ":1\r\n");
  using redis = await server.open();
  const error = await assertRejects(
    () => redis.client.sendCommand(["EVALSHA", "a"], { typeMapping: {} }),
  );
  assertEquals((error as Error).message, "NOSCRIPT unknown");
  assertEquals(await redis.send("DBSIZE"), 1);
});

Deno.test("RedisConnection waits for an answer no longer than it may", async () => {
  using server = new Answering();
  const opening = server.open(server.url, 200);
  const error = await assertRejects(() => opening, RedisFailure, "200 ms");
  assertEquals(error.kind, "timeout");
});

Deno.test("RedisConnection waits for TLS no longer than it may", async () => {
  using server = new Answering();
  const url = server.url.replace("redis:", "rediss:");
  const opening = server.open(url, 20);
  const error = await assertRejects(() => opening, RedisFailure, "20 ms");
  assertEquals(error.kind, "timeout");
});

for (const host of ["127.0.0.1", "localhost"]) {
  Deno.test(`RedisConnection says that nobody listens at ${host}`, async () => {
    const url = `redis://${host}:${findUnusedPort()}`;
    const error = await assertRejects(
      () => RedisConnection.open(parseRedisUrl(url)),
      RedisFailure,
    );
    assertEquals(error.kind, "unreachable");
    assert(error.message.includes("ECONNREFUSED"), error.message);
  });
}

Deno.test("RedisConnection says that the server has closed it", async () => {
  const server = new Answering(TIME);
  using redis = await server.open();
  const asking = redis.send("PING");
  server[Symbol.dispose]();
  const error = await assertRejects(() => asking, RedisFailure);
  assertEquals(error.kind, "unreachable");
  await assertRejects(() => redis.send("PING"), RedisFailure, error.message);
});

Deno.test("RedisConnection answers nothing after its end", async () => {
  using server = new Answering(TIME);
  const redis = await server.open();
  const asking = redis.send("PING");
  redis[Symbol.dispose]();
  redis[Symbol.dispose]();
  await assertRejects(() => asking, RedisFailure);
  await assertRejects(() => redis.send("PING"), RedisFailure, "closed");
});
