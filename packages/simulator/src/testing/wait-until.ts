import { wait } from '../wait.ts';

/** The first defined result of `look`; errors while looking count as not yet. */
export async function waitUntil<Result>(
  what: string,
  look: () => Promise<Result | undefined> | Result | undefined,
  timeoutMs = 15_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const result = await look();
      if (result !== undefined) return result;
    } catch (error) {
      last = error;
    }
    await wait(50);
  }
  throw new Error(`not in ${timeoutMs} ms: ${what}`, { cause: last });
}
