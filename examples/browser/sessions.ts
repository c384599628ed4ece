/**
 * The server of the page's sessions. It keeps them in a file, and is started again
 * on it after it was killed.
 *
 * @module
 */

import {
  type Session,
  SessionServer,
  type WsSocket,
} from "@holdfast/websocket/server";
import { sqliteStore } from "@holdfast/websocket/server/sqlite";
import type { Observations } from "./observations.ts";
import { FLOOD } from "./protocol.ts";

/** The subprotocol of clients with a session. */
const SUBPROTOCOL = "holdfast.session.v1";

/** Room for a flood in the face of a page that is frozen. */
const BUFFER = { maxMessages: 3 * FLOOD, maxBytes: 300 * FLOOD };

/** Sessions of visitors, by the visitor's id. */
export class PageSessions implements AsyncDisposable {
  readonly #folder: string;
  readonly #visitors: ReadonlyMap<string, Observations>;
  readonly #sessions = new Map<string, Session>();
  #running: AsyncDisposableStack;
  #server!: SessionServer;

  private constructor(
    folder: string,
    visitors: ReadonlyMap<string, Observations>,
  ) {
    this.#folder = folder;
    this.#visitors = visitors;
    this.#running = this.#run();
  }

  /** Starts the server on a new file. */
  static async start(
    visitors: ReadonlyMap<string, Observations>,
  ): Promise<PageSessions> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-page-" });
    return new PageSessions(folder, visitors);
  }

  /** Tells whether a client wants a session. */
  static isWanted({ headers }: Request): boolean {
    const offered = headers.get("sec-websocket-protocol") ?? "";
    return offered.split(/, */).includes(SUBPROTOCOL);
  }

  /** Takes a client, whose frames are observed. */
  accept(request: Request, observations: Observations): Response {
    // Before the upgrade, which takes the request.
    const url = new URL(request.url);
    const incoming = {
      url: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
    };
    const { socket, response } = Deno.upgradeWebSocket(request, {
      protocol: SUBPROTOCOL,
      idleTimeout: 0,
    });
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const visitor = url.searchParams.get("visitor") ?? "";
      const watched = watch(socket, observations, {
        send: (message) =>
          void this.#sessions.get(visitor)?.send(message).catch(() => {}),
      });
      this.#server.accept(watched, incoming);
    };
    return response;
  }

  /** Ends the server, and starts another one on its file. */
  async restart(): Promise<void> {
    await this.#running.disposeAsync();
    this.#running = this.#run();
  }

  /** Ends the server, and removes its file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #run(): AsyncDisposableStack {
    const running = new AsyncDisposableStack();
    const store = running.use(sqliteStore(`${this.#folder}/sessions.db`));
    const know = (session: Session) =>
      void this.#sessions.set(session.principal, session);
    this.#server = running.use(
      new SessionServer({
        key: "a key that is only good for a demonstration",
        authenticate: ({ url }) => this.#visitorOf(new URL(url)),
        store,
        origins: "*",
        buffer: BUFFER,
        handler: {
          opened: know,
          resumed: know,
          message: (_session, { data, reply }) => reply(data),
        },
      }),
    );
    return running;
  }

  #visitorOf({ searchParams }: URL): string | Response {
    const visitor = searchParams.get("visitor") ?? "";
    return this.#visitors.has(visitor)
      ? visitor
      : new Response(null, { status: 403 });
  }
}

/** A WebSocket of Deno in the shape of npm's `ws`, whose messages are observed. */
function watch(
  socket: WebSocket,
  observations: Observations,
  client: { readonly send: (message: string) => void },
): WsSocket {
  const now = () => performance.now();
  observations.opened("holdfast", client, now());
  socket.addEventListener("message", () => {
    observations.received("holdfast", now());
  });
  for (const end of ["close", "error"]) {
    socket.addEventListener(end, () => {
      observations.closed("holdfast", client);
    });
  }
  return {
    protocol: SUBPROTOCOL,
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    get readyState() {
      return socket.readyState;
    },
    send: (data) => socket.send(data as string | Uint8Array<ArrayBuffer>),
    // The client asks ten times a second whether the server is there.
    ping: () => {},
    close: (closeCode, reason) => socket.close(closeCode, reason),
    terminate: () => socket.close(),
    on: (event, listener) =>
      socket.addEventListener(event, (fired) => {
        const data = "data" in fired ? fired.data : undefined;
        if (typeof data === "string") listener(data, false);
        else listener(data && new Uint8Array(data as ArrayBuffer), true);
      }),
  };
}
