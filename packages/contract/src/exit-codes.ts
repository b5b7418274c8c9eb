/**
 * How the command line ends, by kind of failure: what scripts branch on. A row may be added, its number never changes.
 * 126 and above belong to the shell and to signals.
 */
export const exitCodes = {
  ok: { code: 0, meaning: 'It was done; a task that was followed ended successfully' },
  internal: { code: 1, meaning: 'An unexpected error, here or in the control plane' },
  usage: { code: 2, meaning: 'The command, the configuration or a parameter is not valid' },
  unauthenticated: { code: 3, meaning: 'No password, or a wrong one; the user is disabled or locked' },
  forbidden: { code: 4, meaning: 'The user lacks a permission' },
  missing: { code: 5, meaning: 'There is no such object, or the control plane is too old for the command' },
  conflict: { code: 6, meaning: 'Somebody else holds what is needed; try again later' },
  refused: { code: 7, meaning: 'A safety check or the state of the object says no; nothing was changed' },
  remote: {
    code: 8,
    meaning: 'The control plane, a cluster or a host cannot be reached or did not do its part',
  },
  taskFailed: { code: 9, meaning: 'The task that was followed has failed' },
  notConfirmed: { code: 10, meaning: 'The question was not answered with yes; nothing was changed' },
  interrupted: { code: 130, meaning: 'Interrupted (Ctrl-C); a task that was followed goes on' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

export type ExitKind = keyof typeof exitCodes;
