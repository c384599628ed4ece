import { assertEquals } from "@std/assert";
import { readReport } from "../../tools/runtimes/report.ts";

const FIGURES = { heartbeatGap: 101, firstOpen: 50, roundTrip: 0.5 };

Deno.test("readReport() reads what passed, what failed, and the figures", () => {
  const output = [
    "a warning of the runtime",
    JSON.stringify({ name: "a" }),
    JSON.stringify({ name: "b", error: "Boom" }),
    JSON.stringify({ ended: true, figures: FIGURES }),
    "",
  ].join("\n");
  assertEquals(readReport("node 24.0.0", output), {
    version: "node 24.0.0",
    passed: ["a"],
    failures: [{ name: "b", error: "Boom" }],
    figures: FIGURES,
  });
});

Deno.test("readReport() does without figures that nobody wanted", () => {
  const { figures, failures } = readReport("deno 2.9.6", '{"ended":true}\n');
  assertEquals([figures, failures], [undefined, []]);
});

Deno.test("readReport() takes a suite that ended early for a failure", () => {
  const { passed, failures } = readReport("bun 1.4.0", '{"name":"a"}\n');
  assertEquals([passed, failures.map(({ name }) => name)], [["a"], [
    "The suite",
  ]]);
});
