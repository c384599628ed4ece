import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Notice } from "../../lib/boundary/protocol.ts";
import { ClientRequests } from "../../lib/worker/client_requests.ts";

const ANSWER = { kind: "value", value: "v" } as const;

function makeQuestions(): { questions: ClientRequests; told: Notice[] } {
  const told: Notice[] = [];
  return {
    questions: new ClientRequests(7, (notice) => told.push(notice)),
    told,
  };
}

Deno.test("Questions.ask() resolves to the answer of its own question", async () => {
  const { questions, told } = makeQuestions();
  const { signal } = new AbortController();
  const first = questions.request("url", signal);
  const second = questions.request("token", signal);
  assertEquals(told, [
    { type: "ask", id: 7, question: 1, what: "url" },
    { type: "ask", id: 7, question: 2, what: "token" },
  ]);
  const failure = { kind: "failure", detail: "no" } as const;
  questions.answer(2, failure);
  questions.answer(1, ANSWER);
  assertEquals(await first, ANSWER);
  assertEquals(await second, failure);
  assertEquals(questions.open, 0);
});

Deno.test("Questions.ask() rejects once nobody waits any more", async () => {
  const { questions } = makeQuestions();
  const abort = new AbortController();
  const asked = questions.request("url", abort.signal);
  assertEquals(questions.open, 1);
  abort.abort(new Error("over"));
  await assertRejects(() => asked, Error, "over");
  assertEquals(questions.open, 0);
  questions.answer(1, ANSWER);
});

Deno.test("Questions.ask() asks nothing for an attempt that is over", () => {
  const { questions, told } = makeQuestions();
  assertThrows(() =>
    questions.request("url", AbortSignal.abort(new Error("over")))
  );
  assertEquals(told, []);
});

Deno.test("Questions.answer() ignores what was not asked", () => {
  const { questions } = makeQuestions();
  questions.answer(3, ANSWER);
  assertEquals(questions.open, 0);
});
