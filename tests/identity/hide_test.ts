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

Deno.test("hideSecrets() takes values of three characters for no secrets", () => {
  assertEquals(hideSecrets("abc 3 abc…", ["abc", "3"]), "abc 3 abc…");
});

Deno.test("hideSecrets() hides the start of a secret where a text was cut", () => {
  const secret = 'canary/"' + "0123456789".repeat(40);
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
  for (const form of forms) {
    for (let length = 4; length < form.length; length += 1) {
      const cut = `bad token ${form.slice(0, length)}…`;
      assertEquals(hideSecrets(`${cut}, ${cut}`, ["other", secret]), HIDDEN);
    }
  }
});

Deno.test("hideSecrets() hides all of the start of a secret that repeats itself", () => {
  assertEquals(hideSecrets("aaaaaa…", ["a".repeat(9)]), "…");
});

Deno.test("hideSecrets() leaves a start that is short, or not cut", () => {
  const secrets = ["canary0123456789"];
  for (const text of ["the can…", "the canary", "canary of …", "the …"]) {
    assertEquals(hideSecrets(text, secrets), text);
  }
});

const HIDDEN = "bad token …, bad token …";
