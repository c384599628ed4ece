import { assertEquals } from "@std/assert";
import { SendBatches } from "../../lib/server/send_batches.ts";
import type {
  AppendAnswer,
  BufferBounds,
  Full,
  Gone,
} from "../../lib/session/store/store.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";

const BOUNDS: BufferBounds = {
  maxMessages: 1_000,
  maxBytes: 1 << 20,
  overflow: "reject",
  maxMessage: 1 << 20,
};
const GONE: Gone = { kind: "gone" };

function full(messages: number, bytes: number): Full {
  return { kind: "full", messages, bytes };
}

function appended(count: number): AppendAnswer {
  const bytes = count;
  return {
    kind: "appended",
    first: 1,
    last: count,
    dropped: 0,
    bytes,
    node: "",
  };
}

type Answer = AppendAnswer | Error | "waits";

/** Batches over a store that answers as a test says. */
class Stage {
  /** What the store was asked for: sessions and messages. */
  readonly asked: string[] = [];
  /** What became of messages, in this order. */
  readonly log: string[] = [];
  /** Of the next questions; later ones are appended. */
  readonly answers: Answer[] = [];
  readonly batches: SendBatches;
  /** What `onRefused` does. */
  refuse: () => void | Promise<void> = () => {};
  /** What happens while the store is asked, before it returns. */
  meanwhile: () => void = () => {};
  readonly #held: (() => void)[] = [];

  constructor(bounds: Partial<BufferBounds> = {}) {
    this.batches = new SendBatches({
      store: { append: (id, messages) => this.#append(id, messages) },
      bounds: { ...BOUNDS, ...bounds },
      onStored: (id, _answer, count) =>
        void this.log.push(`${id} stored ${count}`),
      onRefused: (id, { kind }, count) => {
        this.log.push(`${id} ${kind} ${count}`);
        return this.refuse();
      },
      errorOf: (answer) =>
        new Error(
          answer.kind === "full" ? `full at ${answer.messages}` : answer.kind,
        ),
    });
  }

  /** Sends messages to the session `s`; notes what becomes of each. */
  send(...texts: readonly string[]): Promise<void>[] {
    return texts.map((text) =>
      this.batches.send("s", text).then(
        () => void this.log.push(`${text} resolves`),
        ({ message }) => void this.log.push(`${text} rejects: ${message}`),
      )
    );
  }

  /** Lets the store answer a question that waits. */
  answer(): void {
    this.#held.shift()!();
  }

  async #append(
    id: string,
    messages: readonly Payload[],
  ): Promise<AppendAnswer> {
    this.asked.push(`${id} ${messages.join(",")}`);
    this.meanwhile();
    const answer = this.answers.shift() ?? appended(messages.length);
    if (answer instanceof Error) throw answer;
    if (answer !== "waits") return answer;
    await new Promise<void>((resolve) => this.#held.push(resolve));
    return appended(messages.length);
  }
}

/** Lets all reactions of promises run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await undefined;
}

Deno.test("SendBatches.send() asks the store once for what is sent in one turn, in order", async () => {
  const stage = new Stage();
  const sent = stage.send("a", "b");
  const other = stage.batches.send("t", "x");
  sent.push(...stage.send("c"));
  assertEquals(stage.asked, []);
  await Promise.all([...sent, other]);
  assertEquals(stage.asked, ["s a,b,c", "t x"]);
  assertEquals(stage.log, [
    ...["s stored 3", "t stored 1"],
    ...["a resolves", "b resolves", "c resolves"],
  ]);
});

Deno.test("SendBatches.send() puts no more in a step than the bounds allow", async () => {
  const stage = new Stage({ maxMessages: 2, maxBytes: 30 });
  await Promise.all(
    stage.send("a", "b", "c", "x".repeat(31), "d", "12345", "6"),
  );
  assertEquals(stage.asked, [
    ...["s a,b", "s c", `s ${"x".repeat(31)}`, "s d,12345", "s 6"],
  ]);
});

Deno.test("SendBatches.send() puts at most 512 messages and 1 MiB in a step", async () => {
  const stage = new Stage({ maxMessages: 10_000, maxBytes: 1 << 30 });
  const large = "x".repeat(200_000);
  await Promise.all(stage.send(...Array(600).fill("a"), large, large));
  const counts = stage.asked.map((each) => each.split(",").length);
  assertEquals(counts, [512, 89, 1]);
});

Deno.test("SendBatches lets nothing follow a step of several messages before its answer", async () => {
  const stage = new Stage();
  stage.answers.push("waits");
  stage.send("a", "b");
  await settled();
  stage.send("c");
  await settled();
  stage.send("d");
  assertEquals(stage.asked, ["s a,b"]);
  stage.answer();
  await settled();
  assertEquals(stage.asked, ["s a,b", "s c,d"]);
  assertEquals(stage.log.slice(1, 4), [
    "a resolves",
    "b resolves",
    "s stored 2",
  ]);
});

Deno.test("SendBatches asks the store for the next messages while a step of one waits", async () => {
  const stage = new Stage();
  stage.answers.push("waits", "waits");
  stage.send("a");
  await settled();
  stage.send("b");
  await settled();
  stage.send("c", "d");
  await settled();
  assertEquals(stage.asked, ["s a", "s b", "s c,d"]);
  stage.answer();
  stage.answer();
  await settled();
  assertEquals(stage.batches.size, 0);
});

Deno.test("SendBatches rejects those of a step that have no room, and keeps the order of the others", async () => {
  const stage = new Stage({ maxMessages: 4, maxBytes: 300 });
  stage.answers.push(full(2, 290), "waits");
  stage.send("aaaa", "x".repeat(20), "bb");
  await settled();
  stage.send("c");
  await settled();
  assertEquals(stage.asked, [`s aaaa,${"x".repeat(20)},bb`, "s aaaa,bb"]);
  stage.answer();
  await settled();
  assertEquals(stage.asked.at(-1), "s c");
  assertEquals(stage.log, [
    ...["s stored 2", "aaaa resolves", "bb resolves", "s full 1"],
    `${"x".repeat(20)} rejects: full at 3`,
    ...["s stored 1", "c resolves"],
  ]);
});

Deno.test("SendBatches rejects those of a step that the client does not take, and keeps the others", async () => {
  const stage = new Stage();
  stage.answers.push({ kind: "too-large", maxMessage: 2 });
  stage.send("aa", "bbb", "ä", "cccc");
  await settled();
  assertEquals(stage.asked, ["s aa,bbb,ä,cccc", "s aa,ä"]);
  assertEquals(stage.log, [
    ...["s stored 2", "aa resolves", "ä resolves", "s too-large 2"],
    ...["bbb rejects: too-large", "cccc rejects: too-large"],
  ]);
});

Deno.test("SendBatches asks once where none of a step has room", async () => {
  const stage = new Stage({ maxMessages: 4 });
  stage.answers.push(full(4, 10));
  await Promise.all(stage.send("a", "b", "c"));
  assertEquals(stage.asked, ["s a,b,c"]);
  assertEquals(stage.log, [
    "s full 3",
    ...["a", "b", "c"].map((text) => `${text} rejects: full at 4`),
  ]);
});

Deno.test("SendBatches asks again in halves where the store has bounds of its own", async () => {
  const stage = new Stage();
  stage.answers.push(full(0, 0), full(0, 0), appended(1), full(7, 0));
  await Promise.all(stage.send("a", "b", "c"));
  assertEquals(stage.asked, ["s a,b,c", "s a,b", "s a", "s b", "s c"]);
  assertEquals(stage.log, [
    ...["s stored 1", "a resolves", "s full 1", "b rejects: full at 7"],
    ...["s stored 1", "c resolves"],
  ]);
});

Deno.test("SendBatches judges nothing by itself where the oldest make room", async () => {
  const stage = new Stage({ overflow: "drop-oldest", maxMessages: 4 });
  stage.answers.push(full(4, 10));
  await Promise.all(stage.send("a", "b"));
  assertEquals(stage.asked, ["s a,b", "s a", "s b"]);
});

Deno.test("SendBatches rejects all of a step whose session is gone", async () => {
  const stage = new Stage();
  stage.answers.push(GONE);
  await Promise.all(stage.send("a", "b"));
  assertEquals(stage.log, [
    ...["s gone 2", "a rejects: gone", "b rejects: gone"],
  ]);
});

Deno.test("SendBatches rejects the messages of a step that fails, and no others", async () => {
  const stage = new Stage({ maxMessages: 2 });
  stage.answers.push(new Error("Disk on fire"));
  await Promise.all(stage.send("a", "b", "c"));
  assertEquals(stage.log, [
    ...["a rejects: Disk on fire", "b rejects: Disk on fire"],
    ...["s stored 1", "c resolves"],
  ]);
});

Deno.test("SendBatches rejects what has no room and what has, if the store fails in between", async () => {
  const stage = new Stage({ maxMessages: 4 });
  stage.answers.push(full(3, 0), new Error("Disk on fire"));
  await Promise.all(stage.send("a", "b"));
  assertEquals(stage.log, [
    ...["a rejects: Disk on fire", "s full 1", "b rejects: full at 4"],
  ]);
});

Deno.test("SendBatches rejects with what became of the refusal", async () => {
  const stage = new Stage();
  stage.answers.push(GONE, GONE);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stage.refuse = () => promise;
  stage.send("a", "b");
  await settled();
  assertEquals(stage.log, ["s gone 2"]);
  reject(new Error("No answer"));
  await settled();
  assertEquals(stage.log.slice(1), [
    ...["a rejects: No answer", "b rejects: No answer"],
  ]);
  resolve();
});

Deno.test("SendBatches.settled() is for what was sent before", async () => {
  const stage = new Stage({ maxMessages: 2 });
  assertEquals(stage.batches.settled("s"), undefined);
  stage.answers.push("waits", "waits");
  stage.send("a", "b", "c");
  const waits = stage.batches.settled("s")!
    .then(() => void stage.log.push("settled"));
  assertEquals(stage.asked, ["s a,b"]);
  await settled();
  stage.send("d", "e");
  stage.answer();
  await settled();
  stage.answer();
  await waits;
  assertEquals(stage.asked, ["s a,b", "s c,d", "s e"]);
  assertEquals(stage.log.includes("e resolves"), false);
  await settled();
  assertEquals(stage.batches.size, 0);
});

Deno.test("SendBatches.settled() resolves behind one message that had to wait", async () => {
  const stage = new Stage();
  stage.answers.push("waits", "waits");
  stage.send("a", "b");
  await settled();
  stage.send("c");
  stage.batches.settled("s")!.then(() => void stage.log.push("settled"));
  stage.answer();
  await settled();
  assertEquals(stage.asked, ["s a,b", "s c"]);
  assertEquals(stage.log.at(-1), "settled");
  assertEquals(stage.batches.size, 0);
  stage.answer();
  await settled();
  assertEquals(stage.log.at(-1), "c resolves");
});

Deno.test("SendBatches.settled() gives the store at once what may go", async () => {
  const stage = new Stage();
  stage.send("a");
  assertEquals(stage.batches.settled("s"), undefined);
  assertEquals(stage.asked, ["s a"]);
  // In the same turn, for the second time.
  stage.answers.push("waits");
  stage.send("b", "c");
  await settled();
  stage.send("d");
  await settled();
  assertEquals(stage.asked, ["s a", "s b,c"]);
  stage.answer();
  await settled();
  assertEquals([stage.asked.length, stage.batches.size], [3, 0]);
});

Deno.test("SendBatches.settled() waits for a step of several messages that is being asked for", async () => {
  const stage = new Stage();
  const found: (Promise<void> | undefined)[] = [];
  stage.meanwhile = () => void found.push(stage.batches.settled("s"));
  stage.answers.push("waits");
  stage.send("a", "b");
  await settled();
  stage.meanwhile = () => {};
  stage.send("c");
  await settled();
  assertEquals(stage.asked, ["s a,b"]);
  stage.answer();
  await found[0];
  assertEquals(stage.log, ["s stored 2", "a resolves", "b resolves"]);
});

Deno.test("SendBatches.allSettled() waits for all sessions", async () => {
  const stage = new Stage();
  stage.answers.push("waits", "waits");
  stage.send("a", "b");
  const other = stage.batches.send("t", "x");
  const another = stage.batches.send("t", "y");
  await settled();
  let isSettled = false;
  const all = stage.batches.allSettled().then(() => isSettled = true);
  stage.answer();
  await settled();
  assertEquals(isSettled, false);
  stage.answer();
  await Promise.all([all, other, another]);
  assertEquals(stage.batches.size, 0);
});
