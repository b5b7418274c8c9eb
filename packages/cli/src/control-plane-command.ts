/**
 * `openocp server` is two things: with a command it is about servers of a cluster, without one it starts a control plane.
 * This is the only file that knows the control plane's program, and it loads it only when it is wanted.
 */

/** Commands that are about servers and therefore for the client. */
const clientWords: ReadonlySet<string> = new Set([
  'list',
  'show',
  'plan',
  'stop',
  'start',
  'restart',
  'help',
  '--help',
  '-h',
]);
const hostCommands: ReadonlySet<string> = new Set(['admin', 'agent-certificate', 'audit', 'user-create']);

/** @param words what stands behind the name of the program */
export function isForControlPlane([first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return false;
  if (hostCommands.has(first)) return true;
  if (first !== 'server') return false;
  // Its own options have a value each (`--config FILE`); a word in any other place is a command, known or not.
  return (
    rest.length === 0 || (rest[0]?.startsWith('--') === true && !rest.some((word) => clientWords.has(word)))
  );
}

/** It reads the same words of the command line by itself, and ends by signals. */
export async function runControlPlane(): Promise<void> {
  await import('@openocp/server/main');
}
