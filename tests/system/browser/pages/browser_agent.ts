/**
 * A page in one of Debian's browsers that does what the test asks, over HTTP: no
 * driver is needed, and none changes what the browser does.
 *
 * @module
 */

import type { Bundles } from "../../../../examples/browser/bundle.ts";
import { type BrowserName, start } from "./browser_process.ts";
import { within } from "../../waiting.ts";

/** What the page is given. */
export interface Job {
  readonly id: number;
  /** The function, which the page's program has put into `globalThis`. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The page. */
export interface Agent extends AsyncDisposable {
  /** Calls a function of the page's program, and gives what it returns. */
  call<T>(name: string, ...args: readonly unknown[]): Promise<T>;
}

/** Opens a page that loads `script`, which ends with `programs/agent.ts`. */
export async function openAgent(
  browser: BrowserName,
  { bundles, script }: { readonly bundles: Bundles; readonly script: string },
): Promise<Agent> {
  await using opened = new AsyncDisposableStack();
  const jobs = new Jobs();
  const server = opened.use(Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, { bundles, script, jobs }),
  ));
  const { hostname, port } = server.addr;
  opened.use(await start(browser, `http://${hostname}:${port}/`));
  opened.defer(() => jobs.end());
  const stage = opened.move();
  return {
    call: (name, ...args) => within(jobs.add(name, args)) as Promise<never>,
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

/** What waits for the page, and what waits for its answers. */
class Jobs {
  readonly #waiting: Job[] = [];
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #arrived = Promise.withResolvers<void>();
  #state: "open" | "ended" = "open";

  add(name: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#lastId += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#waiting.push({ id, name, args });
    this.#arrived.resolve();
    return answer.promise;
  }

  /** The next job; none once all is over, or for a page that has gone. */
  async take(signal: AbortSignal): Promise<Job | undefined> {
    while (this.#waiting.length === 0 && this.#state === "open") {
      const arrived = this.#arrived = Promise.withResolvers();
      signal.addEventListener("abort", () => arrived.resolve());
      await arrived.promise;
      if (signal.aborted) return undefined;
    }
    return this.#waiting.shift();
  }

  answer(id: number, { value, error }: Answer): void {
    const answer = this.#answers.get(id);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(new Error(error));
  }

  end(): void {
    this.#state = "ended";
    this.#arrived.resolve();
  }
}

/** What the page posts. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

async function answer(
  request: Request,
  { bundles, script, jobs }: {
    readonly bundles: Bundles;
    readonly script: string;
    readonly jobs: Jobs;
  },
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/job") {
    return Response.json(await jobs.take(request.signal) ?? null);
  }
  if (pathname.startsWith("/answer/")) {
    jobs.answer(Number(pathname.slice(8)), await request.json());
    return new Response();
  }
  if (pathname === "/") return new Response(pageWith(script), HTML);
  const file = bundles.get(pathname.slice(1));
  return file === undefined
    ? new Response("", { status: 404 })
    : new Response(file, { headers: { "content-type": "text/javascript" } });
}

const HTML = { headers: { "content-type": "text/html" } };

function pageWith(script: string): string {
  return `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="/${script}"></script>`;
}
