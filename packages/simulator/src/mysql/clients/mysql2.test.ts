import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createPool,
  type RowDataPacket,
} from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../../testing/single-server.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let server: SingleServer;
const open: Connection[] = [];

beforeAll(async () => {
  server = await startSingleServer('127.32.0.7');
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.destroy();
  await waitUntil('all connections to be forgotten', () => server.sessions().length === 0 || undefined);
});

afterAll(() => server.close());

function options(more: ConnectionOptions = {}): ConnectionOptions {
  return {
    host: server.ip,
    port: server.sqlPort,
    user: 'root@sys',
    password: singleServerPassword,
    supportBigNumbers: true,
    bigNumberStrings: true,
    ...more,
  };
}

async function connect(more: ConnectionOptions = {}): Promise<Connection> {
  const connection = await createConnection(options(more));
  connection.on('error', () => undefined);
  open.push(connection);
  return connection;
}

/** Both ways of asking must give the same. */
test('text and prepared statements, bigint and decimal columns', async () => {
  const connection = await connect();
  const sql =
    'SELECT role, end_scn, AVG(paxos_replica_num) AS average, ? AS given, NULL AS nothing FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ?';
  for (const [rows] of [await connection.query(sql, ['x', 1]), await connection.execute(sql, ['x', 1])]) {
    expect(rows).toEqual([
      {
        role: 'LEADER',
        end_scn: expect.stringMatching(/^\d{19}$/),
        average: '1.0000',
        given: 'x',
        nothing: null,
      },
    ]);
  }
});

test('several statements', async () => {
  const connection = await connect({ multipleStatements: true });
  const [results] = await connection.query('SELECT 1 AS a; SET @x = 2; SELECT @x AS b');
  expect(results).toMatchObject([[{ a: '1' }], { affectedRows: 0 }, [{ b: '2' }]]);
});

test('rows of more than 16 MB come back, payloads of more are refused, and the connection goes on', async () => {
  const connection = await connect();
  const sql = "SELECT REPEAT('x', 9000000) AS x, REPEAT('y', 9000000) AS y";
  for (const [rows] of [
    await connection.query<RowDataPacket[]>(sql),
    await connection.execute<RowDataPacket[]>(sql),
  ]) {
    expect([rows[0]?.x.length, rows[0]?.y.length]).toEqual([9_000_000, 9_000_000]);
  }
  const long = 'x'.repeat(16_777_216);
  const refused = { errno: 1153, sqlState: '08S01' };
  await expect(connection.query('SELECT ? AS x', [long])).rejects.toMatchObject(refused);
  await expect(connection.execute('SELECT ? AS x', [long])).rejects.toMatchObject(refused);
  const [rows] = await connection.execute<RowDataPacket[]>('SELECT ? AS x', [long.slice(100)]);
  expect(rows[0]?.x.length).toBe(16_777_116);
});

test('TLS', async () => {
  const connection = await connect({ ssl: { rejectUnauthorized: false } });
  const [rows] = await connection.query('SELECT 1 AS a');
  expect(rows).toEqual([{ a: '1' }]);
  expect(server.sessions().map(({ encrypted }) => encrypted)).toEqual([true]);
});

test('a client that does not trust the certificate comes not in, and nothing of it stays', async () => {
  await expect(connect({ ssl: {} })).rejects.toMatchObject({ code: 'HANDSHAKE_SSL_ERROR' });
  const connections = () =>
    new Promise<number>((resolve) => {
      server.sql.server.getConnections((_error, count) => resolve(count));
    });
  await waitUntil('its socket to be closed', async () => (await connections()) === 0 || undefined);
});

test('a wrong password and an unknown tenant are refused', async () => {
  const denied = { errno: 1045, sqlState: '42000' };
  await expect(connect({ password: 'wrong' })).rejects.toMatchObject(denied);
  await expect(connect({ user: 'root@nobody' })).rejects.toMatchObject(denied);
});

test('KILL QUERY ends a statement, of either kind, and the connection goes on', async () => {
  const victim = await connect();
  const killer = await connect();
  const sleep = 'SELECT SLEEP(60)';
  for (const ask of [() => victim.query(sleep), () => victim.execute(sleep)]) {
    const asleep = expect(ask()).rejects.toMatchObject({ errno: 1317, sqlState: '70100' });
    await waitUntil('the statement to run', async () => {
      const [rows] = await killer.query<RowDataPacket[]>('SHOW PROCESSLIST');
      return (
        rows.some(({ Id, Command }) => Id === String(victim.threadId) && Command === 'Query') || undefined
      );
    });
    await killer.query(`KILL QUERY ${victim.threadId}`);
    await asleep;
  }
  await expect(victim.query('SELECT 1')).resolves.toBeDefined();
});

test('KILL ends the connection, of oneself too; an idle KILL QUERY changes nothing', async () => {
  const victim = await connect();
  const killer = await connect();
  await killer.query(`KILL QUERY ${victim.threadId}`);
  await killer.query(`KILL QUERY ${killer.threadId}`);
  await expect(victim.query('SELECT 1')).resolves.toBeDefined();
  await killer.query(`KILL CONNECTION ${victim.threadId}`);
  await expect(victim.query('SELECT 1')).rejects.toThrow(/closed|lost|ended/i);
  await expect(killer.query(`KILL ${victim.threadId}`)).rejects.toMatchObject({
    errno: 1094,
    sqlState: 'HY000',
  });
  await expect(killer.query(`KILL ${killer.threadId}`)).rejects.toThrow(/closed|lost|ended/i);
});

test('a tenant kills its own sessions only', async () => {
  const tenant = await connect({ user: 'root@tenant1', password: '' });
  const system = await connect();
  await expect(tenant.query(`KILL ${system.threadId}`)).rejects.toMatchObject({ errno: 1094 });
  const [rows] = await tenant.query<RowDataPacket[]>('SHOW PROCESSLIST');
  expect(rows.map(({ Id }) => Id)).toEqual([String(tenant.threadId)]);
  await system.query(`KILL ${tenant.threadId}`);
});

test('a pool whose connection was killed connects again', async () => {
  const pool = createPool({ ...options(), connectionLimit: 1 });
  const killer = await connect();
  const first = await pool.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS id');
  const id = String(first[0][0]?.id);
  await killer.query(`KILL ${id}`);
  const next = await waitUntil('another connection', async () => {
    const [rows] = await pool.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS id');
    return String(rows[0]?.id);
  });
  expect(next).not.toBe(id);
  await pool.end();
});
