/**
 * Every statement that the product can send to a cluster, found by walking what `remote/oceanbase` exports: each function
 * whose first parameter is a session is called with every sample of its other parameters. A function with a parameter
 * that has no sample fails the test, so a new statement cannot slip by; nor can one that no function sends, because the
 * statements written in the sources are compared with those that were sent.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { KernelError } from '../../packages/server/src/remote/oceanbase/kernel-error.ts';
import type { Session } from '../../packages/server/src/remote/oceanbase/session.ts';

const folder = join(import.meta.dirname, '../../packages/server/src/remote/oceanbase');

/** By the name of the parameter, which means the same in every function of that folder. */
const samples: Readonly<Record<string, readonly unknown[]>> = {
  // The kernel's own: it would wait for an answer of any other.
  target: [{ ip: '127.0.0.1', rpcPort: 2882 }],
  kind: ['STOP', 'FORCE STOP'],
  timeoutMs: [10_000],
  name: ['server_permanent_offline_time'],
  zone: ['zone1'],
  region: ['region1'],
  idc: ['idc1'],
  // As they are already: the kernel is asked more afterwards.
  password: [''],
  changes: [
    [
      { name: 'server_permanent_offline_time', value: '3600s' },
      { name: 'lease_time', value: '10s' },
    ],
  ],
  seen: [{ revision: 1, token: 'before' }],
  next: [
    {
      controlPlane: 'one',
      revision: 2,
      token: 'after',
      instance: 'first',
      host: 'host1',
      taskId: 1,
      writeTime: 1_700_000_000_000,
    },
  ],
  now: [() => performance.now()],
};

/** A new kernel takes five seconds for its first refusal of a column, which is longer than the product waits. */
const patience = { timeoutMs: 30_000 };

export interface SentStatement {
  readonly sql: string;
  /** Undefined when the kernel did it. */
  readonly refusal: KernelError | undefined;
}

/** Passes statements on; a refusal is noted, and the sender told that nothing was found, so that it goes on. */
class NotingSession implements Session {
  readonly #session: Session;
  readonly sent: SentStatement[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  get endpoint(): Session['endpoint'] {
    return this.#session.endpoint;
  }

  async select<T>(_row: z.ZodType<T>, sql: string): Promise<T[]> {
    await this.#note(sql, () => this.#session.select(z.unknown(), sql, patience));
    return [];
  }

  execute(sql: string): Promise<void> {
    return this.#note(sql, () => this.#session.execute(sql, patience));
  }

  close(): void {
    this.#session.close();
  }

  async #note(sql: string, send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
      this.sent.push({ sql, refusal: undefined });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.sent.push({ sql, refusal: error });
    }
  }
}

const sourceFiles = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

/** For who wants to know what other values do. */
interface OtherValues {
  /** Instead of a sample. */
  readonly change: (sample: unknown) => unknown;
  /** Told of a function that does not take its values. */
  readonly onRefusal: (name: string) => void;
}

/** Sends everything. @throws Error naming a function that cannot be called or sends nothing. */
export async function sendEveryStatement(session: Session, other?: OtherValues): Promise<SentStatement[]> {
  const sent: SentStatement[] = [];
  for (const { file, name, value } of await listExports()) {
    const parameters = parametersOf(value.toString());
    if (parameters[0] !== 'session') continue;
    for (const args of combinations(parameters.slice(1), `${file}: ${name}`)) {
      const noting = new NotingSession(session);
      const isTaken = await callWith(value, noting, args, other);
      if (!isTaken) other?.onRefusal(name);
      else if (noting.sent.length === 0) throw new Error(`${file}: ${name} sends nothing`);
      sent.push(...noting.sent);
    }
  }
  return sent;
}

async function callWith(
  value: AnyFunction,
  session: Session,
  args: readonly unknown[],
  other: OtherValues | undefined,
): Promise<boolean> {
  if (other === undefined) {
    await Reflect.apply(value, undefined, [session, ...args]);
    return true;
  }
  try {
    await Reflect.apply(value, undefined, [session, ...args.map(other.change)]);
    return true;
  } catch {
    return false;
  }
}

type AnyFunction = (...args: never[]) => unknown;

interface ExportedFunction {
  readonly file: string;
  readonly name: string;
  readonly value: AnyFunction;
}

async function listExports(): Promise<ExportedFunction[]> {
  const found: ExportedFunction[] = [];
  for (const file of sourceFiles) {
    const module = z
      .record(z.string(), z.unknown())
      .parse(await import(pathToFileURL(join(folder, file)).href));
    for (const [name, value] of Object.entries(module))
      if (typeof value === 'function') found.push({ file, name, value: value as AnyFunction });
  }
  return found;
}

/** Of a function declaration or an arrow function; a class has none. */
function parametersOf(source: string): string[] {
  const list = /^(?:async\s+)?(?:function\s*\w*\s*)?\(([^)]*)\)/.exec(source)?.[1] ?? '';
  return list
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '');
}

function combinations(parameters: readonly string[], what: string): unknown[][] {
  return parameters.reduce<unknown[][]>(
    (lists, parameter) => {
      const values = samples[parameter];
      if (values === undefined) {
        throw new Error(
          `${what} has a parameter "${parameter}" without a sample: add one here, so that its statement is proven against a real kernel`,
        );
      }
      return lists.flatMap((list) => values.map((value) => [...list, value]));
    },
    [[]],
  );
}

const literal =
  /(['"`])((?:ALTER|CALL|CREATE|DELETE|DROP|EXPLAIN|INSERT|KILL|REPLACE|SELECT|SET|SHOW|UPDATE|WITH)\s(?:\\.|(?!\1)[^\\])*)\1/g;

/** The statements written in the sources of that folder, with what is filled in left open. */
export function writtenStatements(): {
  readonly file: string;
  readonly sql: string;
  readonly pattern: RegExp;
}[] {
  return sourceFiles.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(literal)].map((match) => {
      const sql = match[2] ?? '';
      const fixed = sql.split(/\$\{[^}]*\}/).map((part) => RegExp.escape(part));
      return { file, sql, pattern: new RegExp(`^${fixed.join('.*')}$`, 's') };
    }),
  );
}
