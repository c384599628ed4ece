/**
 * What crosses between a tab and the worker of all tabs before the posts do. Each
 * side holds a Web Lock as long as it lives, and sends the other its name.
 *
 * @module
 */

/** The first message of a tab to the `SharedWorker`. */
export interface TabHello {
  /** The lock that the tab holds until it leaves or ends. */
  readonly lock: string;
  /** Where the tab's posts come from, and where its notices go. */
  readonly port: MessagePort;
}

/** The first message of the `SharedWorker` to a tab. */
export interface SharedWorkerHello {
  /** The lock that the worker holds until it ends. */
  readonly lock: string;
}
