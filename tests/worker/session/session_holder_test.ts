import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Resolution } from "../../../lib/worker/attempt/resolution.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";
import { ConnectionLogger } from "../../../lib/worker/posts/connection_logger.ts";
import { NoticeQueue } from "../../../lib/worker/posts/notice_queue.ts";
import { SessionHolder } from "../../../lib/worker/session/session_holder.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { setupWith } from "../hub_client.ts";
import { NOTHING, SETUP } from "./stage.ts";

const RESOLUTION: Resolution = {
  ...{ kind: new FakeTransports(), hooks: {}, url: "ws://h/" },
  target: { url: "ws://h/", protocols: [], headers: {} },
  ...{ token: undefined, placement: undefined },
};

function makeHolder(session?: typeof SETUP): SessionHolder {
  const setup = setupWith(session && { session });
  const notices = new NoticeQueue(1, setup.config.inbox, () => {});
  const secrets = new Secrets(setup);
  return new SessionHolder(
    session && {
      ...{ id: 1, setup, remains: NOTHING, notices },
      logger: new ConnectionLogger(1, "silent", { secrets, notices }),
      clock: new ManualClock(),
      machine: { state: { kind: "idle" }, dispatch: () => {} },
      changed: () => {},
    },
  );
}

Deno.test("SessionHolder.carry() changes nothing without the option", async () => {
  const holder = makeHolder();
  assertStrictEquals(await holder.carry(RESOLUTION), RESOLUTION);
  holder.consumed();
  assertEquals(holder.session, undefined);
});

Deno.test("SessionHolder.carry() makes one session for all attempts", async () => {
  const holder = makeHolder(SETUP);
  holder.consumed(2);
  const { kind } = await holder.carry(RESOLUTION);
  const { session } = holder;
  await holder.carry(RESOLUTION);
  assertStrictEquals(holder.session, session);
  assertEquals([kind.pings, session?.deadline], [true, Infinity]);
  holder.consumed(3);
});
