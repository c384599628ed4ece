import { assertEquals } from "@std/assert";
import { isPermanent, watchPolicy } from "../../lib/platform/import_failure.ts";

const NOWHERE = "https://x.test/hooks.js";

/** As Deno's module loader throws it. */
function denoError(message: string): Error {
  return Object.assign(new TypeError(message), {
    code: "ERR_MODULE_NOT_FOUND",
  });
}

Deno.test("isPermanent() knows what Deno says of modules that never come", () => {
  for (
    const [message, expected] of [
      [`Module not found "${NOWHERE}".`, true],
      [`Import '${NOWHERE}' failed: 403 Forbidden`, true],
      ["SyntaxError: Expression expected", true],
      ['Requires import access to "x.test:443"', true],
      [`Import '${NOWHERE}' failed: 503 Service Unavailable`, false],
      [`Import '${NOWHERE}' failed: 429 Too Many Requests`, false],
      [`Import '${NOWHERE}' failed.\n 0: error sending request`, false],
    ] as const
  ) assertEquals(isPermanent(denoError(message), NOWHERE), expected, message);
});

Deno.test("isPermanent() tells a module that cannot be parsed from one that throws", () => {
  const permanent = "The requested module './a.js' does not provide an export";
  for (
    const [error, expected] of [
      [new SyntaxError(permanent), true],
      [new SyntaxError(`Unexpected token '<', "<p>" is not valid JSON`), false],
      [new SyntaxError("JSON Parse error: Unexpected EOF"), false],
      [new RangeError("not today"), false],
      ["text", false],
    ] as const
  ) assertEquals(isPermanent(error, NOWHERE), expected, `${error}`);
});

Deno.test("isPermanent() asks browsers for the status that they hide", () => {
  const failed = new TypeError(
    `Failed to fetch dynamically imported module: ${NOWHERE}`,
  );
  const { getEntriesByType } = performance;
  try {
    for (
      const [responseStatus, expected] of [
        [404, true],
        [403, true],
        [429, false],
        [503, false],
        [200, false],
        [0, false],
      ] as const
    ) {
      const entry = { name: NOWHERE, responseStatus };
      Reflect.set(performance, "getEntriesByType", () => [entry]);
      assertEquals(isPermanent(failed, NOWHERE), expected, `${responseStatus}`);
      assertEquals(isPermanent(failed, `${NOWHERE}?other`), false);
    }
  } finally {
    Reflect.set(performance, "getEntriesByType", getEntriesByType);
  }
});

Deno.test("watchPolicy() knows what was forbidden while it watched", () => {
  const scope = new EventTarget();
  const violate = (blockedURI: string) =>
    scope.dispatchEvent(
      Object.assign(new Event("securitypolicyviolation"), { blockedURI }),
    );
  const policy = watchPolicy(scope);
  violate(NOWHERE);
  policy.stop();
  violate(`${NOWHERE}?later`);
  assertEquals(policy.forbade(NOWHERE), true);
  assertEquals(policy.forbade(`${NOWHERE}?later`), false);
});
