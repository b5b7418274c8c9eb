/**
 * Where the control plane is and who calls: options first, then the environment, then the configuration file. Nothing
 * else in this package reads the environment. A password is never an option: other users of a host can read those.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CliFailure } from './failure.ts';

const fileShape = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  user: z.string().min(1).optional(),
  /** Only in a file that nobody but its owner can read. */
  password: z.string().optional(),
  passwordFile: z.string().optional(),
  /** Name or id of the cluster that is meant when none is named. */
  cluster: z.union([z.string().min(1), z.int().transform(String)]).optional(),
  /** PEM file with the authority of the control plane's certificate. */
  caFile: z.string().optional(),
  language: z.enum(['en-US', 'zh-CN']).optional(),
});

/** What the command line may say. */
export interface SettingOptions {
  readonly config?: string;
  readonly url?: string;
  readonly user?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  readonly url: string;
  readonly user: string;
  /** From the environment or a file; undefined when it has to be asked for. */
  readonly password: string | undefined;
  readonly cluster: string | undefined;
  readonly caFile: string | undefined;
  readonly language: 'en-US' | 'zh-CN';
}

const defaultUrl = 'http://127.0.0.1:8080';

function defaultFile(environment: Environment): string {
  const base = environment.XDG_CONFIG_HOME ?? join(environment.HOME ?? homedir(), '.config');
  return join(base, 'openocp', 'config.yaml');
}

/** @throws CliFailure usage, with every finding */
export async function loadSettings(options: SettingOptions, environment: Environment): Promise<Settings> {
  const named = options.config ?? environment.OPENOCP_CONFIG;
  const path = named ?? defaultFile(environment);
  const file = named !== undefined || existsSync(path) ? await readSettingsFile(path) : {};
  const url = options.url ?? environment.OPENOCP_URL ?? file.url ?? defaultUrl;
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new CliFailure('usage', `The address '${url}' is not valid; it looks like ${defaultUrl}.`);
  return {
    url,
    user: options.user ?? environment.OPENOCP_USER ?? file.user ?? 'admin',
    password: readPassword(environment, file),
    cluster: environment.OPENOCP_CLUSTER ?? file.cluster,
    caFile: environment.OPENOCP_CA_FILE ?? file.caFile,
    language: file.language ?? languageOf(environment),
  };
}

async function readSettingsFile(path: string): Promise<z.infer<typeof fileShape>> {
  const text = readTextFile(path, 'configuration file');
  const { parseYaml } = await import('./parse-yaml.ts');
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    throw new CliFailure('usage', `The configuration file ${path} is not YAML: ${String(error)}`, {
      cause: error,
    });
  }
  const parsed = fileShape.safeParse(content ?? {});
  if (!parsed.success)
    throw new CliFailure(
      'usage',
      `The configuration file ${path} is not valid:\n${z.prettifyError(parsed.error)}`,
    );
  if (parsed.data.password !== undefined) requirePrivate(path);
  return parsed.data;
}

function requirePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) === 0) return;
  throw new CliFailure(
    'usage',
    `${path} holds a password and other users can read it. Run: chmod 600 ${path}`,
  );
}

function readPassword(environment: Environment, file: z.infer<typeof fileShape>): string | undefined {
  if (environment.OPENOCP_PASSWORD !== undefined) return environment.OPENOCP_PASSWORD;
  const inEnvironment = environment.OPENOCP_PASSWORD_FILE;
  if (inEnvironment !== undefined) return readPasswordFile(inEnvironment);
  if (file.password !== undefined) return file.password;
  return file.passwordFile === undefined ? undefined : readPasswordFile(file.passwordFile);
}

function readPasswordFile(path: string): string {
  const password = readTextFile(path, 'password file').replace(/\r?\n$/, '');
  if (password === '') throw new CliFailure('usage', `The password file ${path} is empty.`);
  return password;
}

export function readTextFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliFailure('usage', `The ${what} ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** As everywhere on a Unix system: the first of these that is set and not empty. */
function languageOf({ LC_ALL, LC_MESSAGES, LANG }: Environment): Settings['language'] {
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '');
  return locale?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en-US';
}
