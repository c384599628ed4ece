/**
 * The common suite in each runtime, with the package as npm gets it from JSR.
 * That a runtime ends at all shows that nothing keeps its process alive.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { RuntimesProject } from "../../../tools/runtimes/project.ts";
import { RUNTIMES } from "../../../tools/runtimes/runtimes.ts";
import { requires } from "../requirements.ts";

/** Says over what it has a message echoed, or why it cannot. */
const ECHOING = `
import { ReconnectingWebSocket } from "@holdfast/websocket";
const socket = new ReconnectingWebSocket(process.argv[2]);
socket.closed.catch(() => {});
try {
  await socket.opened;
  socket.send("hello");
  console.log(await socket.receive() + " over " + socket.status.transport);
  socket.close();
} catch (error) {
  console.log(String(error));
}
`;

function webpackConfig(outside: string): string {
  return `export default {
  mode: "production",
  target: "node24",
  entry: "./echoing.js",
  externals: [${JSON.stringify(outside)}],
  externalsType: "module",
  experiments: { outputModule: true },
  output: {
    path: import.meta.dirname + "/bundles",
    filename: "webpack.mjs",
    module: true,
  },
};`;
}

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
    const [node = ""] = project.command("node24");
    await project.write("echoing.js", ECHOING);
    await t.step("node24 in bundles without the package", async () => {
      const outside = "@holdfast/websocket";
      await project.write("webpack.config.js", webpackConfig(outside));
      const flags = ["--bundle", "--platform=node", "--format=esm"];
      await Promise.all([
        project.bundle("webpack"),
        project.bundle(
          "esbuild",
          ...["echoing.js", `--external:${outside}`, ...flags],
          "--outfile=bundles/esbuild.mjs",
        ),
      ]);
      for (const bundler of ["esbuild", "webpack"]) {
        const bundle = `bundles/${bundler}.mjs`;
        assertEquals(
          await project.execute(node, [bundle, project.echo]),
          "hello over ws\n",
        );
      }
    });
    await t.step("node24 in a bundle that lost the worker", async () => {
      const flags = ["--bundle", "--platform=node", "--format=esm"];
      const outfile = "--outfile=bundles/lost.mjs";
      await project.bundle("esbuild", "echoing.js", ...flags, outfile);
      assertMatch(
        await project.execute(node, ["bundles/lost.mjs", project.echo]),
        /^WorkerError: The worker .+could not be started: .+bundler\), or name another with `new WorkerHost\({ url }\)`\n$/,
      );
    });
    await t.step("node24 without --allow-worker", async () => {
      const program = "suite/one_socket.ts";
      const flags = ["--permission", `--allow-fs-read=${project.directory}/*`];
      assertMatch(
        await project.execute(node, [...flags, program]),
        /^WorkerError: The worker .+, not tried again\)\. Run Node with --allow-worker, besides --permission and --allow-fs-read\n$/,
      );
    });
  },
);
