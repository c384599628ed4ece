import { assertEquals } from "@std/assert";
import { readNotice } from "../../../../lib/server/stores/redis/notices.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("readNotice() reads messages whatever is in them", () => {
  const notice = bytesOf("as 7 3 g\nt4:a:\nbb0:t4:grün");
  // The length is in bytes: "grün" has five.
  notice[notice.lastIndexOf(0x34)] = 0x35;
  assertEquals(readNotice(notice, "g"), {
    type: "appended",
    session: "s",
    last: 7,
    messages: [
      { seq: 5, data: "a:\nb", bytes: 4 },
      { seq: 6, data: new Uint8Array(0), bytes: 0 },
      { seq: 7, data: "grün", bytes: 5 },
    ],
  });
});

Deno.test("readNotice() reads notices without messages", () => {
  const cases = [
    ["as 7 0 g\n", { type: "appended", session: "s", last: 7, messages: [] }],
    ["ws 3", { type: "wanted", session: "s", fence: 3 }],
    ["fs 3 taken", { type: "fenced", session: "s", fence: 3, why: "taken" }],
    ["fs 3 ended", { type: "fenced", session: "s", fence: 3, why: "ended" }],
    ["as 7 0 of another generation\n", undefined],
    ["x of a later version", undefined],
    ["", undefined],
  ] as const;
  for (const [text, expected] of cases) {
    assertEquals<unknown>(readNotice(bytesOf(text), "g"), expected);
  }
});
