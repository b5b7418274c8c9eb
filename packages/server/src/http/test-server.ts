/** Starts the HTTP layer over the in-memory control plane, with users of several roles and a log to read; for tests. */
import { builtInRoleNames, type Language, OcpError } from '@openocp/contract';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { z } from 'zod';
import { createAuthentication } from '../app/authentication.ts';
import { createPasswordCheck, type PasswordCheckOptions, type UserRecord } from '../app/password-check.ts';
import { PasswordHasher } from '../app/password-hash.ts';
import { VerifiedPasswords } from '../app/verified-passwords.ts';
import { createInMemoryApp, type InMemoryApp } from './in-memory-app.ts';
import { createHttpServer, type HttpServerOptions } from './server.ts';

const PASSWORD = 'aaAA11__';
/** The custom role of the user `elsewhere` is about this cluster alone. */
const OTHER_CLUSTER_ID = 21;
const NOW = Date.UTC(2021, 2, 2, 8, 11, 11, 370);

const anyEnvelope = z.looseObject({
  data: z.unknown().optional(),
  error: z.looseObject({ code: z.int(), name: z.string(), message: z.string() }).optional(),
  successful: z.boolean(),
});

/** Nobody is locked out here; tests of that use the real store. */
const noGuesses = { failures: 0, lockedUntil: 0 };
const noLimit = { maxFailures: 20, lockMs: 1 };
const forgetfulGuesses: PasswordCheckOptions['guesses'] = {
  fetch: async (subjects) => subjects.map(() => noGuesses),
  recordFailure: async () => noGuesses,
  clear: async () => undefined,
};

/** A hash that costs next to nothing. */
const cheapHasher = () => new PasswordHasher({ N: 2, r: 1, p: 1 });

export interface TestServer {
  readonly app: InMemoryApp;
  readonly fastify: FastifyInstance;
  /** Log lines so far, parsed. */
  readonly log: () => Record<string, unknown>[];
  /** Calls as `admin` unless told otherwise; `user: null` sends no credentials. */
  call(options: InjectOptions & { user?: string | null; language?: Language }): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: z.infer<typeof anyEnvelope>;
}

export const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

async function createUsers(hasher: PasswordHasher): Promise<Map<string, UserRecord>> {
  const passwordHash = await hasher.hash(PASSWORD);
  const records: Omit<UserRecord, 'customPermissions' | 'needsNewPassword'>[] = [
    { id: 100, username: 'admin', passwordHash, status: 'ENABLED', roles: ['ADMIN'] },
    { id: 101, username: 'manager', passwordHash, status: 'ENABLED', roles: ['CLUSTER_MANAGER'] },
    { id: 102, username: 'viewer', passwordHash, status: 'ENABLED', roles: ['CLUSTER_VIEWER'] },
    { id: 103, username: 'tasks', passwordHash, status: 'ENABLED', roles: ['TASK_MANAGER'] },
    { id: 104, username: 'nobody', passwordHash, status: 'ENABLED', roles: ['PROFILE'] },
    { id: 105, username: 'gone', passwordHash, status: 'DISABLED', roles: ['ADMIN'] },
    { id: 200, username: 'system', passwordHash: null, status: 'ENABLED', roles: ['ADMIN'] },
    ...builtInRoleNames.map((role, index) => ({
      id: 300 + index,
      username: `with ${role}`,
      passwordHash,
      status: 'ENABLED' as const,
      roles: [role],
    })),
  ];
  const other = {
    id: 400,
    username: 'elsewhere',
    passwordHash,
    status: 'ENABLED',
    roles: ['other'],
  } as const;
  const custom = { ...other, customPermissions: [`CLUSTER:${OTHER_CLUSTER_ID}:*`], needsNewPassword: false };
  const users: UserRecord[] = [
    ...records.map((each) => ({ ...each, customPermissions: [], needsNewPassword: false })),
    custom,
  ];
  return new Map(users.map((user) => [user.username, user]));
}

export async function startTestServer(
  options: Pick<HttpServerOptions, 'tls' | 'rateLimits' | 'arrival'> = {},
): Promise<TestServer> {
  const lines: string[] = [];
  const hasher = cheapHasher();
  const users = await createUsers(hasher);
  const app = createInMemoryApp();
  const fastify = createHttpServer({
    app,
    authenticate: createAuthentication({
      checkPassword: createPasswordCheck({
        fetchUser: async (username) => users.get(username),
        guesses: forgetfulGuesses,
        limits: { user: noLimit, address: noLimit },
        hasher,
        verified: new VerifiedPasswords(() => performance.now()),
        now: () => NOW,
      }),
      fetchUserById: async () => undefined,
      verifySigned: async () => {
        throw new OcpError('SIGNATURE_WRONG', {});
      },
      sessions: {
        identify: async () => {
          throw new OcpError('NOT_AUTHENTICATED', {});
        },
      },
    }),
    logger: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    serverAddress: '127.0.0.1',
    now: () => NOW,
    offsetMinutes: 480,
    closeGraceMs: 100,
    ...options,
  });
  return {
    app,
    fastify,
    log: () => lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line))),
    call: async ({ user = 'admin', ...request }) => {
      const authorization = user === null ? {} : { authorization: basic(user, PASSWORD) };
      const response = await fastify.inject({
        ...request,
        headers: { ...authorization, ...request.headers },
      });
      const isJson = String(response.headers['content-type']).startsWith('application/json');
      const parsed = anyEnvelope.safeParse(isJson ? JSON.parse(response.body) : {});
      const body = parsed.success ? parsed.data : { data: undefined, successful: false };
      return { status: response.statusCode, headers: response.headers, text: response.body, body };
    },
  };
}
