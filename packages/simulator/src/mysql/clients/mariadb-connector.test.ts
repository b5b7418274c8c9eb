import { type Connection, type ConnectionConfig, createConnection, createPool } from 'mariadb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../../testing/single-server.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let server: SingleServer;
const open: Connection[] = [];

beforeAll(async () => {
  server = await startSingleServer('127.32.0.6');
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.destroy();
  await waitUntil('all connections to be forgotten', () => server.sessions().length === 0 || undefined);
});

afterAll(() => server.close());

function options(more: ConnectionConfig = {}): ConnectionConfig {
  return {
    host: server.ip,
    port: server.sqlPort,
    user: 'root@sys',
    password: singleServerPassword,
    ...more,
  };
}

async function connect(more: ConnectionConfig = {}): Promise<Connection> {
  const connection = await createConnection(options(more));
  connection.on('error', () => undefined);
  open.push(connection);
  return connection;
}

test('text and prepared statements, bigint and decimal columns', async () => {
  const connection = await connect();
  const sql =
    'SELECT role, end_scn, AVG(paxos_replica_num) AS average, ? AS given, NULL AS nothing FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ?';
  for (const rows of [await connection.query(sql, ['x', 1]), await connection.execute(sql, ['x', 1])]) {
    expect(rows).toEqual([
      { role: 'LEADER', end_scn: expect.any(BigInt), average: '1.0000', given: 'x', nothing: null },
    ]);
    expect(rows[0].end_scn).toBeGreaterThan(2n ** 53n);
  }
});

test('several statements', async () => {
  const connection = await connect({ multipleStatements: true });
  const results = await connection.query('SELECT 1 AS a; SET @x = 2; SELECT @x AS b');
  expect(results).toMatchObject([[{ a: 1n }], { affectedRows: 0 }, [{ b: 2n }]]);
});

test('rows of more than 16 MB', async () => {
  const connection = await connect();
  const sql = "SELECT REPEAT('x', 9000000) AS x, REPEAT('y', 9000000) AS y";
  for (const [row] of [await connection.query(sql), await connection.execute(sql)])
    expect([row.x.length, row.y.length]).toEqual([9_000_000, 9_000_000]);
});

test('TLS', async () => {
  const connection = await connect({ ssl: { rejectUnauthorized: false } });
  expect(await connection.query('SELECT 1 AS a')).toEqual([{ a: 1n }]);
  expect(server.sessions().map(({ encrypted }) => encrypted)).toEqual([true]);
});

test('a wrong password and an unknown tenant are refused', async () => {
  const denied = { errno: 1045, sqlState: '42000' };
  await expect(connect({ password: 'wrong' })).rejects.toMatchObject(denied);
  await expect(connect({ user: 'root@nobody' })).rejects.toMatchObject(denied);
});

test('a statement is cancelled by another connection, and a killed pool connects again', async () => {
  const killer = await connect();
  const pool = createPool({ ...options(), connectionLimit: 1 });
  const victim = await pool.getConnection();
  const asleep = expect(victim.query('SELECT SLEEP(60)')).rejects.toMatchObject({
    errno: 1317,
    sqlState: '70100',
  });
  await waitUntil('the statement to run', async () => {
    const rows: { Id: bigint; Command: string }[] = await killer.query('SHOW PROCESSLIST');
    return (
      rows.some(({ Id, Command }) => Id === BigInt(victim.threadId ?? 0) && Command === 'Query') || undefined
    );
  });
  await killer.query(`KILL QUERY ${victim.threadId}`);
  await asleep;
  const { threadId } = victim;
  await victim.release();
  await killer.query(`KILL ${threadId}`);
  const next = await waitUntil('another connection', async () => {
    const [row] = await pool.query('SELECT CONNECTION_ID() AS id');
    return BigInt(row.id);
  });
  expect(next).not.toBe(BigInt(threadId ?? 0));
  await pool.end();
});
