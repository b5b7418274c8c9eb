/** Our statements, and the simulator's answers, held against real kernels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulatedCluster } from '@openocp/simulator';
import { StatementAsker } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openSession } from '../../packages/server/src/remote/oceanbase/session.ts';
import { createOutboundPolicy } from '../../packages/server/src/remote/outbound-policy.ts';
import { differencesOf } from './answer-difference.ts';
import { type ComparedStatement, comparedStatements, type KernelName } from './compared-statements.ts';
import { installedKernel } from './installed-kernels.ts';
import { sendEveryStatement, writtenStatements } from './product-statements.ts';
import { type RunningKernel, startExecutable, startLibrary } from './running-kernels.ts';

function readList<T>(name: string, entry: z.ZodType<T>): T[] {
  return z.array(entry).parse(JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')));
}

const removed = readList(
  'removed-from-seekdb.json',
  z.strictObject({ statement: z.string(), pattern: z.string(), reason: z.string().min(20) }),
);
const known = readList(
  'known-differences.json',
  z.strictObject({
    statement: z.string(),
    on: z.array(z.enum(['library', 'executable'])).min(1),
    differences: z.array(z.string()).min(1),
    reason: z.string().min(20),
  }),
);

const python = installedKernel('library');
const executable = installedKernel('executable');
const syntaxError = 1064;
const outbound = createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] });

describe.runIf(python !== undefined)(
  'release 1.2.0, whose grammar still has the statements on servers',
  () => {
    let kernel: RunningKernel;

    beforeAll(async () => {
      kernel = await startLibrary(python ?? '');
    });

    afterAll(() => kernel?.stop());

    test('its parser takes every statement that the product can send', async () => {
      const credentials = { user: 'root@sys', password: '' };
      // It sets the time zone, as every session of the product does.
      const session = await openSession({ ...kernel, rpcPort: 2882 }, credentials, 10_000, outbound);
      try {
        const sent = await sendEveryStatement(session);
        const refused = sent.filter(({ refusal }) => refusal?.errno === syntaxError).map(({ sql }) => sql);
        expect(
          refused.filter((sql) => !removed.some(({ pattern }) => new RegExp(pattern).test(sql))),
        ).toEqual([]);
        const texts = ["SET time_zone = '+00:00'", ...sent.map(({ sql }) => sql)];
        // Sent by hand, because a pool of sessions sends it and no function of its own.
        await session.execute('SELECT 1', { timeoutMs: 5_000 });
        texts.push('SELECT 1');
        const unsent = writtenStatements().filter(({ pattern }) => !texts.some((text) => pattern.test(text)));
        expect(unsent.map(({ file, sql }) => `${file}: ${sql}`)).toEqual([]);
      } finally {
        session.close();
      }
    });

    test('what is listed as removed from it is still removed, and only that', async () => {
      const asker = await StatementAsker.connect(kernel, '');
      try {
        for (const { statement, pattern } of removed) {
          expect(statement).toMatch(new RegExp(pattern));
          expect(await asker.ask(statement), statement).toMatchObject({ errno: syntaxError });
        }
      } finally {
        asker.close();
      }
    });

    test('the simulator answers as it does', async () => {
      await compareWith('library', kernel);
    });
  },
);

describe.runIf(executable !== undefined)('release 1.4.0', () => {
  let kernel: RunningKernel;

  beforeAll(async () => {
    kernel = await startExecutable(executable ?? '');
  });

  afterAll(() => kernel?.stop());

  test('the simulator answers as it does', async () => {
    await compareWith('executable', kernel);
  });
});

async function compareWith(name: KernelName, kernel: RunningKernel): Promise<void> {
  const cluster = await startSimulatedCluster({ zones: 1, servers: 1, ipBase: `127.36.${name.length}.1` });
  try {
    const [server] = cluster.servers;
    if (server === undefined) throw new Error('the cluster has no server');
    const simulated = await StatementAsker.connect(server, cluster.rootPassword);
    const real = await StatementAsker.connect(kernel, '');
    const found: string[] = [];
    for (const statement of comparedStatements.filter(({ on }) => on.includes(name))) {
      found.push(...(await compareOne(simulated, real, statement)));
    }
    simulated.close();
    real.close();
    const listed = known
      .filter(({ on }) => on.includes(name))
      .flatMap(({ statement, differences }) =>
        differences.map((difference) => `${statement} -> ${difference}`),
      );
    // What is new is to be mended or listed with its reason; what no longer differs is to be taken from the list.
    expect({
      unlisted: found.filter((line) => !listed.includes(line)),
      listedInVain: listed.filter((line) => !found.includes(line)),
    }).toEqual({ unlisted: [], listedInVain: [] });
  } finally {
    await cluster.stop();
  }
}

async function compareOne(
  simulated: StatementAsker,
  real: StatementAsker,
  statement: ComparedStatement,
): Promise<string[]> {
  const answers = await Promise.all([simulated.ask(statement.sql), real.ask(statement.sql)]);
  return differencesOf(...answers, statement).map((difference) => `${statement.sql} -> ${difference}`);
}
