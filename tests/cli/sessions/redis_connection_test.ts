import { assert, assertEquals, assertRejects } from "@std/assert";
import { RedisFailure } from "../../../lib/cli/sessions/failure.ts";
import { RedisConnection } from "../../../lib/cli/sessions/redis_connection.ts";
import { parseRedisUrl } from "../../../lib/cli/sessions/redis_url.ts";
import { ReplyError } from "../../../lib/cli/sessions/resp.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

/** A server that answers what it is told, whatever it is asked. */
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

  open(url = this.url, clock = PLATFORM_CLOCK): Promise<RedisConnection> {
    return RedisConnection.open(parseRedisUrl(url), clock);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.push(connection);
      const chunk = new Uint8Array(1_000);
      for (;;) {
        const size = await connection.read(chunk).catch(() => null);
        if (size === null) return;
        this.asked += new TextDecoder().decode(chunk.subarray(0, size));
        const answer = this.#answers.shift() ?? "";
        await connection.write(new TextEncoder().encode(answer));
      }
    }
  }
}

Deno.test("RedisConnection says who asks, and selects the database", async () => {
  using server = new Answering("+OK\r\n", "+OK\r\n", "+PONG\r\n", ":3\r\n");
  const url = server.url.replace("//", "//ann:secret@");
  using redis = await server.open(`${url}/2`);
  assert(redis.isReady);
  assertEquals(await redis.send("DBSIZE"), 3);
  const words = server.asked.split("\r\n")
    .filter((word) => !/^[*$]\d+$/.test(word));
  assertEquals(words.join(" ").trim(), "AUTH ann secret SELECT 2 PING DBSIZE");
});

Deno.test("RedisConnection answers commands in their order", async () => {
  using server = new Answering("+PONG\r\n", "+1\r\n+2\r\n", "+3\r\n");
  using redis = await server.open();
  const replies = ["A", "B", "C"].map((command) => redis.send(command));
  const first = await Promise.all(replies.slice(0, 2));
  assertEquals(first, ["1", "2"]);
  // The third may have come with the others, and has its answer then.
  redis.send("D").catch(() => {});
  assertEquals(await replies[2], "3");
});

for (
  const [answer, kind, message] of [
    ["-WRONGPASS no\r\n", "unauthorized", "refuses: WRONGPASS no"],
    ["-NOAUTH Authentication required.\r\n", "unauthorized", "refuses: NOAUTH"],
    ["-ERR max number of clients\r\n", "failure", "refuses: ERR max"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "protocol", "does not speak as Redis"],
  ] as const
) {
  Deno.test(`RedisConnection ends with one sentence at ${answer.trim()}`, async () => {
    using server = new Answering(answer);
    const error = await assertRejects(() => server.open(), RedisFailure);
    assertEquals(error.kind, kind);
    assert(error.message.includes(message), error.message);
    assert(error.message.includes(new URL(server.url).host), error.message);
  });
}

Deno.test("RedisConnection passes errors on as the store knows them", async () => {
  using server = new Answering("+PONG\r\n", "-NOSCRIPT unknown\r\n");
  using redis = await server.open();
  const error = await assertRejects(
    () => redis.sendCommand(["EVALSHA", Uint8Array.of(97)]),
    ReplyError,
  );
  assertEquals(error.message, "NOSCRIPT unknown");
  assert(redis.isReady);
});

Deno.test("RedisConnection waits no longer than five seconds", async () => {
  using server = new Answering("+PONG\r\n");
  const clock = new ManualClock();
  using redis = await server.open(server.url, clock);
  const asking = redis.send("PING");
  clock.advance(5_000);
  const error = await assertRejects(() => asking, RedisFailure, "5000 ms");
  assertEquals(error.kind, "timeout");
});

Deno.test("RedisConnection says that nobody listens", async () => {
  const closed = new Answering();
  closed[Symbol.dispose]();
  const error = await assertRejects(() => closed.open(), RedisFailure);
  assertEquals(error.kind, "unreachable");
});

Deno.test("RedisConnection says that the server has closed it", async () => {
  const server = new Answering("+PONG\r\n");
  using redis = await server.open();
  const asking = redis.send("PING");
  server[Symbol.dispose]();
  const error = await assertRejects(() => asking, RedisFailure);
  assertEquals(error.kind, "unreachable");
});

Deno.test("RedisConnection answers nothing after its end", async () => {
  using server = new Answering("+PONG\r\n");
  const redis = await server.open();
  const asking = redis.send("PING");
  redis[Symbol.dispose]();
  redis[Symbol.dispose]();
  await assertRejects(() => asking, RedisFailure, "closed");
  await assertRejects(() => redis.send("PING"), RedisFailure, "closed");
  assert(!redis.isReady);
});

Deno.test("RedisConnection has no channels", async () => {
  using server = new Answering("+PONG\r\n");
  using redis = await server.open();
  await assertRejects(() => redis.subscribe(), TypeError);
  await redis.unsubscribe();
});
