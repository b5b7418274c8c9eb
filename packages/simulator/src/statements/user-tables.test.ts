import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../testing/single-server.ts';

let server: SingleServer;
let connection: Connection;

function connect(flags: string[]): Promise<Connection> {
  return createConnection({
    host: server.ip,
    port: server.sqlPort,
    user: 'root@sys',
    password: singleServerPassword,
    supportBigNumbers: true,
    dateStrings: true,
    flags,
  });
}

beforeAll(async () => {
  server = await startSingleServer('127.32.0.5');
  connection = await connect(['-FOUND_ROWS']);
  await connection.query('CREATE DATABASE IF NOT EXISTS ops DEFAULT CHARACTER SET utf8mb4');
  await connection.query(`CREATE TABLE IF NOT EXISTS ops.lease (
    name varchar(16) NOT NULL, owner VARCHAR(64) DEFAULT NULL, fence bigint unsigned NOT NULL DEFAULT 0,
    note text, touched timestamp(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    PRIMARY KEY (name), UNIQUE KEY by_fence (fence), KEY by_owner (owner)) ENGINE = x COMMENT 'y'`);
}, 30_000);

afterAll(() => {
  connection.destroy();
  server.close();
});

async function rowsOf(sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql, values))[0];
}

async function change(sql: string, values: unknown[] = []): Promise<number> {
  return (await connection.query<ResultSetHeader>(sql, values))[0].affectedRows;
}

describe('tables of users in the sys tenant', () => {
  it('count rows as the kernel does: inserted, met again, ignored, replaced, removed', async () => {
    expect(await change("INSERT INTO ops.lease (name, fence) VALUES ('a', 1), ('b', 2)")).toBe(2);
    const again = `INSERT INTO ops.lease (name, owner, fence) VALUES ('a', 'me', 3)
      ON DUPLICATE KEY UPDATE owner = VALUES(owner), fence = ops.lease.fence + 10`;
    expect(await change(again)).toBe(2);
    expect(await change("INSERT IGNORE INTO ops.lease (name, fence) VALUES ('A', 9), ('c', 4)")).toBe(1);
    expect(await change("REPLACE INTO ops.lease (name, fence) VALUES ('c', 5)")).toBe(2);
    expect(await change("DELETE FROM ops.lease WHERE name = 'c' OR name = 'nobody'")).toBe(1);
    expect(await rowsOf('SELECT name, owner, fence FROM ops.lease ORDER BY name')).toEqual([
      { name: 'a', owner: 'me', fence: 11 },
      { name: 'b', owner: null, fence: 2 },
    ]);
  });

  it('let exactly one of many compare-and-set writers win', async () => {
    await change("INSERT INTO ops.lease (name, fence) VALUES ('race', 100)");
    const writers = Array.from({ length: 8 }, (_, index) =>
      change("UPDATE ops.lease SET owner = ?, fence = fence + 1 WHERE name = 'race' AND fence = 100", [
        `w${index}`,
      ]),
    );
    const counts = await Promise.all(writers);
    expect(counts.filter((count) => count === 1)).toHaveLength(1);
    expect(counts.filter((count) => count === 0)).toHaveLength(7);
    expect(await rowsOf("SELECT fence FROM ops.lease WHERE name = 'race'")).toEqual([{ fence: 101 }]);
  });

  it('tell of an UPDATE the rows found to clients that ask for them, the rows changed to others', async () => {
    const same = "UPDATE ops.lease SET fence = fence WHERE name IN ('a', 'b')";
    expect(await change(same)).toBe(0);
    const finder = await connect(['FOUND_ROWS']);
    const [result] = await finder.query<ResultSetHeader>(same);
    finder.destroy();
    expect(result).toMatchObject({ affectedRows: 2, changedRows: 0 });
  });

  it('move an ON UPDATE timestamp with a change, and only then', async () => {
    const sql = "SELECT touched FROM ops.lease WHERE name = 'a'";
    const [before] = await rowsOf(sql);
    await change("UPDATE ops.lease SET owner = 'me' WHERE name = 'a'");
    expect((await rowsOf(sql))[0]).toEqual(before);
    await change("UPDATE ops.lease SET owner = 'you' WHERE name = 'a'");
    expect((await rowsOf(sql))[0]?.touched > before?.touched).toBe(true);
  });

  it('keep numbers of 64 bits and texts with every character exact, prepared or not', async () => {
    const text = `quote ' double " back \\ percent % nul-free ünïcode 🐘 \n end`;
    await connection.execute('INSERT INTO ops.lease VALUES (?, ?, ?, ?, NULL)', [
      'big',
      null,
      '9007199254740993',
      text,
    ]);
    const [row] = await rowsOf("SELECT fence, note, touched FROM ops.lease WHERE name = 'big'");
    expect(row).toEqual({ fence: '9007199254740993', note: text, touched: null });
  });

  it.each([
    ["INSERT INTO ops.lease (name, fence) VALUES ('a', 77)", 1062, "Duplicate entry 'a' for key 'PRIMARY'"],
    ["INSERT INTO ops.lease (name, fence) VALUES ('z', 2)", 1062, "Duplicate entry '2' for key 'by_fence'"],
    ['INSERT INTO ops.lease (fence) VALUES (1)', 1364, "Field 'name' doesn't have a default value"],
    ["INSERT INTO ops.lease (name, fence) VALUES ('n', NULL)", 1048, "Column 'fence' cannot be null"],
    [
      "INSERT INTO ops.lease (name) VALUES ('a-name-that-is-too-long')",
      1406,
      "Data too long for column 'name' at row 1",
    ],
    ["UPDATE ops.lease SET fence = 'x' WHERE name = 'a'", 1366, undefined],
    ["UPDATE ops.lease SET fence = -1 WHERE name = 'a'", 1264, undefined],
    ["UPDATE ops.lease SET touched = 'soon' WHERE name = 'a'", 1292, undefined],
    ['UPDATE ops.lease SET nope = 1', 1054, undefined],
    ["INSERT INTO ops.lease (name) VALUES ('a', 1)", 1136, undefined],
    ['INSERT INTO ops.nope VALUES (1)', 1146, "Table 'ops.nope' doesn't exist"],
    ['SELECT * FROM ops.nope', 1146, "Table 'ops.nope' doesn't exist"],
    ['SELECT * FROM nowhere.lease', 1146, "Table 'nowhere.lease' doesn't exist"],
    ['INSERT INTO lease VALUES (1)', 1046, undefined],
    ['CREATE DATABASE ops', 1007, "Can't create database 'ops'; database exists"],
    ['DROP DATABASE nowhere', 1008, undefined],
    ['CREATE TABLE ops.lease (a int)', 1050, "Table 'lease' already exists"],
    ['CREATE TABLE ops.t (a int, A int)', 1060, undefined],
    ['CREATE TABLE ops.t (a int, PRIMARY KEY (b))', 1072, undefined],
    ['CREATE TABLE ops.t (a geometry)', 1235, undefined],
    ['CREATE TABLE oceanbase.t (a int)', 1235, undefined],
    ['DROP TABLE ops.nope', 1051, "Unknown table 'ops.nope'"],
    ['CREATE TABLE ops.t (a int', 1064, undefined],
    ["UPDATE ops.lease SET fence = 1 WHERE name = 'a' LIMIT 1", 1235, undefined],
    ['DELETE FROM ops.lease WHERE fence IN (SELECT 1)', 1235, undefined],
    ['CREATE INDEX i ON ops.lease (name)', 1235, undefined],
  ])('%s fails with %i and changes nothing', async (sql, errno, message) => {
    const before = await rowsOf('SELECT * FROM ops.lease ORDER BY name');
    const failure = await connection.query(sql).then(
      () => undefined,
      (error: { errno: number; sqlMessage: string }) => error,
    );
    expect(failure).toMatchObject({ errno, ...(message === undefined ? {} : { sqlMessage: message }) });
    expect(await rowsOf('SELECT * FROM ops.lease ORDER BY name')).toEqual(before);
  });

  it('refuse to change rows inside a transaction, which could not be taken back', async () => {
    await connection.query('BEGIN');
    await expect(change('DELETE FROM ops.lease')).rejects.toMatchObject({ errno: 1235 });
    await connection.query('ROLLBACK');
    expect(await change("DELETE FROM ops.lease WHERE name = 'nobody'")).toBe(0);
  });

  it('are named in SHOW and DESC, joined with views, and gone with their database', async () => {
    await connection.query('USE ops');
    expect(await rowsOf('SHOW TABLES')).toEqual([{ Tables_in_ops: 'lease' }]);
    expect((await rowsOf('DESC lease'))[0]).toMatchObject({
      Field: 'name',
      Type: 'varchar(16)',
      Null: 'NO',
      Key: 'PRI',
    });
    expect(await rowsOf('SHOW COLUMNS FROM ops.lease')).toEqual(await rowsOf('DESC lease'));
    const joined = await rowsOf(
      'SELECT COUNT(*) AS n FROM lease l JOIN oceanbase.DBA_OB_SERVERS s ON s.svr_port > l.fence WHERE l.fence = 2',
    );
    expect(joined).toEqual([{ n: 1 }]);
    await connection.query('DROP TABLE IF EXISTS nothing');
    await connection.query('DROP DATABASE ops');
    await connection.query('DROP DATABASE IF EXISTS ops');
    expect(await rowsOf("SHOW DATABASES LIKE 'ops'")).toEqual([]);
    expect([...server.observer.knownTables.userRows]).toEqual([]);
  });
});
