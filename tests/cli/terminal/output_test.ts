import { assertEquals } from "@std/assert";
import { Output } from "../../../lib/cli/terminal/output.ts";

/** A stdout that takes a block when the test says so. */
function makeStdout() {
  const blocks: string[] = [];
  let answer = Promise.withResolvers<void>();
  let asked = Promise.withResolvers<void>();
  return {
    blocks,
    /** Settles when a block has arrived, which then waits for an answer. */
    async arrives() {
      await asked.promise;
      asked = Promise.withResolvers();
    },
    take: () => answer.resolve(),
    fail: (error: Error) => answer.reject(error),
    writeBytes(bytes: Uint8Array) {
      blocks.push(new TextDecoder().decode(bytes));
      answer = Promise.withResolvers();
      asked.resolve();
      return answer.promise;
    },
  };
}

Deno.test("Output.write() gathers what arrives while stdout is busy", async () => {
  const stdout = makeStdout();
  const output = new Output(stdout);
  output.write("a");
  output.write(Uint8Array.of(98));
  await stdout.arrives();
  await output.write("c");
  await output.write("d");
  stdout.take();
  await stdout.arrives();
  stdout.take();
  await output.flush();
  assertEquals(stdout.blocks, ["ab", "cd"]);
});

Deno.test("Output.write() waits while much is gathered", async () => {
  const stdout = makeStdout();
  const output = new Output(stdout);
  const order: string[] = [];
  const writing = output.write("x".repeat(70_000))
    .then(() => order.push("room"));
  await stdout.arrives();
  order.push("arrived");
  stdout.take();
  await writing;
  assertEquals(order, ["arrived", "room"]);
});

Deno.test("Output.failed resolves once stdout takes no more, and the rest is discarded", async () => {
  const stdout = makeStdout();
  const output = new Output(stdout);
  const error = new Error("Broken pipe");
  await output.write("a");
  await stdout.arrives();
  await output.write("b");
  stdout.fail(error);
  assertEquals(await output.failed, error);
  await output.write("c");
  await output.flush();
  assertEquals(stdout.blocks, ["a"]);
});
