/** A WebSocket server for one test: it echoes, and does what the test asks. */
export interface TalkingServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What has arrived, as text. */
  readonly received: readonly string[];
}

/**
 * Starts a server on loopback.
 *
 * @param meet Called with each connection that is open.
 * @param options `port`, 0 for a free one.
 */
export function startTalkingServer(
  meet: (socket: WebSocket) => void = () => {},
  options: { readonly port?: number } = {},
): TalkingServer {
  const { port = 0 } = options;
  const received: string[] = [];
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", onListen() {} },
    (request) => {
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
    port: server.addr.port,
    received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
