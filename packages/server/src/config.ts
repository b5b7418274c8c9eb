/**
 * The configuration: one schema, read once, frozen. A YAML file first, the environment over it. Nothing else in the
 * control plane reads the environment. An unknown key or a value of another kind ends the start with every finding.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const attempts = z.coerce.number().int().min(1).max(1_000_000);
const minutes = z.coerce.number().int().min(1).max(10_080);
const milliseconds = z.coerce.number().int().min(1);

/** The environment has texts alone. */
const flag = z.union([z.boolean(), z.stringbool()]);

const calls = z.coerce.number().int().min(1).optional();
const throttlePolicy = z.strictObject({ tenSeconds: calls, minute: calls, hour: calls, day: calls });

export const configSchema = z.strictObject({
  /** Where keys and the embedded database live; made when missing, readable by its owner alone. */
  dataDir: z.string().min(1).default('./openocp-data'),
  /** Metadata: `sqlite:PATH` (relative to dataDir) or `mysql://user:password@host:port/database`. */
  db: z
    .string()
    .regex(/^(sqlite:|mysql:\/\/)/, 'must begin with sqlite: or mysql://')
    .default('sqlite:openocp.db'),
  http: z
    .strictObject({
      /** Loopback unless configured. */
      host: z.string().default('127.0.0.1'),
      /** OCP's own default; 0 takes a free port. */
      port: port.default(8080),
      /** PEM files; both, or neither. */
      tlsCertificate: z.string().optional(),
      tlsKey: z.string().optional(),
      /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
      trustedProxies: z.array(z.string().min(1)).default([]),
    })
    .refine((http) => (http.tlsCertificate === undefined) === (http.tlsKey === undefined), {
      error: 'tlsCertificate and tlsKey belong together',
    })
    .prefault({}),
  /** Password of the user admin, used only when the metadata is new; generated and printed once otherwise. */
  adminPassword: z.string().min(8).max(128).optional(),
  /** 32 bytes in base64, more keys after a comma (the present one first); otherwise the file secret.key in dataDir. */
  secretKey: z.string().optional(),
  /** Wrong passwords: how many lock a user or an address, and for how long. */
  login: z
    .strictObject({
      maxAttempts: attempts.default(20),
      lockoutMinutes: minutes.default(30),
      clientMaxAttempts: attempts.default(20),
      clientLockoutMinutes: minutes.default(10),
    })
    .prefault({}),
  /** Calls in fixed windows, for each user and for all; counted by each instance by itself. */
  rateLimit: z
    .strictObject({
      enabled: z.boolean().default(true),
      perUser: throttlePolicy.prefault({ tenSeconds: 20_000 }),
      global: throttlePolicy.prefault({}),
    })
    .prefault({}),
  /**
   * Where clusters and agents may be. Link-local addresses, metadata services of clouds and addresses of no single host are
   * always refused.
   */
  outbound: z
    .strictObject({
      /** This host too: for a demo, a test, or a cluster on the machine of its control plane. */
      allowLoopback: flag.default(false),
      /** Networks like `10.0.0.0/8`: nothing outside of them is connected to. No such bound when empty. */
      onlyNetworks: z.array(z.union([z.cidrv4(), z.cidrv6()])).default([]),
    })
    .prefault({}),
  /** A session ends after this time without use. */
  sessionIdleMinutes: minutes.default(30),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
  /** How often every cluster is looked at. */
  syncIntervalMs: milliseconds.default(10_000),
  /** How often the agent of each host is asked who it is; an agent that went silent is to be seen within a minute, as in OCP. */
  hostLookIntervalMs: milliseconds.default(30_000),
  /**
   * Name of this instance: unique among those that share the metadata, the same after a restart. By default the host's
   * name and the port of the API.
   */
  instance: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/)
    .optional(),
  /** How long an instance may be silent before others take its tasks over; the same at all of them. */
  leaseMs: milliseconds.default(10_000),
  /** How long tasks that have ended are kept, with their logs; one that has failed and still holds a lock is kept for longer. */
  retentionDays: z.coerce.number().int().min(1).max(36_500).default(30),
});

export type Config = Readonly<z.output<typeof configSchema> & { instance: string }>;

/** Environment variables begin so; `__` goes one level down: OPENOCP__HTTP__PORT=8080. */
const prefix = 'OPENOCP__';

/**
 * @param db goes over file and environment
 * @throws Error whose message lists every finding, for the person who starts the program.
 */
export function loadConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  db?: string,
): Config {
  const fromFile: unknown = file === undefined ? {} : (parse(readFileSync(file, 'utf8')) ?? {});
  const merged = overlay(fromFile, { ...environment, ...(db === undefined ? {} : { [`${prefix}DB`]: db }) });
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) throw new Error(`The configuration is not valid:\n${z.prettifyError(parsed.error)}`);
  const { instance = `${hostname()}:${parsed.data.http.port}`, dataDir } = parsed.data;
  return Object.freeze({ ...parsed.data, instance, dataDir: resolve(dataDir) });
}

function overlay(base: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof base !== 'object' || base === null || Array.isArray(base)) return base;
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    const [first = '', ...rest] = name.slice(prefix.length).split('__').map(camelCase);
    if (rest.length === 0) result[first] = value;
    else result[first] = { ...asRecord(result[first]), [rest.join('.')]: value };
  }
  return result;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** HTTP -> http, TLS_KEY -> tlsKey. */
function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The database URL with a path that no longer depends on where the program was started. */
export function resolveDatabaseUrl({ db, dataDir }: Pick<Config, 'db' | 'dataDir'>): string {
  if (!db.startsWith('sqlite:')) return db;
  const path = db.slice('sqlite:'.length);
  return `sqlite:${isAbsolute(path) ? path : resolve(dataDir, path)}`;
}
