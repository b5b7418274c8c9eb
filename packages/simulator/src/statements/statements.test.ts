import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../testing/single-server.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { viewsOf } from '../views/registry.ts';

let server: SingleServer;
let connection: Connection;

beforeAll(async () => {
  server = await startSingleServer('127.32.0.2');
  connection = await createConnection({
    host: server.ip,
    port: server.sqlPort,
    user: 'root@sys',
    password: singleServerPassword,
    database: 'oceanbase',
    supportBigNumbers: true,
    dateStrings: true,
  });
}, 30_000);

afterAll(() => {
  connection.destroy();
  server.close();
});

async function rowsOf(sql: string): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql))[0];
}

async function scalar(sql: string): Promise<unknown> {
  const [row] = await rowsOf(sql);
  return Object.values(row ?? {})[0];
}

describe('SELECT', () => {
  it.each([
    ['SELECT IF(1 > 2, "a", "b")', 'b'],
    ['SELECT 7 DIV 2', 3],
    ['SELECT 1 / 4', 0.25],
    ["SELECT 'it''s' ' here'", undefined],
    ["SELECT CONCAT('a', NULL)", null],
    ["SELECT CONCAT('a', 1, 'b')", 'a1b'],
    ['SELECT NULL <=> NULL', 1],
    ["SELECT version() REGEXP 'OceanBase[\\\\s_]CE'", 1],
    ['SELECT 1 FROM DUAL', 1],
    ["SELECT TIMESTAMPDIFF(SECOND, '2026-01-01 00:00:00', '2026-01-01 00:01:00')", 60],
    ["SELECT DATE_SUB('2026-01-01 00:00:00', INTERVAL 1 HOUR)", '2025-12-31 23:00:00'],
    ["SELECT '2026-01-01 00:00:00' + INTERVAL 1 DAY", '2026-01-02 00:00:00'],
    ['SELECT COUNT(*) FROM DBA_OB_ZONES z WHERE z.create_time > NOW() - INTERVAL 10 MINUTE', 1],
    ["SELECT CAST('12' AS SIGNED) + 1", 13],
    ["SELECT SUBSTRING_INDEX('a:b:c', ':', -1)", 'c'],
    ["SELECT 'ABC' LIKE 'a%'", 1],
    ["SELECT 'a_c' LIKE 'a\\_c'", 1],
    ["SELECT 'abc' LIKE 'a\\_c'", 0],
    ['SELECT @@max_allowed_packet', 16777216],
    ['SELECT @unset', null],
    ["SELECT status FROM DBA_OB_SERVERS WHERE STATUS = 'active' /* comment */ LIMIT 0, 1 -- end", 'ACTIVE'],
    ["SELECT GROUP_CONCAT(zone ORDER BY zone SEPARATOR ';') FROM DBA_OB_ZONES", 'zone1'],
    [
      'SELECT COUNT(*) FROM (SELECT zone FROM DBA_OB_SERVERS WHERE stop_time > 0 UNION SELECT zone FROM DBA_OB_ZONES WHERE status = "INACTIVE") x',
      0,
    ],
    ['SELECT time_to_usec(usec_to_time(1700000000123456))', 1700000000123456],
  ])('%s', async (sql, expected) => {
    if (expected === undefined) await expect(rowsOf(sql)).resolves.toHaveLength(1);
    else expect(await scalar(sql)).toBe(expected);
  });

  it('names the columns as MySQL does', async () => {
    const [, fields] = await connection.query(
      "SELECT zone, s.Status, COUNT(*), max( id ) m, svr_ip AS `the ip`, 'text', 1 + 1 FROM DBA_OB_SERVERS s GROUP BY zone",
    );
    expect(fields.map(({ name }) => name)).toEqual([
      'zone',
      'Status',
      'COUNT(*)',
      'm',
      'the ip',
      'text',
      '1 + 1',
    ]);
    const [, stars] = await connection.query('SELECT z.*, 1 AS one FROM DBA_OB_ZONES z');
    expect(stars.map(({ name }) => name)).toEqual([
      'ZONE',
      'CREATE_TIME',
      'MODIFY_TIME',
      'STATUS',
      'IDC',
      'REGION',
      'TYPE',
      'one',
    ]);
  });

  it.each([
    ['SELECT * FROM nope', 1146, "Table 'oceanbase.nope' doesn't exist"],
    ['SELECT nope FROM DBA_OB_ZONES', 1054, "Unknown column 'nope' in 'field list'"],
    ['SELECT * FROM other.DBA_OB_ZONES', 1146, "Table 'other.DBA_OB_ZONES' doesn't exist"],
    ['SELECT nope()', 1305, undefined],
    ['SELECT FROM', 1064, undefined],
    ["SELECT 'open", 1064, undefined],
    ['SELECT @@nope', 1193, undefined],
    ['SET nope = 1', 1193, undefined],
    ['FROB THE SERVER', 1064, undefined],
    ['INSERT INTO t VALUES (1)', 1235, undefined],
    ['ALTER SYSTEM SET nope = 1', 5099, undefined],
    ["ALTER SYSTEM SET lease_time = '10h'", 4147, undefined],
    ["ALTER SYSTEM SET server_permanent_offline_time = '5s'", 4147, undefined],
    ["ALTER SYSTEM SWITCH REPLICA LEADER LS = 1 SERVER = '1.1.1.1:1'", 1235, undefined],
    ["ALTER SYSTEM MIGRATE UNIT = 9999 DESTINATION = '1.1.1.1:1'", 4018, undefined],
    ['ALTER SYSTEM MIGRATE UNIT 1 TO nowhere', 1064, undefined],
    ["ALTER SYSTEM ADD SERVER '127.32.0.2:1'", 4265, undefined],
    ["ALTER SYSTEM ALTER SERVER 'x'", 1064, undefined],
    ["ALTER SYSTEM ADD ZONE z ZONE_TYPE 'Odd'", 1210, undefined],
    ['ALTER SYSTEM ALTER ZONE zone1', 1064, undefined],
    ["ALTER SYSTEM ALTER ZONE zone1 SET ZONE_TYPE = 'ReadOnly'", 1235, undefined],
    ["ALTER SYSTEM STOP ZONE 'nowhere'", 4018, 'zone not exist'],
    ["ALTER SYSTEM START ZONE 'zone1'", 4633, 'zone status not match'],
    ['CALL dbms_sim.nope()', 1305, undefined],
  ])('%s fails with %i', async (sql, errno, message) => {
    const failure = await connection.query(sql).then(
      () => undefined,
      (error: { errno: number; sqlMessage: string }) => error,
    );
    expect(failure?.errno).toBe(errno);
    if (message !== undefined) expect(failure?.sqlMessage).toBe(message);
  });

  it('has every view with at least its columns', async () => {
    const tables = await rowsOf('SHOW TABLES FROM oceanbase');
    expect(tables.length).toBeGreaterThan(25);
    for (const row of tables) {
      const name = String(Object.values(row)[0]);
      const [, fields] = await connection.query(`SELECT * FROM oceanbase.\`${name}\``);
      const described = await rowsOf(`DESC oceanbase.\`${name}\``);
      expect(fields.map((field) => field.name)).toEqual(described.map(({ Field }) => Field));
    }
  });
});

describe('versions', () => {
  it('have the columns that they have', () => {
    const columnsOf = (version: string, view: string) =>
      viewsOf(version)
        .get(view)
        ?.columns.map(({ name }) => name);
    for (const [view, column] of [
      ['GV$OB_SERVERS', 'DATA_DISK_ASSIGNED'],
      ['DBA_OB_UNITS', 'MAX_NET_BANDWIDTH'],
      ['DBA_OB_TENANTS', 'RESTORE_DATA_MODE'],
    ] as const) {
      expect(columnsOf('4.3.5.1', view)).toContain(column);
      expect(columnsOf('4.2.5.1', view)).not.toContain(column);
      expect(columnsOf('4.2.1.2', view)).toHaveLength(columnsOf('4.2.5.1', view)?.length ?? 0);
    }
  });
});

describe('session variables', () => {
  it('are set in every form, and a hint goes before them', async () => {
    await connection.query('SET NAMES utf8mb4; '.trim().replace(/;$/, ''));
    await connection.query("SET SESSION ob_query_timeout = 1000 * 1000, @mark = 'x', autocommit = ON");
    expect(await scalar('SELECT @@session.ob_query_timeout')).toBe(1000000);
    expect(await scalar('SELECT @mark')).toBe('x');
    await expect(connection.query('SELECT /*+ query_timeout(300000) */ SLEEP(60)')).rejects.toMatchObject({
      errno: 4012,
      message: expect.stringContaining('300000(us)'),
    });
    await connection.query('SET @@ob_query_timeout = DEFAULT').catch(() => undefined);
    await connection.query('SET ob_query_timeout = 10000000');
  });

  it('show times in the time zone of the session', async () => {
    const sql = 'SELECT create_time FROM DBA_OB_ZONES';
    const east = String(await scalar(sql));
    await connection.query("SET time_zone = '+00:00'");
    const utc = String(await scalar(sql));
    await connection.query("SET time_zone = '+08:00'");
    expect(Date.parse(`${east}Z`) - Date.parse(`${utc}Z`)).toBe(8 * 3600_000);
  });
});

describe('ALTER SYSTEM', () => {
  it('refuses to stop the only replica, whatever the statement', async () => {
    const address = `'${server.observer.self}'`;
    const text =
      /^Tenant\(1\) LS\(1\) has no enough valid paxos member after stop server, stop server not allowed$/;
    for (const verb of ['STOP', 'FORCE STOP']) {
      const failure = connection.query(`ALTER SYSTEM ${verb} SERVER ${address}`);
      await expect(failure).rejects.toMatchObject({ errno: 4179, sqlMessage: expect.stringMatching(text) });
    }
    const zone = connection.query('ALTER SYSTEM STOP ZONE zone1');
    await expect(zone).rejects.toMatchObject({
      errno: 4179,
      sqlMessage: expect.stringContaining('after stop zone'),
    });
  });

  it('isolates without asking, after which STOP checks nothing but waits for its leaders in vain', async () => {
    const address = `'${server.observer.self}'`;
    await connection.query(`ALTER SYSTEM ISOLATE SERVER ${address} ZONE='zone1'`);
    expect(await scalar('SELECT stop_time IS NOT NULL FROM DBA_OB_SERVERS')).toBe(1);
    const stop = connection.query(`ALTER /*+ QUERY_TIMEOUT(700000) */ SYSTEM STOP SERVER ${address}`);
    await expect(stop).rejects.toMatchObject({ errno: 4652, sqlMessage: 'wait leader switch timeout' });
    await connection.query(`ALTER SYSTEM START SERVER ${address}`);
    expect(await scalar('SELECT stop_time FROM DBA_OB_SERVERS')).toBe(null);
    const events = await rowsOf(
      "SELECT event, name2, value2 FROM DBA_OB_ROOTSERVICE_EVENT_HISTORY WHERE module = 'server' AND value1 LIKE '\"%' ORDER BY timestamp DESC LIMIT 3",
    );
    expect(events.map(({ event, value2 }) => [event, value2])).toEqual([
      ['start_server', '0'],
      ['stop_server', '0'],
      ['stop_server', '0'],
    ]);
  });

  it('sets a parameter for the servers of a zone, and tells of a zone that it does not know', async () => {
    await connection.query("ALTER SYSTEM SET migration_disable_time = '100s' ZONE = 'zone1'");
    expect(await scalar("SELECT value FROM GV$OB_PARAMETERS WHERE name = 'migration_disable_time'")).toBe(
      '100s',
    );
    const nowhere = connection.query("ALTER SYSTEM SET migration_disable_time = '1s' ZONE = 'nowhere'");
    await expect(nowhere).rejects.toMatchObject({ errno: 4018, sqlMessage: 'zone not exist' });
  });

  it('sets parameters, and moves the checkpoint with a minor freeze', async () => {
    await connection.query(
      "ALTER SYSTEM SET server_permanent_offline_time = '7200s', enable_rebalance = false",
    );
    const shown = await rowsOf(
      "SHOW PARAMETERS WHERE name IN ('server_permanent_offline_time', 'enable_rebalance') ORDER BY name",
    );
    expect(shown.map(({ name, value, isdefault }) => [name, value, isdefault])).toEqual([
      ['enable_rebalance', 'False', 0],
      ['server_permanent_offline_time', '7200s', 0],
    ]);
    const sql = 'SELECT MIN(checkpoint_scn) FROM __all_virtual_ls_info';
    const before = BigInt(String(await scalar(sql)));
    await connection.query(`ALTER SYSTEM MINOR FREEZE SERVER = ('${server.observer.self}')`);
    await waitUntil('checkpoint moves', async () =>
      BigInt(String(await scalar(sql))) > before ? true : undefined,
    );
  });
});
