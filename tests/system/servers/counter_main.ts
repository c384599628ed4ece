/**
 * The program behind `startCounter`.
 *
 * @module
 */

let last = 0;

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => postMessage(port),
}, (request) => {
  const burst = Number(new URL(request.url).searchParams.get("burst") ?? 0);
  const { socket, response } = Deno.upgradeWebSocket(request);
  let timer: ReturnType<typeof setInterval> | undefined;
  socket.onopen = () => {
    for (let index = 0; index < burst; index += 1) count(socket);
    timer = setInterval(() => count(socket), 5);
  };
  socket.onclose = () => clearInterval(timer);
  socket.onerror = (event) => event.preventDefault();
  return response;
});

function count(socket: WebSocket): void {
  last += 1;
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(`${last} ${Date.now()}`);
  }
}

declare function postMessage(message: number): void;
