/**
 * The common suite in each runtime, with the package as npm gets it from JSR.
 * That a runtime ends at all shows that nothing keeps its process alive.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { RuntimesProject } from "../../tools/runtimes/project.ts";
import { RUNTIMES } from "../../tools/runtimes/runtimes.ts";
import { requires } from "./requirements.ts";

Deno.test(
  "the common suite passes in Deno, Node and Bun",
  requires("npm"),
  async (t) => {
    await using project = await RuntimesProject.create();
    // Side by side: most of the time they wait.
    const names = Object.keys(RUNTIMES);
    const reports = names.map((name) => project.run(name));
    await Promise.allSettled(reports);
    for (const [index, name] of names.entries()) {
      await t.step(name, async () => {
        const { version, passed, failures } = await reports[index]!;
        // deno-lint-ignore no-console
        console.log(
          `${version}: ${passed.length} passed, ${failures.length} failed`,
        );
        assertEquals(failures, []);
      });
    }
    await t.step("node24 without --allow-worker", async () => {
      const program = "suite/one_socket.ts";
      const [node = ""] = project.command("node24");
      const flags = ["--permission", `--allow-fs-read=${project.directory}/*`];
      assertMatch(
        await project.execute(node, [...flags, program]),
        /^WorkerError: The worker .+, not tried again\)\. Run Node with --allow-worker, besides --permission and --allow-fs-read\n$/,
      );
    });
  },
);
