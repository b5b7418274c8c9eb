/**
 * Clients that others wrote: the mariadb command line and PyMySQL. Where one is not installed its tests are skipped; in
 * continuous integration that is a failure.
 */
import { execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SingleServer, singleServerPassword, startSingleServer } from '../testing/single-server.ts';

let server: SingleServer;

beforeAll(async () => {
  server = await startSingleServer('127.32.0.9');
});

afterAll(() => server.close());

function isInstalled(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch (cause) {
    if (process.env.CI === 'true')
      throw new Error(`${command} is not installed; CI tests every client`, { cause });
    console.warn(`${command} ${args.join(' ')} does not work here: its tests are skipped`);
    return false;
  }
}

/** The server runs in this process, so nothing here may wait for the client synchronously. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  return new Promise<typeof text & { readonly code: number | null }>((resolve) => {
    child.once('close', (code) => resolve({ ...text, code }));
  });
}

describe.runIf(isInstalled('mariadb', ['--version']))('the mariadb command line', () => {
  const mariadb = (sql: string, user = 'root@sys') =>
    run(
      'mariadb',
      [
        '--no-defaults',
        '--skip-ssl',
        '-h',
        server.ip,
        '-P',
        String(server.sqlPort),
        '-u',
        user,
        '-N',
        '-B',
        '-e',
        sql,
      ],
      { MYSQL_PWD: singleServerPassword },
    );

  test('reads views as the kernel prints them', async () => {
    const { stdout, code } = await mariadb(
      'SELECT status, zone FROM oceanbase.DBA_OB_SERVERS; SELECT ob_version()',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ACTIVE\tzone1\n4\.\d+\.\d+\.\d+\n$/);
  });

  test('gets errors with the number and state of the kernel', async () => {
    const unknown = await mariadb('SELECT * FROM oceanbase.NOTHING');
    expect(unknown.stderr).toContain('ERROR 1146 (42S02)');
    const refused = await mariadb('SELECT 1', 'root@nobody');
    expect(refused.stderr).toContain('ERROR 1045 (42000)');
  });
});

const pythonProgram = `
import os, pymysql
c = pymysql.connect(host=os.environ['HOST'], port=int(os.environ['PORT']), user='root@sys', password=os.environ['WORD'].encode())
with c.cursor() as q:
    q.execute('SELECT svr_port, end_scn FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = %s', (1,))
    port, scn = q.fetchone()
    print(type(port).__name__, type(scn).__name__, scn > 2**53)
    try:
        q.execute("ALTER SYSTEM STOP SERVER '127.0.0.1:1'")
    except pymysql.MySQLError as error:
        print(error.args[0])
`;

describe.runIf(isInstalled('/usr/bin/python3', ['-c', 'import pymysql']))('PyMySQL', () => {
  test('reads 64-bit integers whole, and errors by number', async () => {
    const env = { HOST: server.ip, PORT: String(server.sqlPort), WORD: singleServerPassword };
    const { stdout, stderr } = await run('/usr/bin/python3', ['-c', pythonProgram], env);
    expect(stderr).toBe('');
    expect(stdout).toBe('int int True\n4018\n');
  });
});
