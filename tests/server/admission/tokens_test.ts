import { assert, assertEquals, assertThrows } from "@std/assert";
import { Tokens } from "../../../lib/server/admission/tokens.ts";
import { formatSessionId } from "../../../lib/session/wire/token.ts";

const OLD = "the old key of the tests";
const NEW = new TextEncoder().encode("the new key of the tests");
const CLAIMS = {
  session: formatSessionId(new Uint8Array(16).fill(7)),
  counter: 3,
  principal: "ann",
};

Deno.test("Tokens.verify() reads what sign() wrote, for the same principal only", async () => {
  const tokens = new Tokens([OLD]);
  const token = await tokens.sign(CLAIMS);
  const { session, counter } = CLAIMS;
  assertEquals(await tokens.verify(token, "ann"), { session, counter });
  assertEquals(await tokens.verify(token, "bob"), undefined);
  assertEquals(await tokens.verify(`${token}A`, "ann"), undefined);
  const next = await tokens.sign({ ...CLAIMS, counter: 4 });
  const mixed = next.slice(0, 32) + token.slice(32);
  assertEquals(await tokens.verify(mixed, "ann"), undefined);
});

Deno.test("Tokens signs with the first key and verifies with all", async () => {
  const before = new Tokens([OLD]);
  const after = new Tokens([NEW, OLD]);
  assert(await after.verify(await before.sign(CLAIMS), "ann"));
  const token = await after.sign(CLAIMS);
  assertEquals(await before.verify(token, "ann"), undefined);
  assert(await new Tokens([NEW]).verify(token, "ann"));
});

Deno.test("Tokens refuses no key and a short one", () => {
  assertThrows(() => new Tokens([]), RangeError, "needs a key");
  assertThrows(() => new Tokens(["short"]), RangeError, "16 bytes, and not 5");
});
