/**
 * The end of a page's program: does what the test asks, by functions in
 * `globalThis`, until the test is over.
 *
 * @module
 */

import type { Answer, Job } from "../pages/browser_agent.ts";

for (let job = await next(); job !== null; job = await next()) {
  const { id } = job;
  run(job).then((answer) =>
    fetch(`/answer/${id}`, { method: "POST", body: JSON.stringify(answer) })
  );
}

async function next(): Promise<Job | null> {
  return await (await fetch("/job")).json();
}

async function run({ name, args }: Job): Promise<Answer> {
  try {
    return { value: await Reflect.get(globalThis, name)(...args) };
  } catch (error) {
    return { error: `${error}` };
  }
}
