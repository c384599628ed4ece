import { assert, assertEquals } from "@std/assert";
import type { SessionFacts } from "../../../lib/cli/sessions/catalogue.ts";
import {
  detailsOf,
  endJson,
  endText,
  factsJson,
  tableOf,
} from "../../../lib/cli/sessions/report.ts";

const FACTS: SessionFacts = {
  ...{ session: "id-1", principal: "ann", state: "attached", node: "n1" },
  ...{ protocol: "", accepted: 3, claimed: 3, uncertain: 0 },
  waiting: { messages: 0, bytes: 0, last: 2 },
  ...{ attempt: 4, fence: 1, generations: ["g1"], remaining: 119_400 },
};
const PIPE = { stdoutIsTerminal: false, columns: 20 };
const ENDED = {
  ...{ kind: "ended", accepted: 3, claimed: 4, node: undefined } as const,
  unconsumed: [
    { seq: 7, data: "text", bytes: 4 },
    { seq: 8, data: Uint8Array.of(0, 255), bytes: 2 },
  ],
};

Deno.test("tableOf() aligns what it knows of each session", () => {
  const away: SessionFacts = {
    ...{ ...FACTS, session: "a-longer-id", principal: "b\x1b[2J" },
    ...{ state: "detached", node: undefined, remaining: 86_400_000 },
    waiting: { messages: 2, bytes: 10, last: 9 },
  };
  const soon = { ...FACTS, remaining: -1 };
  const later = { ...FACTS, remaining: 600_000 };
  assertEquals(tableOf([FACTS, away, soon, later], PIPE).split("\n"), [
    "SESSION      STATE     OVER IN  WAITING   PRINCIPAL  NODE",
    "id-1         attached  119 s    -         ann        n1",
    "a-longer-id  detached  24 h     2 (10 B)  b\\x1b[2J   -",
    "id-1         attached  now      -         ann        n1",
    "id-1         attached  10 min   -         ann        n1",
    "",
  ]);
});

Deno.test("tableOf() stays within the width of a terminal", () => {
  const table = tableOf([FACTS], { stdoutIsTerminal: true, columns: 20 });
  for (const line of table.split("\n")) assert(line.length <= 20, line);
});

Deno.test("detailsOf() says what is known of a session that is alive", () => {
  assertEquals(detailsOf(FACTS).split("\n"), [
    "session       id-1",
    "principal     ann",
    "state         attached to node n1",
    "over in       119 s",
    "protocol      none",
    "accepted      up to 3",
    "waiting       0 of 2 messages to the client (0 bytes)",
    "attached      once, at the client's dial 4",
    "generations   g1",
    "",
  ]);
});

Deno.test("detailsOf() says what is known of one that is over, or not certain", () => {
  const text = detailsOf({
    ...{ ...FACTS, state: "expired", node: undefined, protocol: "chat" },
    ...{ claimed: 5, uncertain: 6, fence: 2, generations: ["g1", "g2"] },
  });
  for (
    const line of [
      "state         expired\n",
      "forgotten in  119 s\n",
      "protocol      chat\n",
      "accepted      up to 3; up to 5 may be in the handler; up to 6 come as redelivered\n",
      "attached      2 times, at the client's dial 4\n",
      "generations   g1, g2\n",
    ]
  ) assert(text.includes(line), text);
});

Deno.test("endText() counts what is gone, and names the node", () => {
  assertEquals(
    endText("id-1", ENDED),
    "Ended id-1: 3 messages of the client accepted, 2 to it not consumed (6 bytes)\n",
  );
  assert(
    endText("id-1", { ...ENDED, node: "n1" })
      .endsWith("; node n1 closes its connection\n"),
  );
});

Deno.test("factsJson() and endJson() write one line that keeps all", () => {
  const facts = factsJson({ ...FACTS, node: undefined });
  assertEquals(JSON.parse(facts), { ...FACTS, node: null });
  const ended = endJson("id-1", ENDED);
  assertEquals(JSON.parse(ended), {
    ...{ session: "id-1", accepted: 3, claimed: 4, node: null },
    unconsumed: [
      { seq: 7, data: "text" },
      { seq: 8, data: { base64: "AP8=" } },
    ],
  });
  for (const line of [facts, ended]) {
    assertEquals(line.indexOf("\n"), line.length - 1);
  }
});
