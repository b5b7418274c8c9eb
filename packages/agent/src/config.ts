/** The agent's configuration: one JSON file, read once. Nothing else reads files or the environment for settings. */
import { readFileSync } from 'node:fs';
import { homePath } from '@openocp/contract';
import { z } from 'zod';

const filePath = z.string().min(1);

const agentConfig = z.strictObject({
  /** Port 0 takes a free one; the `listening` line tells which. */
  listen: z.strictObject({ host: z.string().min(1), port: z.int().min(0).max(65535) }),
  /** Address of this host as the control plane knows it; shown by /v1/info and on every log line. */
  host: z.string().min(1),
  /** Holds the journal. One agent at a time. */
  dataDir: filePath,
  /** The only homes this agent touches. Resolved once at start, so a link changed later opens no new place. */
  homes: z.array(homePath),
  /** Without files the agent enrols, and keeps its certificate in `dataDir`. */
  tls: z
    .strictObject({
      certificate: filePath.optional(),
      key: filePath.optional(),
      ca: filePath.optional(),
      /** Common name of the one caller that is served. */
      controlPlaneName: z.string().min(1).default('openocp-control-plane'),
    })
    .refine(
      ({ certificate, key, ca }) =>
        new Set([certificate, key, ca].map((file) => file === undefined)).size === 1,
      {
        error: 'certificate, key and ca belong together',
      },
    )
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .default({ level: 'info' }),
});

export type AgentConfig = Readonly<z.infer<typeof agentConfig>>;
/** What may be written into the file: defaults left out. */
export type AgentConfigFile = z.input<typeof agentConfig>;

/** @throws Error that names the file and every field that is wrong. */
export function readConfig(file: string): AgentConfig {
  const parsed = agentConfig.safeParse(parseJson(file));
  if (!parsed.success) {
    throw new Error(`configuration ${file} is not valid:\n${z.prettifyError(parsed.error)}`);
  }
  return Object.freeze(parsed.data);
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`configuration ${file} cannot be read as JSON`, { cause });
  }
}
