// `deno task jsr` runs these tests on the real package, which holds the
// stand-in to its types and its behavior.

import { assertEquals } from "@std/assert";
import { parseArgs, promptSecret, type PromptSecretOptions } from "@std/cli";
import { parseArgs as parseArgsAlone } from "@std/cli/parse-args";

/** Compiles only for a type that is `Expected` in both directions. */
function typed<Expected>() {
  return <Actual>(
    actual: Actual,
    ..._: [Actual] extends [Expected]
      ? [Expected] extends [Actual] ? [] : ["Too narrow"]
      : ["Too wide"]
  ): Actual => actual;
}

Deno.test("parseArgs() types flags and strings", () => {
  const args = parseArgs(["--verbose", "--url=ws://localhost", "file", "7"], {
    boolean: ["verbose", "quiet"],
    string: ["url", "token"],
  });
  typed<boolean>()(args.verbose);
  typed<string | undefined>()(args.url);
  typed<(string | number)[]>()(args._);
  typed<unknown>()(args.other);
  assertEquals(args, {
    _: ["file", 7],
    verbose: true,
    quiet: false,
    url: "ws://localhost",
  });
});

Deno.test("parseArgs() types defaults", () => {
  const args = parseArgs([], {
    string: ["url", "port"],
    default: { url: "ws://localhost", port: 8080, extra: 1 },
  });
  typed<string>()(args.url);
  typed<string | number>()(args.port);
  typed<unknown>()(args.extra);
  assertEquals(args, { _: [], url: "ws://localhost", port: 8080, extra: 1 });
});

Deno.test("parseArgs() types collected and negatable names", () => {
  const args = parseArgs(["--header=a", "--header=b", "--no-color", "--x=1"], {
    boolean: ["color"],
    string: ["header", "proxy"],
    collect: ["header", "x"],
    negatable: ["color", "proxy"],
    default: { color: true },
  });
  typed<string[]>()(args.header);
  typed<unknown[]>()(args.x);
  typed<boolean>()(args.color);
  typed<string | false | undefined>()(args.proxy);
  assertEquals(args.header, ["a", "b"]);
  assertEquals(args.color, false);
});

Deno.test("parseArgs() types aliases and the double dash", () => {
  const args = parseArgs(["-h", "--", "rest"], {
    boolean: ["help"],
    string: ["url"],
    alias: { help: "h", url: ["u", "address"] },
    "--": true,
  });
  typed<boolean>()(args.h);
  typed<string | undefined>()(args.address);
  typed<string[]>()(args["--"]);
  assertEquals(args, { _: [], help: true, h: true, "--": ["rest"] });
});

Deno.test("parseArgs() guesses where no name is given", () => {
  assertEquals(parseArgs(["--port=1", "-v"]), { _: [], port: 1, v: true });
  assertEquals(parseArgsAlone(["x"]), { _: ["x"] });
});

Deno.test("parseArgs() tells of unknown arguments", () => {
  const unknown: string[] = [];
  parseArgs(["--wat"], {
    boolean: ["help"],
    unknown: (argument) => void unknown.push(argument),
  });
  assertEquals(unknown, ["--wat"]);
});

Deno.test("promptSecret() returns null without a terminal", async () => {
  typed<(message?: string, options?: PromptSecretOptions) => string | null>()(
    promptSecret,
  );
  const program = `import { promptSecret } from "@std/cli/prompt-secret";
    console.log(promptSecret("Token:"));`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: new URL("../../..", import.meta.url),
    stdin: "null",
  });
  const { stdout } = await command.output();
  assertEquals(new TextDecoder().decode(stdout), "null\n");
});
