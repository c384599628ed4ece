import { assertEquals } from "@std/assert";
import { HubClient, setupWith } from "./hub_client.ts";

const HOUR = 3_600_000;
const SETTLING = 100;
const PROBE_TIMEOUT = 3_500;

const SETUP = setupWith({}, {
  heartbeat: { interval: HOUR, timeout: HOUR, deliver: false },
});

const SLEEPS = {
  "a stopped process advances both clocks": {
    monotonic: 10_000,
    wall: 10_000,
  },
  "a suspended machine advances the wall clock only": {
    monotonic: 1_000,
    wall: 10_000,
  },
};

for (const [name, sleep] of Object.entries(SLEEPS)) {
  Deno.test(`Hub() recognises a sleep: ${name}`, async () => {
    using client = new HubClient();
    const { clock } = client;
    const transport = await client.open(SETUP);
    clock.advance(5_000);
    assertEquals(transport.pings, []);
    clock.sleep(sleep);
    // First it is read what has arrived.
    clock.advance(SETTLING - 1);
    assertEquals(transport.pings, []);
    clock.advance(1);
    assertEquals(transport.pings.length, 1);
    transport.pongs(transport.pings[0]!);
    clock.advance(PROBE_TIMEOUT);
    await client.settled();
    assertEquals(client.all("disconnected"), []);
  });

  Deno.test(`Hub() replaces within probeTimeout what a sleep has killed: ${name}`, async () => {
    using client = new HubClient();
    const { clock } = client;
    const transport = await client.open(SETUP);
    clock.advance(5_500);
    // It has proven itself, so that its loss is no reason to hold back.
    transport.receives("still here");
    clock.sleep(sleep);
    clock.advance(SETTLING + PROBE_TIMEOUT - 1);
    await client.settled();
    assertEquals(client.all("disconnected"), []);
    clock.advance(1);
    const { failure, status } = await client.next("disconnected");
    assertEquals(failure, {
      type: "heartbeat",
      kind: "probe",
      timeout: PROBE_TIMEOUT,
    });
    assertEquals(status.delay, 0);
  });
}

Deno.test("Hub() sees no suspension in a short pause, nor in a wall clock that was set back", async () => {
  using client = new HubClient();
  const { clock } = client;
  const transport = await client.open(SETUP);
  for (
    const [monotonic, wall] of [
      [2_500, 2_500],
      [1_000, 2_500],
      [1_000, -HOUR],
      [0, -HOUR],
    ] as const
  ) {
    clock.sleep({ monotonic, wall });
    clock.advance(5_000);
  }
  assertEquals(transport.pings, []);
});

Deno.test("Hub() probes once after a wall clock that was set forwards", async () => {
  using client = new HubClient();
  const { clock } = client;
  const transport = await client.open(SETUP);
  clock.sleep({ monotonic: 500, wall: HOUR });
  clock.advance(1_000);
  assertEquals(transport.pings.length, 1);
  transport.pongs(transport.pings[0]!);
  clock.advance(60_000);
  assertEquals(transport.pings.length, 1);
});

Deno.test("Hub() makes the next attempt at once after a sleep", async () => {
  using client = new HubClient();
  const { clock } = client;
  const transport = await client.open(
    setupWith({}, {
      backoff: {
        strategy: "exponential",
        initialDelay: HOUR,
        maxDelay: HOUR,
        jitter: "none",
        maxAttempts: Infinity,
        maxElapsed: Infinity,
      },
    }),
  );
  transport.ends();
  await client.next("disconnected");
  clock.sleep({ monotonic: 1_000, wall: 10_000 });
  (await client.transports.next()).opens();
  assertEquals((await client.next("opened")).reconnected, true);
});
