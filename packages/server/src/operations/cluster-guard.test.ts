/** The guard against real SQL engines: MariaDB, and seekdb, which is OceanBase's own. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterAccess } from '../domain/cluster-access.ts';
import { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { fetchControlPlaneRow, updateControlPlaneRow } from '../remote/oceanbase/control-plane-row.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import { createOutboundPolicy } from '../remote/outbound-policy.ts';
import { type ClusterGuardStore, createClusterGuardStore } from '../store/cluster-guards.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { startMariadb } from '../store/mariadb-server.ts';
import { startSeekdb } from '../store/seekdb-server.ts';
import { ClusterGuard, ForeignControlPlane } from './cluster-guard.ts';

interface SqlServer {
  /** The url of a new, empty database. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

async function portOf(server: SqlServer | undefined): Promise<number> {
  return server === undefined ? 0 : Number(new URL(await server.createDatabase()).port);
}

const [mariadb, seekdb] = [await startMariadb(), await startSeekdb()];
const engines = [
  ['MariaDB', await portOf(mariadb)],
  ['seekdb', await portOf(seekdb)],
] as const;

afterAll(() => Promise.all([mariadb?.stop(), seekdb?.stop()]));

const clusterId = 7;
const outbound = createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] });

describe.each(engines.filter(([, port]) => port > 0))('a cluster on %s', (_name, serverPort) => {
  let folder: string;
  let opened: MetadataDatabase[] = [];
  const sessions = new ClusterSessions(outbound);

  function accessOf(port: number): ClusterAccess {
    const endpoints = [{ ip: '127.0.0.1', rpcPort: 1, sqlPort: port }];
    return { key: `cluster-${port}`, endpoints, credentials: { user: 'root', password: '' } };
  }

  const access = accessOf(serverPort);
  const ask = <T>(use: (session: Session) => Promise<T>) => sessions.with(access, {}, use);
  const readRow = () => ask(fetchControlPlaneRow);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openocp-guard-'));
    await ask((session) => session.execute('DROP DATABASE IF EXISTS openocp', { timeoutMs: 5_000 }));
  });

  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    opened = [];
    await rm(folder, { recursive: true, force: true });
  });

  afterAll(() => sessions.closeAll());

  /** One instance of a control plane. */
  function instanceOn(database: MetadataDatabase, instance: string) {
    const guards = createClusterGuardStore(database, Date.now);
    const clusters = { fetchAccess: async () => access };
    const guard = new ClusterGuard({ guards, clusters, sessions, instance, host: 'here', now: () => 5 });
    return { guard, guards, database };
  }

  /** A control plane with metadata of its own. */
  async function open(file: string) {
    const database = await openDatabase(`sqlite:${join(folder, `${file}.db`)}`);
    opened.push(database);
    return instanceOn(database, file);
  }

  const wish = (guards: ClusterGuardStore, adopts = false) =>
    guards.saveWish(clusterId, { enabled: true, adopts });

  async function openTaken(file = 'a') {
    const plane = await open(file);
    await wish(plane.guards);
    expect(await plane.guard.take(clusterId, 1)).toEqual({ kind: 'passed' });
    return plane;
  }

  it('is passed by who holds it, again and again, and says who wrote last', async () => {
    const { guard } = await openTaken();
    expect(await guard.pass(clusterId, 11)).toEqual({ kind: 'passed' });
    expect(await guard.pass(clusterId, 12)).toEqual({ kind: 'passed' });
    expect(await readRow()).toMatchObject({
      revision: 3,
      instance: 'a',
      host: 'here',
      taskId: 12,
      writeTime: 5,
    });
    expect(await guard.look(clusterId)).toMatchObject({ kind: 'ours' });
  });

  it('keeps another control plane out, names who wrote last, and is given on request alone', async () => {
    const first = await openTaken();
    const other = await open('b');
    await wish(other.guards);
    const refused = await other.guard.take(clusterId, 1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ForeignControlPlane);
    expect(String(refused)).toContain(
      'instance a on here wrote last, at 1970-01-01T00:00:00.005Z for task 1',
    );
    expect(await readRow()).toMatchObject({ revision: 1, instance: 'a' });
    await wish(other.guards, true);
    expect(await other.guard.take(clusterId, 2)).toEqual({ kind: 'passed' });
    await expect(first.guard.pass(clusterId, 3)).rejects.toThrow(ForeignControlPlane);
    expect(await first.guard.look(clusterId)).toMatchObject({ kind: 'foreign', isOwnName: false });
    // The wish to adopt held once.
    await wish(first.guards, true);
    await first.guard.take(clusterId, 4);
    await expect(other.guard.pass(clusterId, 5)).rejects.toThrow(ForeignControlPlane);
  });

  it('refuses a restored backup of the metadata, until somebody says that it is the one', async () => {
    const { database } = await openTaken('a');
    await database.close();
    opened = [];
    await copyFile(join(folder, 'a.db'), join(folder, 'restored.db'));
    const living = await open('a');
    await living.guard.pass(clusterId, 21);
    const restored = await open('restored');
    const refused = await restored.guard.pass(clusterId, 21).catch((error: unknown) => error);
    expect(refused).toMatchObject({ isOwnName: true });
    expect(String(refused)).toMatch(/a restored backup or a copy$/);
    await living.guard.pass(clusterId, 22);
    await wish(restored.guards, true);
    await restored.guard.take(clusterId, 0);
    await expect(living.guard.pass(clusterId, 23)).rejects.toThrow(ForeignControlPlane);
  });

  it('goes on after a crash between the intent and the write', async () => {
    const { guard, guards } = await openTaken();
    const record = await guards.fetch(clusterId);
    if (record === undefined) throw new Error('no record');
    await guards.begin(clusterId, record, 'written-by-the-dead');
    expect(await guard.pass(clusterId, 31)).toEqual({ kind: 'passed' });
    expect(await readRow()).toMatchObject({ revision: 2, token: 'written-by-the-dead' });
  });

  it('goes on after a crash between the write and its record, and when that write arrives once more', async () => {
    const { guard, guards } = await openTaken();
    const record = await guards.fetch(clusterId);
    const row = await readRow();
    if (record === undefined || row === undefined) throw new Error('nothing there');
    await guards.begin(clusterId, record, 'late');
    const late = () =>
      ask((session) => updateControlPlaneRow(session, record, { ...row, revision: 2, token: 'late' }));
    await late();
    expect(await guard.pass(clusterId, 41)).toEqual({ kind: 'passed' });
    expect(await guard.pass(clusterId, 42)).toEqual({ kind: 'passed' });
    await late();
    expect(await guard.pass(clusterId, 43)).toEqual({ kind: 'passed' });
  });

  it('never takes two instances of one control plane for two', async () => {
    const { database } = await openTaken();
    const instances = [instanceOn(database, 'one'), instanceOn(database, 'two')];
    const passes = Array.from({ length: 10 }, (_, index) =>
      Promise.all(instances.map(({ guard }) => guard.pass(clusterId, index))),
    );
    expect((await Promise.all(passes)).flat()).toEqual(Array(20).fill({ kind: 'passed' }));
  });

  it('is free for anybody once it was released, and for its former holder too', async () => {
    const first = await openTaken();
    await first.guard.release(clusterId, 51);
    const other = await open('b');
    await wish(other.guards);
    expect(await other.guard.take(clusterId, 52)).toEqual({ kind: 'passed' });
    await other.guard.release(clusterId, 53);
    expect(await first.guard.look(clusterId)).toMatchObject({ kind: 'released' });
    expect(await first.guard.take(clusterId, 54)).toEqual({ kind: 'passed' });
    expect(await first.guard.pass(clusterId, 55)).toEqual({ kind: 'passed' });
  });

  it('refuses when the row it wrote is gone, and writes it again on request', async () => {
    const { guard, guards } = await openTaken();
    await ask((session) => session.execute('DROP DATABASE openocp', { timeoutMs: 5_000 }));
    await expect(guard.pass(clusterId, 61)).rejects.toThrow(/the row .* is gone/);
    expect(await guard.look(clusterId)).toEqual({ kind: 'absent' });
    await wish(guards, true);
    await guard.take(clusterId, 62);
    expect(await guard.pass(clusterId, 63)).toEqual({ kind: 'passed' });
  });

  it('is no obstacle where it is switched off', async () => {
    const { guard, guards } = await open('a');
    expect(await guard.pass(clusterId, 71)).toEqual({ kind: 'off' });
    await guards.saveWish(clusterId, { enabled: false, adopts: false });
    expect(await guard.take(clusterId, 72)).toEqual({ kind: 'off' });
  });
});

it('says so when nobody answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openocp-guard-'));
  const database = await openDatabase(`sqlite:${join(folder, 'a.db')}`);
  const sessions = new ClusterSessions(outbound);
  try {
    const guards = createClusterGuardStore(database, Date.now);
    await guards.saveWish(clusterId, { enabled: true, adopts: false });
    const endpoints = [{ ip: '127.0.0.1', rpcPort: 1, sqlPort: 1 }];
    const credentials = { user: 'root', password: '' };
    const clusters = { fetchAccess: async () => ({ key: 'none', endpoints, credentials }) };
    const options = { guards, clusters, sessions, instance: 'a', host: 'here', now: Date.now };
    const guard = new ClusterGuard({ ...options, patienceMs: 0 });
    expect(await guard.pass(clusterId, 1)).toMatchObject({ kind: 'unreachable', isOwnTask: false });
    expect(await guard.look(clusterId)).toMatchObject({ kind: 'unreachable' });
  } finally {
    sessions.closeAll();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});
