import { assert, assertEquals } from "@std/assert";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { requires } from "../requirements.ts";
import { startHaproxyProxy } from "../servers/proxies/haproxy_proxy.ts";
import { startNginxProxy } from "../servers/proxies/nginx_proxy.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, pull, within } from "../waiting.ts";

const IDLE_LIMIT = 2_000;
const PROXIES = [
  {
    proxy: "nginx",
    start: (port: number) => startNginxProxy(port, { idleLimit: IDLE_LIMIT }),
  },
  {
    proxy: "haproxy",
    start: (port: number) => startHaproxyProxy(port, { tunnel: IDLE_LIMIT }),
  },
] as const;

for (const { proxy, start } of PROXIES) {
  Deno.test(
    `ReconnectingWebSocket() keeps ${proxy} from cutting the connection`,
    requires(proxy),
    async () => {
      await using server = await startWsServer();
      await using front = await start(server.port);
      const heartbeat = { interval: 500, timeout: 5_000 };
      await using quiet = new ReconnectingWebSocket(front.url, [], {
        heartbeat: false,
        backoff: { first: 0 },
      });
      await using framing = new ReconnectingWebSocket(front.url, [], {
        transport: "tcp",
        heartbeat,
      });
      await using talking = new ReconnectingWebSocket(front.url, [], {
        transport: "native",
        heartbeat: { ...heartbeat, message: "ping", expect: "ping" },
      });
      await Promise.all([
        within(quiet.opened),
        within(framing.opened),
        within(talking.opened),
      ]);
      const back = next(quiet, "open");
      const { wasClean } = await next(quiet, "disconnect");
      assertEquals(wasClean, false);
      assertEquals((await back).reconnected, true);
      for (const socket of [quiet, framing, talking]) {
        const text = "x".repeat(1024 * 1024);
        socket.send(text);
        const [echo] = await pull(socket, 1);
        assert(echo === text);
      }
      assertEquals(framing.metrics().disconnects, 0);
      assertEquals(talking.metrics().disconnects, 0);
      assert(framing.metrics().longestHeartbeatGap >= heartbeat.interval - 1);
    },
  );
}
