import { assertEquals } from "@std/assert";
import { GuardedListener } from "../../../lib/client/remote/guarded_listener.ts";
import { PendingRequests } from "../../../lib/client/remote/pending_requests.ts";
import { Recorder } from "../fake_worker.ts";

const PROBED = { type: "probed", id: 1, after: 0 } as const;
const LATENCY = { kind: "latency", latency: 5 } as const;

Deno.test("PendingRequests.onRequest() gives each request a number of its own", () => {
  const { requests, recorder } = makeRequests();
  requests.onRequest({ type: "request", id: 1, request: 7, what: "url" });
  requests.forgetRequests();
  // The worker's successor counts from 1 again.
  requests.onRequest({ type: "request", id: 2, request: 7, what: "token" });
  assertEquals(recorder.take(), ["request 1 url", "request 2 token"]);
});

Deno.test("PendingRequests.takeRequest() gives the worker's number once", () => {
  const { requests } = makeRequests();
  requests.onRequest({ type: "request", id: 1, request: 7, what: "url" });
  const taken = [1, 1, 2].map((own) => requests.takeRequest(own));
  assertEquals(taken, [7, undefined, undefined]);
});

Deno.test("PendingRequests.forgetRequests() answers a worker that is gone no more", () => {
  const { requests } = makeRequests();
  requests.onRequest({ type: "request", id: 1, request: 7, what: "url" });
  requests.forgetRequests();
  assertEquals(requests.takeRequest(1), undefined);
});

Deno.test("PendingRequests.onProbed() passes on the first answer to a probe, and no other", () => {
  const { requests, recorder } = makeRequests();
  requests.addProbe(1);
  for (const request of [1, 1, 2]) {
    requests.onProbed({ ...PROBED, request, result: LATENCY });
  }
  assertEquals(recorder.take(), ["probed 1 latency"]);
});

Deno.test("PendingRequests.answerProbes() answers all that are open, and those that come meanwhile later", () => {
  const { requests, recorder } = makeRequests();
  for (const request of [1, 2]) requests.addProbe(request);
  recorder.onevent = () => requests.addProbe(3);
  requests.answerProbes({ kind: "not-open" });
  assertEquals(recorder.take(), ["probed 1 not-open", "probed 2 not-open"]);
  requests.answerProbes({ kind: "not-open" });
  assertEquals(recorder.take(), ["probed 3 not-open"]);
});

function makeRequests() {
  const recorder = new Recorder();
  const requests = new PendingRequests(new GuardedListener(recorder));
  return { recorder, requests };
}
