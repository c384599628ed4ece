import { assertEquals } from "@std/assert";
import { hideSecrets } from "../../lib/identity/hide.ts";

Deno.test("hideSecrets() hides given secrets, also percent-encoded", () => {
  const text = hideSecrets("sent c/nary and c%2Fnary", ["", "c/nary"]);
  assertEquals(text, "sent … and …");
});

Deno.test("hideSecrets() hides a secret that contains another one", () => {
  assertEquals(hideSecrets("canary-long", ["canary", "canary-long"]), "…");
});

Deno.test("hideSecrets() hides a secret as JSON writes it", () => {
  const text = JSON.stringify({ token: 'can"ary' });
  assertEquals(hideSecrets(text, ['can"ary']), '{"token":"…"}');
});
