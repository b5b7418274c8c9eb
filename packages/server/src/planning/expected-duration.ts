/** How long a subtask is likely to take: the median of its former runs, or what is typical of it. Milliseconds. */

/** Of OBServers of usual size on usual disks; only a first guess, replaced by the first run. */
const typicalMs: Readonly<Record<string, number>> = {
  'Stop server': 5_000,
  'Stop zone': 10_000,
  'Minor freeze': 60_000,
  'Stop observer process': 12_000,
  'Wait observer stop': 3_000,
  'Start observer process': 3_000,
  'Wait observer active': 60_000,
  'Wait observer accessible': 60_000,
  'Start server': 1_000,
  'Start zone': 1_000,
  'Set zone context': 5_000,
};
const typicalOfOthersMs = 500;

export interface FormerRun {
  readonly subtask: string;
  readonly durationMs: number;
}

export function createDurationGuess(runs: readonly FormerRun[]): (subtask: string) => number {
  const byName = Map.groupBy(runs, ({ subtask }) => subtask);
  return (subtask) => {
    const durations = (byName.get(subtask) ?? [])
      .map(({ durationMs }) => durationMs)
      .toSorted((a, b) => a - b);
    const median = durations[Math.floor((durations.length - 1) / 2)];
    return Math.round(median ?? typicalMs[subtask] ?? typicalOfOthersMs);
  };
}
