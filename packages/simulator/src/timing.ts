/**
 * The kernel's durations, multiplied by one scale so that tests run fast (`-o __sim_time_scale=0.2`).
 * Floors keep a small scale from turning scheduling noise of a busy machine into elections.
 */
export interface Timing {
  readonly scale: number;
  /** A leader renews its lease this often; also the pace of every LS's replication beat. */
  readonly renewMs: number;
  /** A follower that heard nothing for this long may vote for somebody else. */
  readonly electionLeaseMs: number;
  /** Candidates of a lower rank wait this much longer, per rank. */
  readonly candidateStepMs: number;
  readonly heartbeatMs: number;
  readonly rpcTimeoutMs: number;
  /** STOP SERVER looks this often whether the leaders have left. */
  readonly leaderPollMs: number;
  /** SIGUSR1: time given to the leaders to leave. */
  readonly gracefulMs: number;
  /** From the first heartbeat of root service to serving. */
  readonly bootMs: number;
  /** Leaders leave a stopped server at a random moment within this span. */
  readonly moveSpreadMs: number;
  /** How long a minor freeze takes. */
  readonly freezeMs: number;
  /** Root service looks this often whether units and replicas are where they should be. */
  readonly balancerMs: number;
  /** Copying a replica to another server. */
  readonly buildMs: number;
  /** A leader that could sit better elsewhere stays at least this long. */
  readonly balanceMs: number;
}

export function timingOf(scale: number, options: ReadonlyMap<string, string> = new Map()): Timing {
  const scaled = (milliseconds: number, floor: number) => Math.max(floor, Math.round(milliseconds * scale));
  const override = (name: string, value: number) => {
    const text = options.get(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : value;
  };
  return {
    scale,
    renewMs: scaled(500, 100),
    electionLeaseMs: scaled(4000, 1000),
    candidateStepMs: scaled(150, 60),
    heartbeatMs: scaled(2000, 100),
    rpcTimeoutMs: scaled(2000, 500),
    leaderPollMs: scaled(1000, 100),
    gracefulMs: override('__sim_graceful_ms', scaled(5000, 100)),
    bootMs: override('__sim_boot_ms', scaled(300, 50)),
    moveSpreadMs: scaled(2500, 0),
    freezeMs: scaled(1000, 50),
    balancerMs: scaled(1000, 100),
    buildMs: scaled(1500, 50),
    balanceMs: scaled(8000, 500),
  };
}

/** Monotonic milliseconds: leases must not follow the wall clock. */
export function monotonicMs(): number {
  return performance.now();
}

/** Microseconds since the epoch, the kernel's unit for times in inner tables. Below 2^53 until the year 2255. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** `10s`, `500ms`, `1h`, `2m`, `3d`, `7us` as milliseconds; a bare number is seconds. Undefined when it is no duration. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[
    (match[2] ?? 's').toLowerCase()
  ];
  return unit === undefined ? undefined : Number(match[1]) * unit;
}
