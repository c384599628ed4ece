/** The store of the model: the real steps, and what the mutants do to them. */

import { acceptStep } from "../../../lib/session/store/accept.ts";
import { attachStep } from "../../../lib/session/store/attach.ts";
import type {
  RecordStep,
  SessionRecord,
} from "../../../lib/session/store/record.ts";
import type {
  Accepted,
  AcceptStep,
  AttachClaim,
  Attached,
  Busy,
  Fenced,
  Gone,
  Refused,
} from "../../../lib/session/store/store.ts";
import type { Mutant } from "./world.ts";

/** Attaches as the mutant does. */
export function mutantAttach(
  record: SessionRecord,
  claim: AttachClaim,
  { generation, mutant }: {
    readonly generation: string;
    readonly mutant: Mutant;
  },
): RecordStep<Attached | Busy | Refused> {
  const moment = { now: 0, generation };
  switch (mutant) {
    case "no attempt number":
      return attachStep({ ...record, attempt: 0 }, claim, moment);
    case "no uncertainty":
      return attachStep(
        { ...record, leaseGeneration: generation },
        claim,
        moment,
      );
    case "one token slot":
      return oneSlot(attachStep(record, claim, moment));
    default:
      return attachStep(record, claim, moment);
  }
}

/** Accepts as the mutant does. */
export function mutantAccept(
  record: SessionRecord,
  step: AcceptStep,
  { generation, mutant }: {
    readonly generation: string;
    readonly mutant: Mutant;
  },
): RecordStep<Accepted | Fenced | Gone> {
  const moment = { now: 0, generation };
  switch (mutant) {
    case "no claim":
      return acceptStep(record, { ...step, claim: step.handled }, moment);
    case "no fence": {
      const { fence, leaseGeneration } = record;
      const lease = { ...step.lease, fence, generation: leaseGeneration };
      return acceptStep(record, { ...step, lease }, moment);
    }
    default:
      return acceptStep(record, step, moment);
  }
}

/** The token that was presented dies at once. */
function oneSlot<A extends { readonly kind: string }>(
  { record, answer }: RecordStep<A>,
): RecordStep<A> {
  return answer.kind === "attached"
    ? { record: { ...record, counter: record.counter + 1 }, answer }
    : { record, answer };
}
