import { until } from "../waiting.ts";
import { requires } from "../requirements.ts";

Deno.test(
  "start() starts a browser that does not outlive a test that is killed",
  requires("chromium"),
  async () => {
    // Nothing listens there; the address only names the processes.
    const url = `http://127.0.0.1:9/${crypto.randomUUID()}`;
    const module = import.meta.resolve("./pages/browser_process.ts");
    const script = `
      import { start } from ${JSON.stringify(module)};
      await start("chromium", ${JSON.stringify(url)});
      setInterval(() => {}, 1_000);
    `;
    const test = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(async () => await countProcesses(url) > 0);
    test.kill("SIGKILL");
    await test.status;
    await until(async () => await countProcesses(url) === 0);
  },
);

/** Counts the processes of browsers that were started with an address. */
async function countProcesses(url: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    const [program = "", ...args] = command.split("\0");
    if (program.includes("chromium") && args.includes(url)) count += 1;
  }
  return count;
}
