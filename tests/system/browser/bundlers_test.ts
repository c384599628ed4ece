/** The ways of `docs/browsers.md` to bring the library into a page. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import { makeTarball } from "../../../tools/npm/tarball.ts";
import { Chromium } from "./pages/chromium.ts";
import { NpmProject } from "../npm_project.ts";
import { requires } from "../requirements.ts";
import { within } from "../waiting.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What a project of each version of Vite has beside `main.ts`. */
const VITE_CONFIGS = {
  8: () => Promise.resolve("export default {};"),
  7: () => snippet("vite.config.ts"),
} as const;

Deno.test(
  "docs/browsers.md brings a connection into a page by each bundler",
  requires("chromium", "npm"),
  async (test) => {
    await using opened = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "holdfast-" });
    opened.defer(() => Deno.remove(directory, { recursive: true }));
    const browser = opened.use(await Chromium.start());
    // Side by side: installing waits more than it works.
    const built = {
      "Vite 7": buildByVite("7"),
      "Vite 8": buildByVite("8"),
      esbuild: buildByEsbuild(),
      "webpack 5": buildByWebpack(directory),
    };
    await Promise.allSettled(Object.values(built));
    for (const [name, build] of Object.entries(built)) {
      await test.step(name, async () => {
        const { project, site } = await build;
        opened.use(project);
        await using server = serveSite(`${project.directory}/${site}`);
        await assertHello(browser, server, `hello from ${name.split(" ")[0]}`);
      });
    }
    for (const name of ["Vite 7", "Vite 8"] as const) {
      await test.step(`${name}, development server`, async () => {
        const { project } = await built[name];
        await using feed = serveSite(project.directory);
        await project.write("development.config.ts", withProxy(feed.url));
        await using vite = await project.startVite("development.config.ts");
        await assertHello(
          browser,
          { ...feed, url: vite.url },
          "hello from Vite",
        );
      });
    }
  },
);

/** A project, and the folder of it that a server is to serve. */
interface Built {
  readonly project: NpmProject;
  readonly site: string;
}

async function buildByVite(version: "7" | "8"): Promise<Built> {
  const project = await NpmProject.create({
    dependencies: { vite: `^${version}.0.0` },
    files: {
      "index.html": page("/main.ts"),
      "main.ts": await snippet("main.ts"),
      "vite.config.ts": await VITE_CONFIGS[version](),
    },
  });
  await project.run("vite", "build");
  return { project, site: "dist" };
}

async function buildByEsbuild(): Promise<Built> {
  const [, command = ""] = /```sh\nnpx esbuild (.*)\n/.exec(await guide()) ??
    [];
  const project = await NpmProject.create({
    dependencies: { esbuild: "^0.28.0" },
    files: {
      "app.ts": await snippet("app.ts"),
      "public/index.html": page("/app.js"),
    },
  });
  await project.run("esbuild", ...command.split(" "));
  return { project, site: "public" };
}

async function buildByWebpack(directory: string): Promise<Built> {
  const project = await NpmProject.create({
    dependencies: { webpack: "^5.113.0", "webpack-cli": "^7.3.0" },
    files: {
      "src/index.js": (await snippet("main.ts")).replace("Vite", "webpack"),
      "dist/index.html": page("/main.js"),
    },
    tarball: await makeTarball(directory),
  });
  await project.run("webpack", "--mode=production");
  return { project, site: "dist" };
}

async function assertHello(
  browser: Chromium,
  { url, message }: { readonly url: string; readonly message: Promise<string> },
  hello: string,
): Promise<void> {
  const { page, complaints } = await browser.visit(url);
  assertEquals(await within(message), hello);
  assertEquals(complaints, []);
  await page.context().close();
}

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
