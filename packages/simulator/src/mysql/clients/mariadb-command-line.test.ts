import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ClientProgram, isInstalled } from '../../testing/client-program.ts';
import { type SingleServer, singleServerPassword, startSingleServer } from '../../testing/single-server.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let server: SingleServer;
const programs: ClientProgram[] = [];

beforeAll(async () => {
  server = await startSingleServer('127.32.0.9');
});

afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill();
});

afterAll(() => server.close());

function start(args: readonly string[] = [], user = 'root@sys', password = singleServerPassword) {
  const address = ['-h', server.ip, '-P', String(server.sqlPort), '-u', user];
  const output = ['--batch', '--skip-column-names', '--unbuffered'];
  const program = new ClientProgram('mariadb', ['--no-defaults', ...address, ...output, ...args], {
    MYSQL_PWD: password,
  });
  programs.push(program);
  return program;
}

async function run(sql: string, args: readonly string[] = ['--skip-ssl']) {
  const program = start(args);
  program.write(sql);
  const code = await program.end();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

describe.runIf(isInstalled('mariadb', ['--version']))('the mariadb command line', () => {
  test('text, bigint and decimal columns, several statements, statements prepared by name', async () => {
    const { stdout, stderr } = await run(`
      SELECT status, zone, stop_time FROM oceanbase.DBA_OB_SERVERS;
      SELECT end_scn > 1 << 53, AVG(paxos_replica_num) FROM oceanbase.GV$OB_LOG_STAT WHERE ls_id = 1;
      SET @tenant = 1;
      PREPARE leaders FROM 'SELECT COUNT(*), ? FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ?';
      EXECUTE leaders USING @tenant, @tenant;
      DEALLOCATE PREPARE leaders;
      DELIMITER //
      SELECT 1; SELECT 2//`);
    expect(stderr).toBe('');
    expect(stdout).toBe('ACTIVE\tzone1\tNULL\n1\t1.0000\n1\t1\n1\n2\n');
  });

  test('rows of more than 16 MB', async () => {
    const { stdout, stderr } = await run("SELECT REPEAT('x', 9000000), REPEAT('y', 9000000)", [
      '--skip-ssl',
      '--max-allowed-packet=64M',
    ]);
    expect(stderr).toBe('');
    expect(stdout.length).toBe(18_000_002);
  });

  test('TLS', async () => {
    const { stdout, stderr } = await run('status', ['--ssl']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/SSL:\s+Cipher in use is TLS_/);
  });

  test('a wrong password and an unknown tenant are refused with the same words', async () => {
    for (const [user, password] of [
      ['root@sys', 'wrong'],
      ['root@nobody', singleServerPassword],
    ] as const) {
      const program = start(['--skip-ssl', '-e', 'SELECT 1'], user, password);
      expect(await program.end()).toBe(1);
      expect(program.stderr).toContain(
        "ERROR 1045 (42000): Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)",
      );
    }
  });

  test('KILL QUERY ends the statement, KILL the connection, and the client connects again', async () => {
    const program = start(['--skip-ssl', '--force']);
    program.write('SELECT CONNECTION_ID(); SELECT SLEEP(60);\n');
    const id = Number((await program.printed(/^(\d+)\n/))[1]);
    await waitUntil('the statement to run', () => activeStatement(id)?.includes('SLEEP') || undefined);
    expect((await run(`KILL QUERY ${id}`)).stderr).toBe('');
    program.write("SELECT 'goes on';\n");
    await program.printed(/goes on/);
    expect((await run(`KILL ${id}`)).stderr).toBe('');
    program.write("SELECT 'gone';\nconnect;\nSELECT 'again', CONNECTION_ID();\n");
    const again = Number((await program.printed(/again\t(\d+)/))[1]);
    expect(again).toBeGreaterThan(id);
    await program.end();
    expect(program.stderr).toContain('ERROR 1317 (70100) at line 1: Query execution was interrupted');
    expect(program.stderr).toMatch(/ERROR 20(06|13) \(HY000\) at line 3/);
  });

  test('a client that dies in the middle of a statement is forgotten at once', async () => {
    const program = start(['--skip-ssl']);
    program.write('SELECT CONNECTION_ID(); SELECT SLEEP(60);\n');
    const id = Number((await program.printed(/^(\d+)\n/))[1]);
    await waitUntil('the statement to run', () => activeStatement(id)?.includes('SLEEP') || undefined);
    await program.kill();
    await waitUntil('the connection to be forgotten', () => activeStatement(id) === undefined || undefined);
  });
});

/** What a connection is doing, '' when nothing; undefined when there is no such connection. */
function activeStatement(id: number): string | undefined {
  const session = server.sessions().find(({ identity }) => identity.connectionId === id);
  return session === undefined ? undefined : (session.activity().statement ?? '');
}
