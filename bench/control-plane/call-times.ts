/** What another client notices of a disturbance: the slowest hundredth of its calls, with and without. */
import { ApiClient } from '@openocp/testkit';
import { z } from 'zod';
import { measureFsyncs } from '../machine.ts';
import { type Measurement, median, type Outcome, percentile, reportOf, summarise } from '../report.ts';
import {
  bundlePrograms,
  type Home,
  password,
  spawnControlPlane,
  waitForAnswer,
} from './control-plane-process.ts';

/** For so long calls are made one after another, each time. */
const spanMs = 3_000;
const warmUpMs = 500;

export interface Disturbance {
  readonly name: string;
  readonly metric: string;
  readonly home: Home;
  readonly rounds: number;
  /** At most so many times as long. */
  readonly goal: number;
  /** @returns what ends it, and tells what it measured of itself. */
  readonly begin: (url: string) => Promise<() => readonly Measurement[]>;
}

export async function measureBeside({
  name,
  metric,
  home,
  rounds,
  goal,
  begin,
}: Disturbance): Promise<Outcome> {
  const controlPlane = spawnControlPlane(await bundlePrograms(), home);
  const url = await waitForAnswer(controlPlane);
  const api = new ApiClient(url, 'admin', password);
  await measureP99(api, warmUpMs);
  const fsyncs: number[] = [];
  const [alone, beside]: [number[], number[]] = [[], []];
  let own: readonly Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    alone.push(await measureP99(api, spanMs));
    const end = await begin(url);
    beside.push(await measureP99(api, spanMs));
    own = end();
  }
  await controlPlane.kill();
  return reportOf(name, fsyncs, {
    results: [
      summarise('openocp', 'p99 alone', 'ms', alone),
      summarise('openocp', metric, 'ms', beside),
      ...own,
    ],
    ratios: {},
    reach: { [`at most ${goal} times as long`]: median(beside) / median(alone) <= goal },
  });
}

/** @returns the 99th percentile, milliseconds. */
async function measureP99(api: ApiClient, forMs: number): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + forMs;
  for (let begin = performance.now(); begin < end; begin = performance.now()) {
    await api.data(z.unknown(), 'GET', '/api/v2/ob/clusters');
    times.push(performance.now() - begin);
  }
  return percentile(
    times.sort((a, b) => a - b),
    0.99,
  );
}
