import { assertEquals } from "@std/assert";
import { EXIT_CODES } from "../../../lib/cli/exit_code.ts";
import {
  type FailureKind,
  RedisFailure,
} from "../../../lib/cli/sessions/failure.ts";

Deno.test("RedisFailure has the exit code of its kind", () => {
  const kinds: readonly FailureKind[] = [
    ...["unreachable", "unauthorized", "timeout", "protocol"] as const,
    "failure",
  ];
  for (const kind of kinds) {
    assertEquals(new RedisFailure(kind, "Why").exitCode, EXIT_CODES[kind]);
  }
});
