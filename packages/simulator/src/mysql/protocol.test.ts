import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../testing/single-server.ts';

let server: SingleServer;

beforeAll(async () => {
  server = await startSingleServer('127.32.0.1');
}, 30_000);

afterAll(() => server.close());

function open(options: ConnectionOptions = {}): Promise<Connection> {
  const { ip, sqlPort } = server;
  return createConnection({
    host: ip,
    port: sqlPort,
    user: 'root@sys',
    password: singleServerPassword,
    dateStrings: true,
    ...options,
  });
}

describe('MySQL protocol', () => {
  it('gives text and binary rows of every column type', async () => {
    const connection = await open({ supportBigNumbers: true, bigNumberStrings: true });
    const sql =
      "SELECT end_scn, proposal_id, role, NULL AS nothing FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = 1 AND role = 'LEADER'";
    const [text] = await connection.query(sql);
    const [binary] = await connection.execute(sql);
    for (const rows of [text, binary]) {
      expect(rows).toEqual([
        { end_scn: expect.stringMatching(/^\d{19}$/), proposal_id: '1', role: 'LEADER', nothing: null },
      ]);
    }
    const [servers] = await connection.execute(
      'SELECT create_time, stop_time, cpu.cpu_capacity_max FROM oceanbase.DBA_OB_SERVERS s JOIN oceanbase.GV$OB_SERVERS cpu USING (svr_ip)',
    );
    expect(servers).toEqual([
      {
        create_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
        stop_time: null,
        cpu_capacity_max: 16,
      },
    ]);
    await connection.end();
  });

  it('declares the columns as the kernel does', async () => {
    const connection = await open();
    const [, fields] = await connection.query(
      'SELECT svr_ip, svr_port, start_service_time, COUNT(*) AS n, SUM(id) AS total FROM oceanbase.DBA_OB_SERVERS GROUP BY 1, 2, 3',
    );
    expect(fields.map(({ name, columnType, columnLength }) => [name, columnType, columnLength])).toEqual([
      ['svr_ip', 0xfd, 46 * 4],
      ['svr_port', 0x08, 20],
      ['start_service_time', 0x07, 26],
      ['n', 0x08, 20],
      ['total', 0xf6, 67],
    ]);
    await connection.end();
  });

  it('binds parameters of all kinds', async () => {
    const connection = await open();
    const values = [42, -1, 1.5, 'it\'s \\ "quoted"', null, 'ünïcode'];
    const [rows] = await connection.execute('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f', values);
    expect(rows).toEqual([{ a: 42, b: -1, c: 1.5, d: values[3], e: null, f: 'ünïcode' }]);
    await expect(connection.execute('SELECT ? FROM oceanbase.nothing', [1])).rejects.toMatchObject({
      errno: 1146,
    });
    await connection.end();
  });

  it('answers several statements, and stops at the first that fails', async () => {
    const connection = await open({ multipleStatements: true });
    const [results] = await connection.query(
      'SELECT 1 AS a; SET ob_query_timeout = 5000000; SELECT @@ob_query_timeout AS b',
    );
    expect(results).toMatchObject([[{ a: 1 }], { affectedRows: 0 }, [{ b: 5000000 }]]);
    await expect(connection.query('SELECT 1; SELECT nope')).rejects.toMatchObject({ errno: 1054 });
    await expect(connection.query('SELECT 1 AS still_here')).resolves.toBeDefined();
    await connection.end();
    const single = await open();
    const [both] = await single.query('SELECT 1 AS a; SELECT 2 AS b');
    expect(both).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    await expect(single.execute('SELECT 1; SELECT 2')).rejects.toMatchObject({ errno: 1064 });
    await single.end();
  });

  it('changes user, database and resets', async () => {
    const tenant = await open({ user: 'root@tenant1', password: '' });
    await tenant.query("SET PASSWORD = PASSWORD('of the tenant')");
    await tenant.end();
    const connection = await open({ database: 'oceanbase' });
    await connection.query('SELECT COUNT(*) FROM DBA_OB_ZONES');
    await connection.changeUser({ user: 'root@tenant1', password: 'of the tenant', database: 'test' });
    await expect(connection.query('SELECT COUNT(*) FROM DBA_OB_ZONES')).rejects.toMatchObject({
      errno: 1146,
    });
    await connection.ping();
    await connection.end();
    await expect(open({ database: 'nowhere' })).rejects.toMatchObject({ errno: 1049, sqlState: '42000' });
    const nowhere = await open();
    await expect(nowhere.query('SELECT COUNT(*) FROM DBA_OB_ZONES')).rejects.toMatchObject({ errno: 1046 });
    await nowhere.end();
  });
});
