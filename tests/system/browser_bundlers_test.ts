/** The ways of `docs/browsers.md` to bring the library into a page. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../examples/browser/bundle.ts";
import { makeTarball } from "../../tools/npm/tarball.ts";
import { Chromium } from "./browser.ts";
import { NpmProject } from "./npm_project.ts";
import { requires } from "./requirements.ts";
import { within } from "./waiting.ts";

const ROOT = new URL("../../", import.meta.url);

/** What a project of each version of Vite has beside `main.ts`. */
const VITE_CONFIGS = {
  8: () => Promise.resolve("export default {};"),
  7: () => snippet("vite.config.ts"),
} as const;

for (const [version, config] of Object.entries(VITE_CONFIGS)) {
  Deno.test(
    `docs/browsers.md brings a connection into a page by Vite ${version}`,
    requires("chromium", "npm"),
    async (test) => {
      await using project = await NpmProject.create({
        dependencies: { vite: `^${version}.0.0` },
        files: {
          "index.html": page("/main.ts"),
          "main.ts": await snippet("main.ts"),
          "vite.config.ts": await config(),
        },
      });
      await using browser = await Chromium.start();
      await test.step("development server", async () => {
        await using feed = serveSite(project.directory);
        await project.write("development.config.ts", withProxy(feed.url));
        await using vite = await project.startVite("development.config.ts");
        const { complaints } = await browser.visit(vite.url);
        assertEquals(await within(feed.message), "hello from Vite");
        assertEquals(complaints, []);
      });
      await test.step("build", async () => {
        await project.run("vite", "build");
        await using site = serveSite(`${project.directory}/dist`);
        const { complaints } = await browser.visit(site.url);
        assertEquals(await within(site.message), "hello from Vite");
        assertEquals(complaints, []);
      });
    },
  );
}

Deno.test(
  "docs/browsers.md brings a connection into a page by esbuild",
  requires("chromium", "npm"),
  async () => {
    const [, command = ""] = /```sh\nnpx esbuild (.*)\n/.exec(await guide()) ??
      [];
    await using project = await NpmProject.create({
      dependencies: { esbuild: "^0.28.0" },
      files: {
        "app.ts": await snippet("app.ts"),
        "public/index.html": page("/app.js"),
      },
    });
    await project.run("esbuild", ...command.split(" "));
    await using browser = await Chromium.start();
    await using site = serveSite(`${project.directory}/public`);
    const { complaints } = await browser.visit(site.url);
    assertEquals(await within(site.message), "hello from esbuild");
    assertEquals(complaints, []);
  },
);

Deno.test(
  "docs/browsers.md brings a connection into a page by webpack 5",
  requires("chromium", "npm"),
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
    try {
      await using project = await NpmProject.create({
        dependencies: { webpack: "^5.113.0", "webpack-cli": "^7.3.0" },
        files: {
          "src/index.js": (await snippet("main.ts")).replace("Vite", "webpack"),
          "dist/index.html": page("/main.js"),
        },
        tarball: await makeTarball(directory),
      });
      await project.run("webpack", "--mode=production");
      await using browser = await Chromium.start();
      await using site = serveSite(`${project.directory}/dist`);
      const { complaints } = await browser.visit(site.url);
      assertEquals(await within(site.message), "hello from webpack");
      assertEquals(complaints, []);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
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

/** The code in the guide that begins with a file's name. */
async function snippet(name: string): Promise<string> {
  const text = await guide();
  const start = text.indexOf(`// ${name}\n`);
  return text.slice(start, text.indexOf("```", start));
}

/** The project's own configuration, with `/feed` of another server. */
function withProxy(target: string): string {
  const proxy = { "/feed": { target, ws: true } };
  return `import { mergeConfig } from "vite";
import config from "./vite.config.ts";
export default mergeConfig(config, ${JSON.stringify({ server: { proxy } })});`;
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
