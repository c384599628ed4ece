import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Notice } from "../../../lib/boundary/protocol.ts";
import { ClientRequests } from "../../../lib/worker/posts/client_requests.ts";

const ANSWER = { kind: "value", value: "v" } as const;

function makeRequests(): { requests: ClientRequests; posted: Notice[] } {
  const posted: Notice[] = [];
  const push = (notice: Notice) => posted.push(notice);
  return { requests: new ClientRequests(7, { push }), posted };
}

Deno.test("ClientRequests.request() resolves to the answer of its own request", async () => {
  const { requests, posted } = makeRequests();
  const { signal } = new AbortController();
  const first = requests.request("url", signal);
  const second = requests.request("token", signal);
  assertEquals(posted, [
    { type: "request", id: 7, request: 1, what: "url" },
    { type: "request", id: 7, request: 2, what: "token" },
  ]);
  const failure = { kind: "failure", detail: "no" } as const;
  requests.answer(2, failure);
  requests.answer(1, ANSWER);
  assertEquals(await first, ANSWER);
  assertEquals(await second, failure);
});

Deno.test("ClientRequests.request() rejects when the signal aborts, and ignores the late answer", async () => {
  const { requests } = makeRequests();
  const abort = new AbortController();
  const request = requests.request("url", abort.signal);
  abort.abort(new Error("over"));
  requests.answer(1, ANSWER);
  await assertRejects(() => request, Error, "over");
});

Deno.test("ClientRequests.request() asks nothing for an attempt that is over", () => {
  const { requests, posted } = makeRequests();
  assertThrows(
    () => requests.request("url", AbortSignal.abort(new Error("over"))),
    Error,
    "over",
  );
  assertEquals(posted, []);
});

Deno.test("ClientRequests.answer() settles nothing but its own request", async () => {
  const { requests } = makeRequests();
  requests.answer(1, { kind: "value", value: "before any request" });
  const request = requests.request("url", new AbortController().signal);
  requests.answer(2, { kind: "value", value: "of another request" });
  requests.answer(1, ANSWER);
  requests.answer(1, { kind: "value", value: "once more" });
  assertEquals(await request, ANSWER);
});
