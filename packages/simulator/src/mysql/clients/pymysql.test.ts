import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClientProgram, isInstalled } from '../../testing/client-program.ts';
import { type SingleServer, singleServerPassword, startSingleServer } from '../../testing/single-server.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let server: SingleServer;
let program: ClientProgram | undefined;

beforeAll(async () => {
  server = await startSingleServer('127.32.0.8');
});

afterAll(async () => {
  await program?.kill();
  server.close();
});

const expected = `text ACTIVE zone1 None
numbers int True Decimal 1.0000
prepared 1
several [((1,),), (), ((2,),)]
long row 9000000 9000000
tls TLSv1.3 1
wrong password 1045
unknown tenant 1045
kernel error 4018
cancelled 1317 1
lost 2013
reconnected 1
`;

test.runIf(isInstalled('/usr/bin/python3', ['-c', 'import pymysql']))(
  'PyMySQL can do what the kernel lets it do',
  async () => {
    const file = fileURLToPath(new URL('pymysql-conversation.py', import.meta.url));
    program = new ClientProgram('/usr/bin/python3', [file], {
      HOST: server.ip,
      PORT: String(server.sqlPort),
      WORD: singleServerPassword,
    });
    await program.end();
    expect(program.stderr).toBe('');
    expect(program.stdout).toBe(expected);
    await waitUntil('all connections to be forgotten', () => server.sessions().length === 0 || undefined);
  },
);
