/** One run of a client command: who is called, how it is answered. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ApiClient } from './api-client.ts';
import { CliFailure } from './failure.ts';
import { type Environment, loadSettings, readTextFile, type SettingOptions } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface SessionOptions extends SettingOptions {
  readonly cluster?: string;
  /** Results as JSON, for programs. */
  readonly json?: boolean;
}

export interface Session {
  readonly client: ApiClient;
  readonly terminal: Terminal;
  /** The cluster that was named, here or in the settings. */
  readonly cluster: string | undefined;
  readonly json: boolean;
  /** Prints a result: as it came from the API, or as text. */
  show(raw: unknown, render: () => string): void;
}

/** What the program itself has of the outside. */
export interface Outside {
  readonly terminal: Terminal;
  readonly environment: Environment;
}

export async function openSession(options: SessionOptions, outside: Outside): Promise<Session> {
  const { terminal, environment } = outside;
  const settings = await loadSettings(options, environment);
  if (settings.caFile !== undefined)
    setDefaultCACertificates([...getCACertificates(), readTextFile(settings.caFile, 'certificate file')]);
  const password = async () => settings.password ?? askPassword(terminal, settings.user, settings.url);
  const json = options.json ?? false;
  return {
    client: new ApiClient({ ...settings, password }),
    terminal,
    cluster: options.cluster ?? settings.cluster,
    json,
    show: (raw, render) => terminal.out(json ? JSON.stringify(raw, null, 2) : render()),
  };
}

async function askPassword(terminal: Terminal, user: string, url: string): Promise<string> {
  if (terminal.canAsk) return terminal.askSecret(`Password of ${user} at ${url}: `);
  throw new CliFailure(
    'unauthenticated',
    `There is no password for ${user}. Set OPENOCP_PASSWORD or OPENOCP_PASSWORD_FILE, or passwordFile in the configuration file.`,
  );
}
