/**
 * A hooks module with which tests break the worker that imports it.
 *
 * @module
 */

const orders = new BroadcastChannel("holdfast-crash");

orders.onmessage = ({ data }) => {
  switch (data) {
    case "throw":
      throw new Error("Boom");
    case "reject":
      Promise.reject(new Error("Boom"));
      return;
    case "hang":
      for (;;);
    case "babble":
      self.postMessage("What?");
      return;
    case "close":
      self.close();
      return;
    case "exit":
      Deno.exit(3);
  }
};

declare const self: {
  postMessage(message: unknown): void;
  close(): void;
};
