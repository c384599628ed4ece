/** Greets the server. */

import type { GreetingSession } from "@holdfast/websocket";

export async function greeting(session: GreetingSession): Promise<void> {
  session.send("hello");
  const answer = await session.receive();
  if (answer !== "welcome") throw new Error(`No welcome: ${answer}`);
}
