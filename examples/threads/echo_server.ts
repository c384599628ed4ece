/**
 * The server of the examples that freeze something, in its own thread: it echoes
 * messages, pings each second, and drops a client that does not answer. A number on
 * its port freezes it for so many milliseconds.
 *
 * @module
 */

addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: 1,
    });
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const [port] = event.ports;
  if (port === undefined) return;
  port.onmessage = ({ data: duration }: MessageEvent<number>) => {
    const end = performance.now() + duration;
    while (performance.now() < end);
  };
  port.postMessage(server.addr.port);
});
