import { assert, assertEquals } from "@std/assert";
import { requires } from "../requirements.ts";
import { NetworkCable } from "../servers/tcp/network_namespace.ts";
import { instant, SocketProgram } from "../servers/remote/socket_program.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

/** A name with two addresses: nobody answers at the one of IPv6. */
const NAME = "two-addresses.test";
const IPV6 = "2001:db8::2";

/** How long the first address has before the other is tried too, in milliseconds (RFC 8305, 8). */
const ATTEMPT_DELAY = 250;
const SLACK = 1_000;

Deno.test(
  "ReconnectingWebSocket() opens by IPv4 where packets to the server's address of IPv6 vanish",
  requires("network-namespaces"),
  async () => {
    await using cable = await NetworkCable.create();
    await cable.loseIPv6(IPV6);
    const { address: hostname, within } = cable.server;
    await using server = await startWsServer({ hostname }, { within });
    await using hosts = await writeHosts([IPV6, hostname]);
    await using program = new SocketProgram({
      within: [...cable.client.within, ...hosts.within],
    });
    // The first connection pays for the start of the worker.
    const options = { transport: "tcp", openTimeout: 5_000 } as const;
    await program.open("by address", server.url, options);
    const { port } = new URL(server.url);
    const beganAt = instant();
    await program.open("by name", `ws://${NAME}:${port}`, options);
    const { events } = await program.until("by name", () => true);
    assertEquals(events.map(({ type }) => type), ["open"]);
    const took = events[0]!.at - beganAt;
    assert(took >= ATTEMPT_DELAY, `IPv6 was not tried: open in ${took} ms`);
    assert(took <= ATTEMPT_DELAY + SLACK, `Opened in ${took} ms`);
  },
);

/** Makes a command that shows another file of hosts, with both addresses, to what it starts. */
async function writeHosts(addresses: readonly string[]) {
  const path = await Deno.makeTempFile();
  const lines = addresses.map((address) => `${address} ${NAME}\n`);
  await Deno.writeTextFile(path, lines.join(""));
  // `ip netns exec` has its own mounts, so no other program sees this file.
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  return {
    within: ["sh", "-c", script, path],
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}
