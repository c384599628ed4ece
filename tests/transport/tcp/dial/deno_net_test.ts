import { assertStrictEquals } from "@std/assert";
import {
  type DenoNet,
  denoNet,
} from "../../../../lib/transport/tcp/dial/deno_net.ts";

Deno.test("denoNet() is Deno, whose types agree with ours", () => {
  const deno: DenoNet = Deno;
  assertStrictEquals(denoNet(), deno);
});
