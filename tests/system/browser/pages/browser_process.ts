/**
 * Debian's browsers, each opening one page that tells the test how it went.
 *
 * @module
 */

import type { Bundles } from "../../../../examples/browser/bundle.ts";
import { PROGRAMS } from "../../requirements.ts";

/** The browsers. */
export const BROWSERS = ["chromium", "firefox", "webkit"] as const;

/** One of them. */
export type BrowserName = typeof BROWSERS[number];

/** How long a page may take, in milliseconds. */
const LIMIT = 200_000;

/** Firefox asks nothing, and calls nobody but the test. */
const PREFERENCES = [
  "app.update.enabled",
  "browser.aboutwelcome.enabled",
  "browser.shell.checkDefaultBrowser",
  "datareporting.policy.dataSubmissionEnabled",
  "network.captive-portal-service.enabled",
  "network.connectivity-service.enabled",
  "toolkit.telemetry.enabled",
  // A page may open tabs, and is refused connections without being slowed down.
  "dom.disable_open_during_load",
  "network.websocket.delay-failed-reconnects",
].map((name) => `user_pref("${name}", false);\n`).join("");

/** WebKit without a GPU and as root; uPlot needs a real locale. */
const ENVIRONMENT = {
  LANG: "en_US.UTF-8",
  LIBGL_ALWAYS_SOFTWARE: "1",
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
};

/**
 * Runs a command until the input ends, then ends the group. So a browser does not
 * outlive the test, however that ends.
 */
const UNTIL_INPUT_ENDS = '"$@" & read _; kill -KILL 0';

/** What a page is made of, and what its WebSockets are answered. */
export interface PageParts {
  /** The scripts. */
  readonly bundles: Bundles;
  /** The one that the page loads. */
  readonly script: string;
  /** Takes each WebSocket of the page. */
  readonly accept: (socket: WebSocket) => void;
}

/** Opens a page in a browser, and gives what it posts to `/result`. */
export async function resultOf(
  browser: BrowserName,
  parts: PageParts,
): Promise<unknown> {
  const result = Promise.withResolvers<unknown>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, parts, result.resolve),
  );
  const { hostname, port } = server.addr;
  const timer = setTimeout(
    () =>
      result.reject(new Error(`${browser} reported nothing in ${LIMIT} ms`)),
    LIMIT,
  );
  await using _process = await start(browser, `http://${hostname}:${port}/`);
  try {
    return await result.promise;
  } finally {
    clearTimeout(timer);
  }
}

async function answer(
  request: Request,
  { bundles, script, accept }: PageParts,
  onResult: (result: unknown) => void,
): Promise<Response> {
  if (request.headers.has("upgrade")) {
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: 0,
    });
    accept(socket);
    return response;
  }
  const { pathname } = new URL(request.url);
  if (pathname === "/result") {
    onResult(await request.json());
    return new Response();
  }
  if (pathname === "/") {
    const type = { "content-type": "text/html" };
    return new Response(
      `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="/${script}"></script>`,
      { headers: type },
    );
  }
  const file = bundles.get(pathname.slice(1));
  if (file === undefined) return new Response("", { status: 404 });
  const type = { "content-type": "text/javascript" };
  return new Response(file, { headers: type });
}

/** Starts a browser; disposing it ends all of its processes. */
export async function start(
  browser: BrowserName,
  url: string,
): Promise<AsyncDisposable> {
  const profile = await Deno.makeTempDir({ prefix: "holdfast-" });
  await Deno.writeTextFile(`${profile}/user.js`, PREFERENCES);
  const command = commandOf(browser, profile, url);
  const child = new Deno.Command("sh", {
    args: ["-c", UNTIL_INPUT_ENDS, "sh", ...command],
    env: { ...ENVIRONMENT, HOME: profile },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // A group of its own, with all that it starts.
    detached: true,
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      Deno.kill(-child.pid, "SIGKILL");
      await child.status;
      await child.stdin.abort();
      await Deno.remove(profile, { recursive: true });
    },
  };
}

function commandOf(
  browser: BrowserName,
  profile: string,
  url: string,
): readonly [program: string, ...args: string[]] {
  switch (browser) {
    case "chromium": {
      const flags = ["--headless=new", "--no-sandbox", "--disable-gpu"];
      const directory = `--user-data-dir=${profile}`;
      return [PROGRAMS.chromium, ...flags, directory, url];
    }
    case "firefox": {
      const flags = ["--headless", "--no-remote", "--profile", profile];
      return [PROGRAMS.firefox, ...flags, url];
    }
    case "webkit":
      return [PROGRAMS.xvfb, "-a", PROGRAMS.webkit, url];
  }
}
