/** A WebSocket server for one test: it echoes, and does what the test asks. */
export interface TalkingServer extends AsyncDisposable {
  readonly url: string;
  /** Goes away: answers handshakes with 503 until it comes back. */
  leave(): void;
  comeBack(): void;
  /** What has arrived, as text. */
  readonly received: readonly string[];
}

/**
 * Starts a server on loopback.
 *
 * @param meet Called with each connection that is open.
 */
export function startTalkingServer(
  meet: (socket: WebSocket) => void = () => {},
): TalkingServer {
  const received: string[] = [];
  let state = "there";
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      if (state === "away") return new Response(null, { status: 503 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => meet(socket);
      socket.onmessage = ({ data }) => {
        received.push(
          typeof data === "string" ? data : new TextDecoder().decode(data),
        );
        socket.send(data);
      };
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    leave: () => state = "away",
    comeBack: () => state = "there",
    received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
