import { assertEquals } from "@std/assert";
import {
  admit,
  attachSession,
  authenticate,
  Authentication,
  evict,
  makeRoom,
  newSessionId,
  openSession,
} from "../../../lib/server/connection/requests.ts";
import {
  memoryStore,
  type SessionServerOptions,
} from "../../../lib/server/mod.ts";
import { LEASE } from "../../../lib/session/server/lease.ts";
import { claimWith } from "../../session/store/records.ts";
import { OPEN, RESUME } from "../../session/server/peer.ts";
import { settled } from "../dialed.ts";
import { noting, TestNode } from "../nodes.ts";

const REQUEST = new Request("http://127.0.0.1/");

const refused = (closeCode: number, reason: string) => ({
  ...{ type: "refused", closeCode, reason } as const,
});

async function authenticated(
  answer: SessionServerOptions["authenticate"],
  records: string[] = [],
) {
  const logger = noting(records);
  await using node = new TestNode({ authenticate: answer, logger });
  return await authenticate(node, REQUEST, "token");
}

Deno.test("authenticate() takes a principal", async () => {
  const received: unknown[] = [];
  const admission = await authenticated((request, auth) => {
    received.push(request, auth);
    return "ann";
  });
  assertEquals(admission, { type: "admitted", principal: "ann" });
  assertEquals(received, [REQUEST, "token"]);
});

Deno.test("authenticate() turns a response into a close code", async () => {
  const cases = [
    [401, refused(4401, "Not authenticated")],
    [403, refused(4403, "Forbidden")],
    [418, refused(4401, "Not authenticated")],
    [429, refused(4429, "Too many requests")],
    [503, refused(4503, "Unavailable")],
  ] as const;
  for (const [status, expected] of cases) {
    const answer = () => Promise.resolve(new Response(null, { status }));
    assertEquals(await authenticated(answer), expected);
  }
});

Deno.test("authenticate() admits nobody if the application fails", async () => {
  const records: string[] = [];
  const expected = refused(4503, "Could not authenticate");
  assertEquals(await authenticated(() => "", records), expected);
  const throws = () => {
    throw new Error("No database");
  };
  assertEquals(await authenticated(throws, records), expected);
  const record = "error Could not authenticate a client";
  assertEquals(records, [record, record]);
});

Deno.test("admit() gives a ticket for a genuine token only", async () => {
  await using node = new TestNode();
  const session = newSessionId();
  const token = await node.tokens.sign({
    ...{ session, counter: 3, principal: "ann" },
  });
  const admitted = { type: "admitted", principal: "ann" } as const;
  assertEquals(await admit(node, REQUEST, OPEN), admitted);
  assertEquals(await admit(node, REQUEST, { ...RESUME, token }), {
    ...admitted,
    ticket: { session, counter: 3 },
  });
  const forged = { ...RESUME, token: `${token.slice(0, -4)}AAAA` };
  assertEquals(await admit(node, REQUEST, forged), admitted);
  const bob = { ...RESUME, token, auth: "bob" };
  assertEquals(await admit(node, REQUEST, bob), {
    ...{ type: "admitted", principal: "bob" },
  });
});

Deno.test("admit() limits how often a session is resumed", async () => {
  await using node = new TestNode({ limits: { resumes: 1 } });
  const claims = { session: newSessionId(), counter: 1, principal: "ann" };
  const token = await node.tokens.sign(claims);
  const resume = () => admit(node, REQUEST, { ...RESUME, token });
  assertEquals((await resume()).type, "admitted");
  assertEquals(await resume(), refused(4429, "Too many resumes"));
  node.clock.advance(9_999);
  assertEquals((await resume()).type, "refused");
  node.clock.advance(1);
  assertEquals((await resume()).type, "admitted");
});

const LATE = refused(4408, "No answer in time");
const ANN = { type: "admitted", principal: "ann" } as const;

/** The authentication of one client, and what it answers. */
function authenticating(authenticate: SessionServerOptions["authenticate"]) {
  const node = new TestNode({ authenticate });
  const answers: unknown[] = [];
  const authentication = new Authentication(node, {
    request: REQUEST,
    onAnswer: (answer) => void answers.push(answer),
  });
  return { node, answers, authentication };
}

Deno.test("Authentication.admit() answers, and waits no longer than for a first message", async () => {
  const { node, answers, authentication } = authenticating(() => "ann");
  await using _node = node;
  assertEquals(await authentication.admit(OPEN), ANN);
  assertEquals([answers, node.clock.timers], [[], 0]);
  const hang = Promise.withResolvers<string>();
  const other = authenticating(() => hang.promise);
  await using _other = other.node;
  const admitted = other.authentication.admit(OPEN);
  other.node.clock.advance(10_000);
  assertEquals(other.answers, [LATE]);
  hang.resolve("ann");
  assertEquals(await admitted, ANN);
});

Deno.test("Authentication.renew() asks again when the last answer is there", async () => {
  const asked: unknown[] = [];
  const { node, answers, authentication } = authenticating((_, auth = "") => {
    asked.push(auth);
    return Promise.resolve(auth);
  });
  await using _node = node;
  for (const auth of ["a", "b", "c"]) void authentication.renew(auth);
  await settled();
  assertEquals(asked, ["a", "c"]);
  await authentication.renew("d");
  assertEquals(asked, ["a", "c", "d"]);
  assertEquals(
    answers,
    asked.map((principal) => ({ type: "admitted", principal })),
  );
  assertEquals(node.clock.timers, 0);
});

Deno.test("Authentication.renew() gives up a call that hangs, and what waits for it", async () => {
  let calls = 0;
  const hang = Promise.withResolvers<string>();
  const { node, answers, authentication } = authenticating(() => {
    calls += 1;
    return hang.promise;
  });
  await using _node = node;
  for (const auth of ["a", "b"]) void authentication.renew(auth);
  node.clock.advance(9_999);
  assertEquals(answers, []);
  node.clock.advance(1);
  assertEquals(answers, [LATE]);
  hang.resolve("ann");
  await settled();
  assertEquals([calls, answers], [1, [LATE, ANN]]);
});

Deno.test("makeRoom() ends the oldest session without a connection", async () => {
  const ended: string[] = [];
  await using node = new TestNode({
    limits: { sessionsPerPrincipal: 1 },
    handler: {
      message() {},
      ended: ({ id }, { why }) => void ended.push(`${id} ${why}`),
    },
  });
  assertEquals(makeRoom(node, "ann"), true);
  const owner = { notify() {} };
  const id = newSessionId();
  const request = OPEN;
  const { lease } = await openSession(node, { id, principal: "ann", request });
  node.registry.enter({ id, principal: "ann", maxMessage: 9, owner });
  assertEquals(makeRoom(node, "ann"), false);
  node.registry.leave(id, owner, 1_000);
  node.detach(lease, 1_000);
  assertEquals(makeRoom(node, "ann"), true);
  await node.settled();
  assertEquals(ended, [`${id} evicted`]);
});

Deno.test("evict() forgets the session at once", async () => {
  await using node = new TestNode();
  const owner = { notify() {} };
  node.registry.enter({ id: "s", principal: "ann", maxMessage: 9, owner });
  evict(node, "s");
  assertEquals(node.registry.size, 0);
});

Deno.test("evict() ends no session that a node holds", async () => {
  await using node = new TestNode();
  const id = newSessionId();
  await openSession(node, { id, principal: "ann", request: OPEN });
  evict(node, id);
  await node.settled();
  await node.session(id).send("still there");
});

Deno.test("openSession() chooses the first subprotocol that is offered", async () => {
  await using node = new TestNode({ protocols: ["a", "b"], ttl: 60_000 });
  const id = newSessionId();
  const request = { ...OPEN, protocols: ["x", "b", "a"] };
  const opened = await openSession(node, { id, principal: "ann", request });
  assertEquals(opened.protocol, "b");
  assertEquals(opened.lease.session, id);
  const claims = await node.tokens.verify(opened.token, "ann");
  assertEquals(claims, { session: id, counter: 1 });
  const none = await openSession(node, {
    ...{ id: newSessionId(), principal: "ann", request: OPEN },
  });
  assertEquals(none.protocol, "");
});

Deno.test("openSession() keeps the session for as long as the client and the server want, and for a lease", async () => {
  for (
    const [wanted, kept] of [[1, LEASE], [40_000, 40_000], [90_000, 60_000]]
  ) {
    await using node = new TestNode({ ttl: 60_000 });
    const id = newSessionId();
    const request = { ...OPEN, ttl: wanted! };
    await openSession(node, { id, principal: "ann", request });
    node.clock.advance(kept! - 1);
    assertEquals(await node.store.due(1), []);
    node.clock.advance(1);
    assertEquals(await node.store.due(1), [id]);
  }
});

Deno.test("attachSession() signs the next token, and keeps the session for a lease", async () => {
  await using node = new TestNode();
  const session = newSessionId();
  const request = { ...OPEN, protocols: [] };
  const { lease } = await openSession(node, {
    ...{ id: session, principal: "ann", request },
  });
  const have = [[lease.generation, 0]] as const;
  const claim = claimWith({ session, ttl: LEASE, have });
  const { token, answer } = await attachSession(node, claim);
  assertEquals(answer.kind, "attached");
  const claims = await node.tokens.verify(token, "ann");
  assertEquals(claims, { session, counter: claim.counter + 1 });
  node.clock.advance(LEASE - 1);
  assertEquals(await node.store.due(1), []);
  node.clock.advance(1);
  assertEquals(await node.store.due(1), [session]);
});

Deno.test("attachSession() counts what is taken from another node that holds it", async () => {
  await using store = memoryStore();
  await using one = new TestNode({ store });
  await using two = new TestNode({ store });
  const session = newSessionId();
  const request = { ...OPEN, protocols: [] };
  const { lease } = await openSession(one, {
    ...{ id: session, principal: "ann", request },
  });
  const have = [[lease.generation, 0]] as const;
  const attach = (node: TestNode, attempt: number) =>
    attachSession(
      node,
      claimWith({ session, have, attempt, counter: attempt }),
    );
  const counts = () =>
    [one, two].map(({ counters }) => counters.read().takenOver);
  await attach(one, 2);
  assertEquals(counts(), [0, 0]);
  const { answer } = await attach(two, 3);
  assertEquals(counts(), [0, 1]);
  if (answer.kind !== "attached") throw new Error(answer.kind);
  await store.detach(answer.lease, LEASE);
  await attach(one, 4);
  assertEquals(counts(), [0, 1]);
});
