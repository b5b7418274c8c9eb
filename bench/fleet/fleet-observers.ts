/**
 * The far side of the fleet, all of it in one process: every server of every cluster listens at an address of its own,
 * speaks the simulator's MySQL protocol, and answers from memory what a look asks. A program:
 *
 *   node fleet-observers.ts CLUSTERS
 */
import { createServer } from 'node:net';
import { kernelError } from '../../packages/simulator/src/kernel-error.ts';
import { passwordHash } from '../../packages/simulator/src/mysql/native-password.ts';
import { okResult, type StatementResult } from '../../packages/simulator/src/mysql/result.ts';
import type { LoginTenants, Session } from '../../packages/simulator/src/mysql/session.ts';
import { startSqlServer } from '../../packages/simulator/src/mysql/sql-server.ts';
import { clusterNetwork, serversPerCluster, sysPassword } from './fleet-cluster.ts';
import { answer, rowsOfCluster } from './observer-views.ts';

const stored = passwordHash(sysPassword);
const tenants: LoginTenants = {
  serverVersion: '5.7.25',
  isHung: () => false,
  admit({ user, isRight }) {
    if (user !== 'root@sys' || !isRight(stored)) throw kernelError('passwordWrong');
    return { user: 'root', tenantId: 1, tenantName: 'sys' };
  },
};

const one: StatementResult = { kind: 'rows', columns: [{ name: '1', type: 'bigint' }], rows: [[1]] };

function openSession(rowsOf: ReturnType<typeof rowsOfCluster>): Session {
  return {
    split: (text) => [text],
    async execute(statement) {
      if (statement.startsWith('SET ')) return okResult;
      if (statement === 'SELECT 1') return one;
      const result = answer(statement, rowsOf);
      if (result !== undefined) return result;
      // Without it nobody would see that the looks of the fleet fail.
      console.error(`The fleet has no answer to: ${statement}`);
      throw kernelError('notSupported');
    },
    countParameters: () => 0,
    useDatabase() {},
    reset() {},
    interrupt() {},
    activity: () => ({ database: undefined, statement: undefined, sinceMs: 0 }),
    close() {},
  };
}

/** One that is free at the first address; nobody but this process has the others. */
function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, `${clusterNetwork(0)}.1`, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const port = await findPort();
for (let number = 0; number < Number(process.argv[2]); number += 1) {
  const rowsOf = rowsOfCluster(number, port);
  const options = { tenants, openSession: () => openSession(rowsOf) };
  const addresses = Array.from(
    { length: serversPerCluster },
    (_, index) => `${clusterNetwork(number)}.${index + 1}`,
  );
  await Promise.all(addresses.map((ip) => startSqlServer(ip, port, options)));
}
console.log(JSON.stringify({ event: 'listening', url: `mysql://${clusterNetwork(0)}.1:${port}` }));
