import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type FailureContext,
  messageOf,
} from "../../../lib/client/errors/texts.ts";
import { CLOSE_CODES } from "../../../lib/rfc6455/close_codes.ts";

const CONTEXT: FailureContext = {
  attempt: 2,
  url: "wss://example.com/",
  delay: 500,
  secrets: [],
};

function closed(closeCode: number): string {
  const failure = { closeCode, reason: "", wasClean: true };
  return messageOf({ type: "closed", ...failure }, CONTEXT);
}

Deno.test("messageOf() has advice for each close code", () => {
  for (const closeCode of CLOSE_CODES.keys()) {
    assertMatch(
      closed(closeCode),
      new RegExp(
        `^Closed by the server with code ${closeCode} \\(wss://example\\.com/, attempt 2; tried again in 0\\.5 s\\)\\. .+[^.]$`,
      ),
    );
  }
});

Deno.test("messageOf() names describeClose() for a close code without advice", () => {
  for (const closeCode of [3999, 4000, 4418]) {
    assert(
      closed(closeCode).endsWith(
        `. describeClose(${closeCode}) says what it usually means`,
      ),
    );
  }
});

Deno.test("messageOf() gives the advice that the close code calls for", () => {
  const advice = [
    [1001, /restarts/],
    [1002, /proxy/],
    [1003, /text or binary/],
    [1008, /token/],
    [1009, /smaller messages/],
    [1011, /keepalive/],
    [1013, /less often/],
    [4401, /token/],
    [4404, /path/],
  ] as const;
  for (const [closeCode, wanted] of advice) {
    assertMatch(closed(closeCode), wanted);
  }
  assertEquals(closed(4002), closed(1002).replace("1002", "4002"));
});

Deno.test("messageOf() names the flag of a missing permission", () => {
  for (
    const detail of [
      'Requires net access to "127.0.0.1:9", run again with the --allow-net flag',
      "No permission to connect to 127.0.0.1:9: run Deno with --allow-net=127.0.0.1:9",
    ]
  ) {
    assertMatch(
      messageOf({ type: "invalid", detail }, CONTEXT),
      /Grant --allow-net, for this host and port alone/,
    );
  }
  assertMatch(
    messageOf({ type: "invalid", detail: "bad port" }, CONTEXT),
    /Correct the URL/,
  );
});
