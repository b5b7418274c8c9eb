/**
 * What the control plane says to a host agent, and what it hears back. HTTPS with mutual TLS, JSON bodies.
 *
 * A command carries who asks for it (task, subtask, attempt, fence). The agent keeps a journal: the same
 * (task, subtask, attempt, verb) delivered again returns the stored result and acts no second time; a command with a
 * lower fence than the agent has seen for that home is refused.
 */
import { z } from 'zod';

/** Absolute path of an observer's home (its working directory), normalised, without a trailing slash. */
export const homePath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*[^/\0]$/, 'must be an absolute path without a trailing slash');

/** What makes a process that process and no other: enough to notice a reused pid, a reboot, a foreign program. */
export const processIdentity = z.strictObject({
  /** /proc/sys/kernel/random/boot_id */
  bootId: z.string(),
  pid: z.int().positive(),
  /** Field 22 of /proc/PID/stat: clock ticks since boot, as text because it is an unsigned 64-bit number. */
  startTicks: z.string().regex(/^\d+$/),
  /** Target of /proc/PID/exe. */
  executable: z.string(),
  /** Target of /proc/PID/cwd; equals the home. */
  cwd: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

export const processKind = z.enum(['observer', 'seekdb']);
export type ProcessKind = z.infer<typeof processKind>;

export const agentCommand = z.strictObject({
  taskId: z.int().positive(),
  subtaskId: z.int().positive(),
  attempt: z.int().positive(),
  fence: z.int().positive(),
  /** `run` and `undo` of one attempt are different commands. */
  mode: z.enum(['run', 'undo']),
});
export type AgentCommand = z.infer<typeof agentCommand>;

const ports = z.array(z.int().min(1).max(65535)).max(8);

/** POST /v1/processes/inspect */
export const inspectRequest = z.strictObject({ home: homePath, address: z.string(), ports });
export const inspectResponse = z.strictObject({
  kind: processKind,
  /** The live process of this home, or null. A zombie is not alive. */
  process: processIdentity.nullable(),
  /** What run/<name>.pid says; `stale` means it names no live process of this home. */
  pidFile: z.strictObject({
    pid: z.int().nullable(),
    state: z.enum(['absent', 'current', 'stale', 'unreadable']),
  }),
  /** More than one live process of this home: their pids, besides `process`. */
  otherPids: z.array(z.int()),
  listeningPorts: ports,
  /** Whether a server has left its data in the home. Absent from agents of older versions. */
  hasData: z.boolean().optional(),
  /** For how long `process` has run, by a clock that nobody sets. Absent without one, and from agents of older versions. */
  upMs: z.int().min(0).optional(),
});
export type InspectRequest = z.infer<typeof inspectRequest>;
export type InspectResponse = z.infer<typeof inspectResponse>;

/** POST /v1/processes/stop: stops exactly `process`, and answers when it is gone. */
export const stopRequest = z.strictObject({
  command: agentCommand,
  home: homePath,
  process: processIdentity,
  /** `graceful`: the kernel's own shutdown signal first, SIGKILL when `graceMs` is over. `kill`: SIGKILL at once. */
  method: z.enum(['graceful', 'kill']),
  graceMs: z.int().min(0).max(600_000),
  /** How long to wait for the process to be gone after the last signal. */
  deadlineMs: z.int().min(100).max(600_000),
});
export const stopResponse = z.strictObject({
  outcome: z.enum([
    /** The process has gone after a signal of ours. */
    'stopped',
    /** It was gone before any signal was sent. */
    'already-gone',
    /** Signals were sent, it still lives. */
    'still-running',
  ]),
  signals: z.array(z.strictObject({ signal: z.string(), pid: z.int(), time: z.int() })),
  /** True when the answer was read from the journal. */
  redelivered: z.boolean(),
});
export type StopRequest = z.infer<typeof stopRequest>;
export type StopResponse = z.infer<typeof stopResponse>;

/**
 * What the kernel showed of a server right before its process was started: START_SERVICE_TIME in epoch milliseconds, or
 * `none` when that was unset and no process could have been about to set it.
 */
export const shownBefore = z.union([z.literal('none'), z.string().regex(/^\d{1,15}$/)]);

/** POST /v1/processes/start: starts the process of a home, detached; answers when it lives and holds its identity. */
export const startRequest = z.strictObject({
  command: agentCommand,
  home: homePath,
  /** Arguments after the executable; usually empty, the home holds its configuration. */
  /** Each arrives as it is; no shell reads them. The system takes none with a NUL. */
  arguments: z
    .array(
      z
        .string()
        .max(4096)
        .regex(/^[^\0]*$/, 'must hold no NUL character'),
    )
    .max(64),
  /** Kept in the journal beside the spawn; absent when it is not known. */
  shownBefore: shownBefore.optional(),
  deadlineMs: z.int().min(100).max(600_000),
});
export const startResponse = z.strictObject({
  outcome: z.enum(['started', 'already-running']),
  process: processIdentity,
  redelivered: z.boolean(),
});
export type StartRequest = z.infer<typeof startRequest>;
export type StartResponse = z.infer<typeof startResponse>;

/** POST /v1/homes/prepare: makes the folders that a new server needs; changes nothing that is there. */
export const prepareRequest = z.strictObject({ command: agentCommand, home: homePath });
export const prepareResponse = z.strictObject({
  /** Folders that were made, below the home. */
  created: z.array(z.string()),
  hasData: z.boolean(),
  redelivered: z.boolean(),
});
export type PrepareRequest = z.infer<typeof prepareRequest>;
export type PrepareResponse = z.infer<typeof prepareResponse>;

/** GET /v1/homes/last-words?home=...: why a process ended, in its own words. Unknown to agents of older versions. */
export const lastWordsResponse = z.strictObject({
  /** The last lines of its log that tell of an error, oldest first; the last lines at all where none does. */
  lines: z.array(z.string()),
});
export type LastWordsResponse = z.infer<typeof lastWordsResponse>;

/** GET /v1/info */
export const agentInfo = z.strictObject({
  version: z.string(),
  /** Address of the host that the agent's certificate names. */
  host: z.string(),
  pid: z.int(),
  bootId: z.string(),
  startTime: z.int(),
  homes: z.array(homePath),
  /** Absent from agents of older versions. */
  system: z.strictObject({ name: z.string(), release: z.string(), architecture: z.string() }).optional(),
});
export type AgentInfo = z.infer<typeof agentInfo>;

/** GET /v1/journal?home=...: every command acted on, oldest first; what an auditor or a test reads. */
export const journalEntry = z.strictObject({
  sequence: z.int(),
  time: z.int(),
  verb: z.enum(['start', 'stop', 'prepare']),
  home: homePath,
  command: agentCommand,
  /** `intent` is written before the effect, `signal` per signal sent, `result` after it. */
  phase: z.enum(['intent', 'signal', 'spawn', 'result']),
  detail: z.record(z.string(), z.json()),
});
export type JournalEntry = z.infer<typeof journalEntry>;
export const journalResponse = z.strictObject({ entries: z.array(journalEntry) });

/** Body of every answer that is not 200. */
export const agentError = z.strictObject({
  error: z.enum([
    'invalid-request',
    'home-not-allowed',
    'home-not-found',
    'home-not-usable',
    'fence-too-old',
    /** The recorded process is not the one that runs now; `message` tells what differs. No signal was sent. */
    'identity-mismatch',
    'start-failed',
    'port-in-use',
    /** The certificate does not fit this agent, or its files are looked after by somebody else. Nothing was changed. */
    'certificate-refused',
    'internal',
  ]),
  message: z.string(),
});
export type AgentError = z.infer<typeof agentError>;
