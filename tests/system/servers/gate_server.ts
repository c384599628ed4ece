/**
 * A server that asks who is speaking: it runs in the test's own thread, and the
 * test decides.
 *
 * @module
 */

/** What the server does with one handshake. */
export type Welcome =
  | { readonly kind: "accept"; readonly protocol?: string }
  | {
    readonly kind: "refuse";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
  };

/** A handshake, as it was seen. */
export interface Handshake {
  readonly url: string;
  readonly headers: Headers;
}

/** How the server behaves. */
export interface Gate {
  /** Decides on a handshake; without it all are welcome. */
  readonly welcome?: (request: Request) => Welcome;
  /** A connection is open. */
  readonly opened?: (socket: WebSocket, request: Request) => void;
  /** A message came; without it all are echoed. */
  readonly message?: (data: string, socket: WebSocket) => void;
}

/** A server, its URL, and the handshakes that it has seen. */
export interface GateServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Handshake[];
  readonly messages: readonly string[];
}

/** Starts a gate on loopback. */
export function startGateServer(gate: Gate = {}): GateServer {
  const requests: Handshake[] = [];
  const messages: string[] = [];
  const echo = (data: string, socket: WebSocket) => socket.send(data);
  const { message = echo, opened, welcome } = gate;
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { url, headers } = request;
    requests.push({ url, headers: new Headers(headers) });
    const verdict = welcome?.(request) ?? { kind: "accept" };
    if (verdict.kind === "refuse") {
      const { status, headers: fields = {} } = verdict;
      return new Response(null, { status, headers: { ...fields } });
    }
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      verdict.protocol === undefined ? {} : { protocol: verdict.protocol },
    );
    socket.onopen = () => opened?.(socket, request);
    socket.onmessage = ({ data }) => {
      messages.push(data);
      message(data, socket);
    };
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    requests,
    messages,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A JWT without a signature, for servers that check none. */
export function jwt(lifetime: number, name: string): string {
  const claims = JSON.stringify({ exp: Date.now() / 1_000 + lifetime, name });
  const encode = (text: string) => btoa(text).replaceAll("=", "");
  return `${encode('{"alg":"none"}')}.${encode(claims)}.signature`;
}
