/**
 * Debian's Chromium, driven by playwright, with all that it complains of.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "playwright-core";
import { PROGRAMS } from "../../requirements.ts";

const FLAGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  "--no-sandbox",
  "--host-resolver-rules=MAP holdfast.test 127.0.0.1",
];

/** What playwright sets, and makes tabs unlike those of people. */
const UNUSUAL = [
  "--disable-back-forward-cache",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

/** A name that is not known to be this very machine, and is. */
export const FAR_HOST = "holdfast.test";

/** How long one step may take, in milliseconds. */
const LIMIT = 30_000;

/** How a page is opened. */
export interface VisitOptions {
  /** Dark, or light. */
  readonly colorScheme?: "light" | "dark";
  /** In CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A page, and what its console and the browser complained of. */
export interface Visit {
  /** The page. */
  readonly page: Page;
  /** Errors and warnings of the console, and what was thrown and not caught. */
  readonly complaints: readonly string[];
}

/** One run of the browser; disposing it ends the process. */
export class Chromium implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts the browser. */
  static async start(): Promise<Chromium> {
    const browser = await chromium.launch({
      executablePath: PROGRAMS.chromium,
      args: FLAGS,
      ignoreDefaultArgs: [...UNUSUAL],
      timeout: LIMIT,
    });
    return new Chromium(browser);
  }

  /** Opens a page with storage of its own. */
  async visit(url: string, options: VisitOptions = {}): Promise<Visit> {
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(LIMIT);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      const { url } = message.location();
      if (message.type() === "error" || message.type() === "warning") {
        complaints.push(`${message.type()}: ${message.text()} (${url})`);
      }
    });
    page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
    await page.goto(url);
    return { page, complaints };
  }

  /** Opens a page in a tab that nothing is emulated in, and that comes to the front. */
  async openTab(url: string): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession();
    await session.send("Target.createTarget", { url });
    await session.detach();
  }

  /** How many workers there are that tabs share. */
  async countSharedWorkers(): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession();
    const { targetInfos } = await session.send("Target.getTargets");
    await session.detach();
    return targetInfos.filter(({ type }) => type === "shared_worker").length;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
