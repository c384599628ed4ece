import { assertEquals } from "@std/assert";
import { balance, type ClientTally, type ConnectionTally } from "./tally.ts";

const CLIENT: ClientTally = {
  sent: 10,
  dropped: 0,
  received: 5,
  disordered: 0,
  floors: [{ connection: 1, floor: 1 }, { connection: 2, floor: 8 }],
};

Deno.test("balance() accepts what was on the wire when a connection died", () => {
  const { lostOnTheWire, lostInSilence, disordered } = balance(
    [connection(1, [1, 5]), connection(2, [8, 10])],
    CLIENT,
  );
  assertEquals([lostOnTheWire, lostInSilence, disordered], [2, 0, 0]);
});

Deno.test("balance() finds what was queued between two connections and never came", () => {
  const { lostInSilence } = balance(
    [connection(1, [1, 5]), connection(2, [9, 10])],
    CLIENT,
  );
  assertEquals(lostInSilence, 1);
});

Deno.test("balance() finds a gap within a connection, unless it was reported", () => {
  const server = [
    { ...connection(1, [1, 5]), skipped: 2, received: 3 },
    connection(2, [8, 10]),
  ];
  assertEquals(balance(server, CLIENT).lostInSilence, 2);
  assertEquals(balance(server, { ...CLIENT, dropped: 2 }).lostInSilence, 0);
});

Deno.test("balance() finds what came twice or out of order", () => {
  const twice = [connection(1, [1, 8]), connection(2, [8, 10])];
  assertEquals(balance(twice, CLIENT).disordered, 1);
  const server = [{ ...connection(1, [1, 10]), disordered: 1 }];
  assertEquals(balance(server, { ...CLIENT, disordered: 2 }).disordered, 3);
});

Deno.test("balance() minds no connection without a message", () => {
  const empty = { ...connection(2, [0, 0]), received: 0 };
  const { disordered, lostInSilence } = balance(
    [connection(1, [1, 5]), empty, connection(3, [6, 10])],
    CLIENT,
  );
  assertEquals([disordered, lostInSilence], [0, 0]);
});

function connection(
  id: number,
  [first, last]: readonly [number, number],
): ConnectionTally {
  const received = last - first + 1;
  return { id, first, last, received, skipped: 0, disordered: 0, sent: 1 };
}
