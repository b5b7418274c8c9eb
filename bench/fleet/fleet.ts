/**
 * A thousand clusters of nine servers, looked at every ten seconds: what that costs the control plane's process, and how old
 * its view of each cluster is.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readListening, waitFor } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import {
  bundlePrograms,
  type Home,
  makeHome,
  type Programs,
  spawnControlPlane,
  spawnNode,
  waitForAnswer,
} from '../control-plane/control-plane-process.ts';
import { fillInventory } from '../control-plane/fill.ts';
import { cpuSeconds } from '../control-plane/process-usage.ts';
import { measureFsyncs } from '../machine.ts';
import { median, percentile, reportOf, summarise } from '../report.ts';
import { makeFolder } from '../run-folder.ts';

const observersProgram = fileURLToPath(new URL('./fleet-observers.ts', import.meta.url));

const defaultRounds = 2;
const clusterCount = 1000;
/** Sessions are opened and hot code is compiled in the first rounds of looks. */
const warmUpMs = 30_000;
const samples = 40;
const sampleMs = 1000;
const goalShare = 30;
const goalStalenessS = 10.5;

interface Sample {
  /** Percent of one core. */
  readonly share: number;
  /** Of every cluster's view at every sample, seconds. */
  readonly ages: readonly number[];
  readonly looksPerSecond: number;
}

export const fleet: Benchmark = async ({ rounds = defaultRounds }) => {
  const programs = await bundlePrograms();
  const observers = spawnNode([observersProgram, String(clusterCount)], makeFolder('observers'));
  const { url } = await observers.waitForLine(readListening, 60_000);
  const home = makeHome('openocp');
  await fillInventory(home, clusterCount, Number(new URL(url).port));
  const fsyncs: number[] = [];
  const measured: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    measured.push(await measure(programs, home));
  }
  await observers.end();
  const ages = measured.flatMap((sample) => sample.ages).sort((a, b) => a - b);
  const shares = measured.map(({ share }) => share);
  const p99 = percentile(ages, 0.99);
  return reportOf('fleet', fsyncs, {
    results: [
      summarise('openocp', 'processor time', '% of a core', shares),
      summarise(
        'openocp',
        'clusters looked at',
        '1/s',
        measured.map((sample) => sample.looksPerSecond),
      ),
      summarise('openocp', 'age of a view', 's', ages),
      summarise('openocp', 'age of a view, p99', 's', [p99]),
    ],
    ratios: {},
    reach: {
      [`at most ${goalShare} % of one core`]: median(shares) <= goalShare,
      [`p99 of the age of a view at most ${goalStalenessS} s`]: p99 <= goalStalenessS,
    },
  });
};

/** On a machine that is busy with other things some connections take too long at first. */
const settling = { timeoutMs: 60_000, intervalMs: 1000 };

/** @throws Error that tells why one was not. */
function requireLooks(rows: readonly Record<string, unknown>[]): true {
  const failed = rows.find(({ time, reason }) => time === null || reason !== null);
  if (failed === undefined) return true;
  throw new Error(`A cluster was not looked at: ${JSON.stringify(failed)}`);
}

/** The views are as old as the last complete look that is recorded, which is what every instance and every use case has. */
async function measure(programs: Programs, home: Home): Promise<Sample> {
  const controlPlane = spawnControlPlane(programs, home);
  await waitForAnswer(controlPlane);
  const database = new DatabaseSync(home.url.slice('sqlite:'.length), { readOnly: true });
  const looks = database.prepare(
    "select id, sync_time as time, unreachable_reason as reason from cluster where phase = 'MANAGED'",
  );
  await pause(warmUpMs);
  await waitFor('every cluster to be looked at', () => requireLooks(looks.all()), settling);
  const ages: number[] = [];
  let last = new Map(looks.all().map(({ id, time }) => [id, time]));
  let looked = 0;
  const begin = performance.now();
  const cpuBegin = cpuSeconds(controlPlane.pid);
  for (let sample = 1; sample <= samples; sample += 1) {
    await pause(begin + sample * sampleMs - performance.now());
    const now = Date.now();
    const rows = looks.all();
    ages.push(...rows.map(({ time }) => (now - Number(time)) / 1000));
    looked += rows.filter(({ id, time }) => last.get(id ?? null) !== time).length;
    last = new Map(rows.map(({ id, time }) => [id, time]));
  }
  const seconds = (performance.now() - begin) / 1000;
  const share = (100 * (cpuSeconds(controlPlane.pid) - cpuBegin)) / seconds;
  database.close();
  await controlPlane.kill();
  return { share, ages, looksPerSecond: looked / seconds };
}
