import { assertEquals } from "@std/assert";
import { Protocol } from "../../../lib/rfc6455/protocol.ts";
import { Output } from "../../../lib/transport/tcp/output.ts";

/** A connection that tests let take bytes, and what the output says. */
class Stage {
  readonly calls: string[] = [];
  readonly protocol = new Protocol({
    // A server masks nothing, so that what is written can be read.
    role: "server",
    maxMessageSize: 1_000_000,
    listener: {
      message: () => {},
      pong: () => {},
      close: () => {},
      fault: () => {},
    },
  });
  readonly output = new Output(
    { write: (bytes) => this.#write(bytes) },
    this.protocol,
    {
      written: () => this.calls.push("written"),
      flushed: () => this.calls.push("flushed"),
      failed: (detail) => this.calls.push(`failed: ${detail}`),
    },
  );
  #writes: PromiseWithResolvers<number>[] = [];

  /** Lets the connection take so many bytes of the present write. */
  async take(count: number): Promise<void> {
    this.#writes.shift()!.resolve(count);
    await settle();
  }

  async fail(error: unknown): Promise<void> {
    this.#writes.shift()!.reject(error);
    await settle();
  }

  send(text: string): void {
    this.protocol.sendText(text);
    this.output.endMessage();
    this.output.schedule();
  }

  #write(bytes: Uint8Array): Promise<number> {
    this.calls.push(`write ${bytes.length}`);
    const write = Promise.withResolvers<number>();
    this.#writes.push(write);
    return write.promise;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

Deno.test("Output.schedule() writes once for all of a turn", async () => {
  const stage = new Stage();
  stage.send("12");
  stage.send("345");
  assertEquals([stage.calls, stage.output.unwritten], [[], 9]);
  await settle();
  assertEquals(stage.calls, ["write 9"]);
  await stage.take(9);
  assertEquals(stage.calls, ["write 9", "written", "flushed"]);
  assertEquals(stage.output.unwritten, 0);
});

Deno.test("Output writes in one piece what was sent during a write", async () => {
  const stage = new Stage();
  stage.send("12");
  await settle();
  stage.send("3");
  stage.send("4");
  await stage.take(1);
  assertEquals(stage.output.unwritten, 9);
  await stage.take(3);
  assertEquals(stage.calls, [
    "write 4",
    "written",
    "write 3",
    "written",
    "write 6",
  ]);
  await stage.take(6);
  assertEquals(stage.calls.slice(-2), ["written", "flushed"]);
});

Deno.test("Output.flush() writes at once, and only what there is", async () => {
  const stage = new Stage();
  stage.output.flush();
  assertEquals(stage.calls, []);
  stage.protocol.sendText("12");
  stage.output.flush();
  assertEquals(stage.calls, ["write 4"]);
  stage.protocol.sendText("3");
  stage.output.flush();
  await stage.take(4);
  await stage.take(3);
  assertEquals(stage.calls.slice(-3), ["write 3", "written", "flushed"]);
});

Deno.test("Output.schedule() leaves the write to flush()'s turn", async () => {
  const stage = new Stage();
  stage.send("1");
  stage.output.flush();
  await settle();
  assertEquals(stage.calls, ["write 3"]);
  await stage.take(3);
});

Deno.test("Output writes again after it was idle", async () => {
  const stage = new Stage();
  for (const size of [70_000, 1]) {
    stage.send("x".repeat(size));
    await settle();
    await stage.take(stage.output.unwritten);
  }
  assertEquals(stage.calls.slice(-3), ["write 3", "written", "flushed"]);
});

Deno.test("Output says why a write failed, and writes no more", async () => {
  for (const error of [new Error("reset"), "reset"]) {
    const stage = new Stage();
    stage.send("1");
    await settle();
    await stage.fail(error);
    stage.send("2");
    stage.output.flush();
    await settle();
    assertEquals(stage.calls, ["write 3", "failed: reset"]);
  }
});

Deno.test("Output.stop() ends it without a word, at any moment", async () => {
  const scheduled = new Stage();
  scheduled.send("1");
  scheduled.output.stop();
  await settle();
  assertEquals(scheduled.calls, []);
  const written = new Stage();
  written.send("1");
  await settle();
  written.output.stop();
  await written.take(3);
  assertEquals(written.calls, ["write 3"]);
  const failed = new Stage();
  failed.send("1");
  await settle();
  failed.output.stop();
  await failed.fail(new Error("closed"));
  assertEquals(failed.calls, ["write 3"]);
});

Deno.test("Output gives back each buffer that was written", async () => {
  const stage = new Stage();
  const recycled: string[] = [];
  stage.protocol.recycle = () => void recycled.push(`${stage.calls}`);
  stage.send("12");
  await settle();
  assertEquals(recycled, []);
  await stage.take(4);
  stage.send("3");
  await settle();
  await stage.take(3);
  assertEquals(recycled, [
    "write 4,written",
    "write 4,written,flushed,write 3,written",
  ]);
});

Deno.test("Output.messages counts those that are not written as a whole", async () => {
  const stage = new Stage();
  stage.send("12");
  stage.send("3");
  stage.protocol.sendPing(new Uint8Array(3));
  assertEquals(stage.output.messages, 2);
  await settle();
  await stage.take(3);
  assertEquals(stage.output.messages, 2);
  stage.send("4");
  await stage.take(1);
  assertEquals(stage.output.messages, 2);
  await stage.take(3);
  assertEquals(stage.output.messages, 1);
  await stage.take(5);
  assertEquals(stage.output.messages, 1);
  await stage.take(3);
  assertEquals([stage.output.messages, stage.output.unwritten], [0, 0]);
});
