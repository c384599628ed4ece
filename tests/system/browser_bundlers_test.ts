/** The ways of `docs/browsers.md` to bring the library into a page. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../examples/browser/bundle.ts";
import { Chromium } from "./browser.ts";
import { requires } from "./requirements.ts";
import { within } from "./waiting.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test(
  "docs/browsers.md brings a connection into a page by Vite and by esbuild",
  requires("chromium"),
  async (test) => {
    await using project = await makeProject();
    await using browser = await Chromium.start();
    const { directory } = project;
    const [, command] = /```sh\nnpx (esbuild .*)\n/.exec(await guide()) ?? [];
    await test.step("Vite", async () => {
      await run(directory, "vite", "build");
      await using site = serveSite(`${directory}/dist`);
      const { complaints } = await browser.visit(site.url);
      assertEquals(await within(site.message), "hello from Vite");
      assertEquals(complaints, []);
    });
    await test.step("esbuild", async () => {
      await run(directory, ...String(command).split(" "));
      await using site = serveSite(`${directory}/public`);
      const { complaints } = await browser.visit(site.url);
      assertEquals(await within(site.message), "hello from esbuild");
      assertEquals(complaints, []);
    });
  },
);

Deno.test(
  "docs/browsers.md starts a worker whose script is on another origin",
  requires("chromium"),
  async () => {
    assertStringIncludes(await guide(), "new Blob([`import ${JSON.stringify(");
    const directory = await Deno.makeTempDir();
    try {
      const bundles = await bundle(
        new URL("./programs/far_worker.ts", import.meta.url),
        new URL("worker.ts", ROOT),
      );
      for (const [name, file] of bundles) {
        await Deno.writeFile(`${directory}/${name}`, file);
      }
      await using far = serveSite(directory);
      await using near = serveSite(directory);
      await Deno.writeTextFile(
        `${directory}/index.html`,
        page("/far_worker.js"),
      );
      await using browser = await Chromium.start();
      const script = new URL("worker.js", far.url);
      const { complaints } = await browser.visit(`${near.url}#${script}`);
      assertEquals(await within(near.message), "hello from afar");
      assertEquals(complaints, []);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

function guide(): Promise<string> {
  return Deno.readTextFile(new URL("docs/browsers.md", ROOT));
}

function page(script: string): string {
  return `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="${script}"></script>`;
}

/** A project as `npm` leaves it, with the package as it is here. */
async function makeProject() {
  const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
  // The package itself depends on ws, and brings it along.
  const dependencies = { esbuild: "^0.28.0", vite: "^8.0.0", ws: "^8.23.0" };
  const files = {
    "package.json": JSON.stringify({ private: true, dependencies }),
    "index.html": page("/main.ts"),
    "main.ts": await snippet("main.ts"),
    "app.ts": await snippet("app.ts"),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
  const install = [
    "install",
    "--prefer-offline",
    "--silent",
    "--no-audit",
    "--no-fund",
  ];
  await execute(directory, "npm", install);
  await installPackage(`${directory}/node_modules/@holdfast/websocket`);
  await Deno.mkdir(`${directory}/public`);
  await Deno.writeTextFile(`${directory}/public/index.html`, page("/app.js"));
  return {
    directory,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** The code in the guide that begins with a file's name. */
async function snippet(name: string): Promise<string> {
  const text = await guide();
  const start = text.indexOf(`// ${name}\n`);
  return text.slice(start, text.indexOf("```", start));
}

async function installPackage(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const manifest = {
    name: "@holdfast/websocket",
    type: "module",
    exports: { ".": "./mod.ts", "./worker": "./worker.ts" },
  };
  const path = `${directory}/package.json`;
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  for (const name of ["mod.ts", "worker.ts", "lib"]) {
    const from = new URL(name, ROOT).pathname;
    await execute(directory, "cp", ["-r", from, name]);
  }
}

function run(directory: string, tool = "", ...args: string[]): Promise<void> {
  return execute(directory, `${directory}/node_modules/.bin/${tool}`, args);
}

async function execute(
  cwd: string,
  program: string,
  args: string[],
): Promise<void> {
  const command = new Deno.Command(program, { args, cwd });
  const { success, stderr, stdout } = await command.output();
  const words = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (!success) throw new Error(`${program} failed: ${words.join("\n")}`);
}

/** Serves a directory, and takes a message at `/feed`. */
function serveSite(directory: string) {
  const heard = Promise.withResolvers<string>();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/feed") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        heard.resolve(String(data));
        socket.close();
      };
      return response;
    }
    const name = pathname === "/" ? "/index.html" : pathname;
    return new Response(await Deno.readFile(directory + name), {
      headers: {
        "access-control-allow-origin": "*",
        "content-type": name.endsWith(".html")
          ? "text/html"
          : "text/javascript",
      },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    message: heard.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
