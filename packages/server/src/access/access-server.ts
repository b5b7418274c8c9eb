/** The HTTP layer with real accounts on a database of its own, over a small control plane of plain data; for tests. */
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import { z } from 'zod';
import { PasswordHasher } from '../app/password-hash.ts';
import { createInMemoryApp, type InMemoryApp } from '../http/in-memory-app.ts';
import { createHttpServer } from '../http/server.ts';
import { basic } from '../http/test-server.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { type AccessControl, createAccessControl } from './access-control.ts';

const adminPassword = 'aaAA11__';

const envelope = z.looseObject({
  data: z.unknown().optional(),
  error: z
    .looseObject({ code: z.int(), name: z.string(), message: z.string(), target: z.string().optional() })
    .optional(),
});

export interface AccessAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: z.infer<typeof envelope>;
}

type Call = InjectOptions & { readonly as?: readonly [string, string] | null };

/** One more instance on the same database. */
export interface AccessInstance {
  readonly app: InMemoryApp;
  readonly access: AccessControl;
  /** Of admin, when this instance made it up. */
  readonly generatedPassword: string;
  /** Calls as admin unless told otherwise; `as: null` sends no credentials. */
  call(options: Call): Promise<AccessAnswer>;
  close(): Promise<void>;
}

export interface AccessServer extends AccessInstance {
  readonly clock: { now: number };
  readonly database: MetadataDatabase;
  readonly folder: string;
  /** Log lines of all instances. */
  readonly log: string[];
  addInstance(): Promise<AccessInstance>;
}

interface Shared {
  readonly database: MetadataDatabase;
  readonly clock: { now: number };
  readonly log: string[];
  readonly adminPassword: string | undefined;
}

async function startInstance({
  database,
  clock,
  log,
  adminPassword: password,
}: Shared): Promise<AccessInstance> {
  const app = createInMemoryApp();
  const access = createAccessControl({
    database,
    box: createSecretBox(Buffer.alloc(32, 7)),
    hasher: new PasswordHasher({ N: 2, r: 1, p: 1 }),
    now: () => clock.now,
    monotonicNow: () => clock.now,
    offsetMinutes: 0,
    login: { maxAttempts: 20, lockoutMinutes: 30, clientMaxAttempts: 20, clientLockoutMinutes: 10 },
    sessionIdleMinutes: 30,
    onAuditError: (error) => log.push(JSON.stringify({ auditError: String(error) })),
  });
  const generatedPassword = (await access.ensureBuiltIn(password)) ?? '';
  const fastify = createHttpServer({
    app: Object.assign(app, access.useCases),
    authenticate: access.authenticate,
    recordCall: access.recordCall,
    logger: pino({ level: 'trace' }, { write: (line: string) => log.push(line) }),
    serverAddress: '127.0.0.1',
    now: () => clock.now,
    offsetMinutes: 0,
    closeGraceMs: 100,
  });
  return {
    app,
    access,
    generatedPassword,
    close: async () => {
      await fastify.close();
      await access.stop();
    },
    call: async ({ as = ['admin', adminPassword], ...request }) => {
      const authorization = as === null ? {} : { authorization: basic(...as) };
      const answer = await fastify.inject({
        ...request,
        headers: { ...authorization, ...request.headers },
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: envelope.parse(JSON.parse(answer.body)),
      };
    },
  };
}

export interface Session {
  /** Headers of a call with the session's cookie and CSRF token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly needChangePassword: boolean;
}

const login = z.object({ data: z.object({ needChangePassword: z.boolean(), csrfToken: z.string() }) });

export async function logIn(
  instance: AccessInstance,
  username = 'admin',
  password = adminPassword,
): Promise<Session> {
  const payload = { username, password };
  const { headers, body } = await instance.call({
    method: 'POST',
    url: '/api/v2/iam/login',
    payload,
    as: null,
  });
  const { csrfToken, needChangePassword } = login.parse(body).data;
  const cookies = z.array(z.string()).parse(headers['set-cookie']);
  const cookie = cookies.map((each) => each.split(';', 1)[0]).join('; ');
  return { headers: { cookie, 'x-xsrf-token': csrfToken }, cookies, needChangePassword };
}

export async function startAccessServer(
  options: { readonly adminPassword?: string | undefined; readonly url?: string } = { adminPassword },
): Promise<AccessServer> {
  const folder = await mkdtemp(join(tmpdir(), 'openocp-access-'));
  const database = await openDatabase(options.url ?? `sqlite:${join(folder, 'metadata.db')}`);
  const shared = {
    database,
    clock: { now: Date.UTC(2023, 0, 17, 9, 13, 57) },
    log: [],
    adminPassword: options.adminPassword,
  };
  const instances: AccessInstance[] = [];
  const addInstance = async () => {
    const instance = await startInstance(shared);
    instances.push(instance);
    return instance;
  };
  return {
    ...shared,
    ...(await addInstance()),
    folder,
    addInstance,
    close: async () => {
      for (const instance of instances) await instance.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface AccessKeyPair {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** A signed request, made by hand and not with the code that verifies it. For targets that need no sorting. */
export function signed(
  { accessKeyId, accessKeySecret }: AccessKeyPair,
  { method, url, date, body }: { method: 'GET' | 'POST' | 'DELETE'; url: string; date: Date; body?: string },
): Call {
  const type = 'application/json';
  const md5 = body === undefined ? '' : createHash('md5').update(body).digest('hex').toUpperCase();
  const text = [method, md5, type, date.toUTCString(), 'localhost:80', '', url].join('\n');
  const signature = createHmac('sha1', accessKeySecret).update(text).digest('base64');
  return {
    method,
    url,
    as: null,
    headers: {
      authorization: `OCP-ACCESS-KEY-HMACSHA1 ${accessKeyId}:${signature}`,
      'content-type': type,
      date: date.toUTCString(),
      host: 'localhost:80',
    },
    ...(body === undefined ? {} : { payload: body }),
  };
}
