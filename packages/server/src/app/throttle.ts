/**
 * Fixed windows, as in OCP: so many calls in 10 seconds, a minute, an hour, a day, for each user and for all together.
 *
 * Counted in this instance's memory: a count in the metadata would cost a write for every read. With n instances behind one
 * address a client may make up to n times as many calls.
 */
import { OcpError, type ThrottlePolicy } from '@openocp/contract';

const windowNames = [
  'tenSeconds',
  'minute',
  'hour',
  'day',
] as const satisfies readonly (keyof ThrottlePolicy)[];
type WindowName = (typeof windowNames)[number];

export interface ThrottleOptions {
  /** For every user who has none of his own. */
  readonly perUser: ThrottlePolicy;
  readonly global: ThrottlePolicy;
  readonly monotonicNow: () => number;
}

/** The window that leaves least; what the RateLimit headers tell. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

const lengthsMs: Readonly<Record<WindowName, number>> = {
  tenSeconds: 10_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

interface Limited {
  readonly policy: string;
  readonly windows: readonly Window[];
}

interface Window {
  readonly limit: number;
  readonly lengthMs: number;
  begin: number;
  count: number;
}

/** Users whose windows are kept; there are no more than accounts, and strangers share one. */
const MAX_USERS = 10_000;

export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #global: readonly Window[];
  readonly #users = new Map<string, Limited>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#global = createWindows(options.global);
  }

  /**
   * Counts one call.
   * @param username undefined for a call without credentials: those share one count of their own
   * @param policy the user's own; another one than before begins anew
   * @returns undefined when nothing is limited
   * @throws OcpError TOO_MANY_REQUESTS; it carries what the headers tell
   */
  take(username: string | undefined, policy: ThrottlePolicy = this.#options.perUser): RateLimit | undefined {
    const now = this.#options.monotonicNow();
    const windows = [...this.#global, ...this.#windowsOf(username ?? '', policy)];
    if (windows.length === 0) return undefined;
    for (const window of windows) roll(window, now);
    const full = windows.find((window) => window.count >= window.limit);
    if (full !== undefined) throw new Throttled(describe(full, now));
    for (const window of windows) window.count += 1;
    const tightest = windows.reduce((a, b) => (b.limit - b.count < a.limit - a.count ? b : a));
    return describe(tightest, now);
  }

  #windowsOf(username: string, policy: ThrottlePolicy): readonly Window[] {
    const found = this.#users.get(username);
    const text = JSON.stringify(policy);
    if (found?.policy === text) return found.windows;
    const windows = createWindows(policy);
    if (windows.length === 0) return windows;
    for (const oldest of this.#users.keys()) {
      if (this.#users.size < MAX_USERS) break;
      this.#users.delete(oldest);
    }
    this.#users.set(username, { policy: text, windows });
    return windows;
  }
}

export class Throttled extends OcpError<'TOO_MANY_REQUESTS'> {
  readonly rateLimit: RateLimit;

  constructor(rateLimit: RateLimit) {
    super('TOO_MANY_REQUESTS', {});
    this.rateLimit = rateLimit;
  }
}

function createWindows(policy: ThrottlePolicy): readonly Window[] {
  return windowNames.flatMap((name) => {
    const limit = policy[name];
    return limit === undefined
      ? []
      : [{ limit, lengthMs: lengthsMs[name], begin: Number.NEGATIVE_INFINITY, count: 0 }];
  });
}

function roll(window: Window, now: number): void {
  if (now - window.begin < window.lengthMs) return;
  window.begin = now;
  window.count = 0;
}

function describe({ limit, count, begin, lengthMs }: Window, now: number): RateLimit {
  const resetSeconds = Math.ceil((begin + lengthMs - now) / 1000);
  return { limit, remaining: Math.max(0, limit - count), resetSeconds };
}
