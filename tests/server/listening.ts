/** Session servers on loopback, behind `Deno.serve` and behind `ws`. */

import { WebSocketServer } from "ws";
import type {
  Session,
  SessionHandler,
  SessionMessage,
  SessionServerOptions,
} from "../../lib/server/mod.ts";
import { SessionServer } from "../../lib/server/mod.ts";
import { Waiters } from "./waiters.ts";

/** A key that nobody else has. */
export const KEY = "a key for the tests only";

/** What an application heard. */
export class Heard implements SessionHandler {
  readonly messages: SessionMessage[] = [];
  readonly calls: string[] = [];
  readonly ended: NonNullable<SessionHandler["ended"]>;
  readonly #waiters = new Waiters();
  readonly #handle: (
    message: SessionMessage,
    session: Session,
  ) => void | Promise<void>;

  constructor(
    handle: (
      message: SessionMessage,
      session: Session,
    ) => void | Promise<void> = () => {},
  ) {
    this.#handle = handle;
    this.ended = (_session, { why, accepted, unconsumed, failed }) => {
      const more = failed === undefined ? "" : ` failed ${failed.seq}`;
      this.#note(`ended ${why} ${accepted} ${unconsumed.length}${more}`);
    };
  }

  opened = () => this.#note("opened");
  resumed = () => this.#note("resumed");
  detached = () => this.#note("detached");
  uncertain: NonNullable<SessionHandler["uncertain"]> = (_session, { seq }) =>
    this.#note(`uncertain ${seq}`);

  message = (
    session: Session,
    message: SessionMessage,
  ): void | Promise<void> => {
    this.messages.push(message);
    this.#waiters.look();
    return this.#handle(message, session);
  };

  /** What came, in order. */
  get texts(): readonly string[] {
    return this.messages.map(({ data, redelivered }) =>
      redelivered ? `${data} again` : `${data}`
    );
  }

  /** Waits until something is true. */
  until(isTrue: () => boolean): Promise<void> {
    return this.#waiters.until(isTrue);
  }

  #note(call: string): void {
    this.calls.push(call);
    this.#waiters.look();
  }
}

/** A server on a port of its own. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly sessions: SessionServer;
  readonly heard: Heard;
}

/** Who a client says it is; "" is nobody. */
const DEFAULTS = {
  key: KEY,
  authenticate: (_request: Request, auth: string | undefined) =>
    auth === "" ? new Response(null, { status: 401 }) : auth ?? "ann",
};

/** Serves by `Deno.serve`. */
export function serveDeno(
  heard: Heard = new Heard(),
  options: Partial<SessionServerOptions> = {},
): Listening {
  const sessions = new SessionServer({
    ...DEFAULTS,
    handler: heard,
    ...options,
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => sessions.upgrade(request),
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    ...{ sessions, heard },
    [Symbol.asyncDispose]: async () => {
      await sessions.close();
      await server.shutdown();
    },
  };
}

/** Serves by `ws`. */
export async function serveWs(
  heard: Heard = new Heard(),
  options: Partial<SessionServerOptions> = {},
): Promise<Listening> {
  const sessions = new SessionServer({
    ...DEFAULTS,
    handler: heard,
    ...options,
  });
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: sessions.selectProtocol,
  });
  server.on(
    "connection",
    (socket, request) => sessions.accept(socket, request),
  );
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { readonly port: number };
  return {
    url: `ws://127.0.0.1:${port}`,
    ...{ sessions, heard },
    [Symbol.asyncDispose]: async () => {
      await sessions.close();
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How a server of sessions is served. */
export const SERVERS = [["Deno.serve", serveDeno], ["ws", serveWs]] as const;

/** Makes tests of servers of one kind, with these options. */
export function testsOf(
  [name, serve]: typeof SERVERS[number],
  options: Partial<SessionServerOptions> = {},
) {
  return (
    title: string,
    handle: ConstructorParameters<typeof Heard>[0],
    run: (listening: Listening) => Promise<void>,
  ): void =>
    Deno.test(`SessionServer (${name}) ${title}`, async () => {
      await using listening = await serve(new Heard(handle), options);
      await run(listening);
    });
}
