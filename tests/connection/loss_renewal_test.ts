import { assertEquals } from "@std/assert";
import type { Failure } from "../../lib/connection/failure.ts";
import { connecting, opened, refused } from "./machine.ts";

const UNAUTHORIZED = refused(401);

const REJECTED: Failure = { type: "authentication", detail: "" };

Deno.test("lose() makes exactly one attempt with a fresh token", () => {
  const machine = connecting({ renewableToken: true });
  assertEquals(machine.ended(1006, { failure: UNAUTHORIZED }), [
    "invalidate",
    "waiting 1 +1500",
    "disconnected 1 +1500 handshake",
  ]);
  machine.due();
  assertEquals(machine.ended(1006, { failure: UNAUTHORIZED }), [
    "closed 2",
    "closed 1006 fatal authentication",
    "release",
  ]);
});

for (const closeCode of [1008, 3000, 4401]) {
  Deno.test(`lose() renews the token after ${closeCode}`, () => {
    const machine = opened({ renewableToken: true });
    assertEquals(machine.ended(closeCode)[0], "invalidate");
  });
}

Deno.test("lose() renews the token when the greeting was rejected", () => {
  const machine = connecting({ renewableToken: true });
  assertEquals(machine.failed(REJECTED), [
    "abandon 1 1000",
    "invalidate",
    "waiting 1 +1500",
    "disconnected 1 +1500 authentication",
  ]);
  machine.due();
  assertEquals(machine.failed(REJECTED)[2], "closed 1006 fatal authentication");
});

Deno.test("lose() does not renew a fixed token", () => {
  assertEquals(
    connecting().ended(1006, { failure: UNAUTHORIZED })[1],
    "closed 1006 fatal handshake",
  );
  assertEquals(
    connecting().failed(REJECTED)[2],
    "closed 1006 fatal authentication",
  );
});

Deno.test("lose() renews a token again after a stable connection", () => {
  const machine = opened({ renewableToken: true });
  for (let expiry = 1; expiry <= 10; expiry++) {
    machine.sleep(5_000);
    assertEquals(machine.ended(4401)[0], "invalidate");
    machine.open();
  }
});

Deno.test("lose() remembers the renewal across other failures", () => {
  const machine = opened({ renewableToken: true });
  machine.ended(4401);
  machine.due();
  machine.ended();
  machine.due();
  assertEquals(machine.ended(4401)[1], "closed 4401 fatal authentication");
});

Deno.test("lose() renews the token each time if classify() decides to retry", () => {
  const machine = opened({ renewableToken: true });
  for (let loss = 1; loss <= 3; loss++) {
    assertEquals(machine.ended(4401, { verdict: "retry" })[0], "invalidate");
    machine.open();
  }
});

Deno.test("lose() never renews a token if classify() decides to end", () => {
  const machine = opened({ renewableToken: true });
  assertEquals(
    machine.ended(4401, { verdict: "fatal" })[1],
    "closed 4401 fatal closed",
  );
});
