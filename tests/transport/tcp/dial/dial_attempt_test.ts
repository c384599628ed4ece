import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  closeQuietly,
  DialAttempt,
} from "../../../../lib/transport/tcp/dial/dial_attempt.ts";

/** A connection to a listener of this process. */
async function connect(listener: Deno.TcpListener): Promise<Deno.TcpConn> {
  const { port } = listener.addr;
  const [conn, peer] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  peer.close();
  return conn;
}

function listen(): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}

Deno.test("DialAttempt.abort() closes what it holds, and fails what is under way", async () => {
  using listener = listen();
  const attempt = new DialAttempt();
  const conn = attempt.hold(await connect(listener));
  assertEquals(attempt.signal.aborted, false);
  attempt.abort();
  assert(attempt.signal.aborted);
  assertThrows(() => conn.close(), Deno.errors.BadResource);
  attempt.abort();
});

Deno.test("DialAttempt.hold() closes what comes too late", async () => {
  using listener = listen();
  const attempt = new DialAttempt();
  attempt.abort();
  const conn = await connect(listener);
  assertThrows(() => attempt.hold(conn), Error, "given up");
  assertThrows(() => conn.close(), Deno.errors.BadResource);
});

Deno.test("DialAttempt.signal loses no connection that comes at the moment of the abort", async () => {
  using listener = listen();
  const { port } = listener.addr;
  let connected = 0;
  for (let round = 0; round < 200; round += 1) {
    const attempt = new DialAttempt();
    const { signal } = attempt;
    const pending = Deno.connect({ hostname: "127.0.0.1", port, signal });
    // TCP is connected by now, but the promise has not resolved.
    if (round % 2 === 0) await listener.accept().then(closeQuietly);
    attempt.abort();
    try {
      attempt.hold(await pending);
    } catch (error) {
      connected += String(error).includes("given up") ? 1 : 0;
    }
  }
  // The sanitizer would tell of each that is left open.
  assert(connected > 0);
});

Deno.test("DialAttempt.signal ends a connection that is being made", async () => {
  const attempt = new DialAttempt();
  const { signal } = attempt;
  // Nobody answers at addresses for documentation (RFC 5737).
  const pending = Deno.connect({ hostname: "192.0.2.1", port: 9, signal });
  attempt.abort();
  await assertRejects(async () => attempt.hold(await pending));
});

Deno.test("closeQuietly() closes twice", async () => {
  using listener = listen();
  const conn = await connect(listener);
  closeQuietly(conn);
  closeQuietly(conn);
});
