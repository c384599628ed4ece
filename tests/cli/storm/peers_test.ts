import { assertEquals } from "@std/assert";
import { type PeerRule, Peers } from "../../../lib/cli/storm/peers.ts";

const REFUSED = { kind: "refused" } as const;
const OPENED = { kind: "opened" } as const;

function makePeers(rule: PeerRule, clients = 1): Peers {
  return new Peers(clients, { rule, random: () => 0.5 });
}

Deno.test("Peers count the attempts since the connection was lost", () => {
  const peers = makePeers({ delay: (tries) => 10 * tries });
  assertEquals(peers.lose(0, 100), 110);
  assertEquals(peers.attempt(0, 110, REFUSED), 130);
  assertEquals(peers.attempt(0, 130, { kind: "busy", retryAfter: 9_000 }), 160);
  assertEquals(peers.attempt(0, 160, OPENED), Infinity);
});

Deno.test("Peers forget failures at once, or after the time of the rule", () => {
  const delay = (tries: number) => 10 * tries;
  const forgetful = makePeers({ delay });
  const careful = makePeers({ delay, minUptime: 50 });
  for (const peers of [forgetful, careful]) {
    peers.lose(0, 0);
    peers.attempt(0, 10, OPENED);
  }
  assertEquals(forgetful.lose(0, 59), 69);
  assertEquals(careful.lose(0, 59), 79);
  careful.attempt(0, 79, OPENED);
  assertEquals(careful.lose(0, 129), 139);
});

Deno.test("Peers give up where the rule says so", () => {
  const peers = makePeers({ delay: (tries) => tries > 1 ? undefined : 1 });
  assertEquals(peers.lose(0, 0), 1);
  assertEquals(peers.attempt(0, 1, REFUSED), Infinity);
});

Deno.test("Peers draw a trait once for each client, and a number each time", () => {
  let drawn = 0;
  const random = () => (drawn += 1) / 10;
  const rule: PeerRule = { delay: (_, random, trait) => 100 * random + trait };
  const peers = new Peers(2, { rule, random });
  assertEquals([peers.lose(0, 0), peers.lose(1, 0)], [30.1, 40.2]);
  assertEquals(peers.attempt(0, 0, REFUSED), 50.1);
});
