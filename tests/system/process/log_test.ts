/** The records of a connection in a worker, as a logger gets them. */

import { assert, assertEquals } from "@std/assert";
import { type Logger, ReconnectingWebSocket } from "../../../mod.ts";

interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

Deno.test("logger gets records of both threads, each with connection and attempt", async () => {
  await using server = serveSecond();
  const { logger, lines } = collect();
  await using socket = new ReconnectingWebSocket(
    `ws://localhost:${server.addr.port}`,
    [],
    { logger, backoff: { first: 1, cap: 1 } },
  );
  socket.send("hello");
  assertEquals(await socket.receive(), "hello");
  await socket[Symbol.asyncDispose]();
  const of = (level: Line["level"]) =>
    lines.filter((line) => line.level === level);
  assertEquals(
    of("info").map(({ message, fields }) => `${message} ${fields.attempt}`),
    [
      "connecting 1",
      "waiting 1",
      "connecting 2",
      "open 2",
      "closing 2",
      "closed 2",
    ],
  );
  assertEquals(
    of("debug").map(({ message, fields }) => `${message} ${fields.head}`),
    ["> 5 B hello", "< 5 B hello"],
  );
  assertEquals(of("warn").map(({ fields }) => fields.error), [
    "HandshakeError",
  ]);
  assert(
    lines.every(({ fields }) =>
      typeof fields.connection === "number" && fields.connection > 0 &&
      typeof fields.attempt === "number"
    ),
  );
});

Deno.test("logger gets the error that ended it", async () => {
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(null, { status: 404 }),
  );
  const { logger, lines } = collect();
  const socket = new ReconnectingWebSocket(
    `ws://localhost:${server.addr.port}`,
    [],
    { logger },
  );
  await socket.closed.catch(() => {});
  const [error] = lines.filter(({ level }) => level === "error");
  assertEquals(error?.fields.error, "HandshakeError");
  assertEquals(error?.fields.attempt, 1);
});

function collect(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const take = (level: Line["level"]) => (message: string, data: unknown) => {
    lines.push({ level, message, fields: Object(data) });
  };
  return {
    lines,
    logger: {
      debug: take("debug"),
      info: take("info"),
      warn: take("warn"),
      error: take("error"),
    },
  };
}

/** Refuses the first handshake, and echoes afterwards. */
function serveSecond(): Deno.HttpServer<Deno.NetAddr> {
  let attempts = 0;
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    attempts += 1;
    if (attempts === 1) return new Response(null, { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
}
