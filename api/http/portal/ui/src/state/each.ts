// The same with many, some at the same time.
import { messageOf } from "../api/client";
import { toast } from "../parts/ui";

const AT_ONCE = 6; // as many connections as browsers open to one server

/** Does so with each. What fails is told once, and keeps nothing else from being done. */
export async function each(ids: string[], change: (id: string) => Promise<unknown>): Promise<void> {
  const left = [...ids];
  let wrong: unknown;
  async function work() {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await change(id).catch((error) => (wrong = error));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (wrong) toast(messageOf(wrong));
}
