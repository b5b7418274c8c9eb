/**
 * What OceanBase answered instead of a result, with what it means and what to do. Numbers and texts are the kernel's;
 * meaning and remedy are ours. The kernel's words always reach the user.
 */

/** `retry`: the same statement may be sent again, within bounds. `refusal`: a safety decision, never forced by itself. */
export type KernelErrorClass = 'retry' | 'conflict' | 'refusal' | 'input' | 'authentication' | 'other';

interface KernelErrorMeaning {
  readonly class: KernelErrorClass;
  readonly meaning: string;
  readonly remedy: string;
}

const again = 'The statement is sent again.';

const meanings: Readonly<Record<number, KernelErrorMeaning>> = {
  1045: {
    class: 'authentication',
    meaning: 'User, tenant or password is wrong.',
    remedy: 'Correct the stored password of root@sys.',
  },
  1064: {
    class: 'input',
    meaning: 'The kernel cannot parse the statement.',
    remedy: 'This version of OceanBase may not know it.',
  },
  1210: {
    class: 'input',
    meaning: 'An argument of the statement is wrong.',
    remedy: 'Check the server address.',
  },
  1227: {
    class: 'authentication',
    meaning: 'The user may not do this.',
    remedy: 'Use root@sys, or grant ALTER SYSTEM.',
  },
  3118: {
    class: 'authentication',
    meaning: 'The database user is locked.',
    remedy: 'Unlock it in the sys tenant.',
  },
  4012: { class: 'retry', meaning: 'The statement did not end within its time.', remedy: again },
  4018: {
    class: 'input',
    meaning: 'The cluster does not know this server or zone.',
    remedy: 'Synchronise the cluster.',
  },
  4036: { class: 'retry', meaning: 'The kernel asks to try again.', remedy: again },
  4038: { class: 'retry', meaning: 'The root service is moving to another server.', remedy: again },
  4147: {
    class: 'input',
    meaning: 'The value does not fit the parameter.',
    remedy: 'Give one of its type and within its range; the text of the kernel may name it.',
  },
  4179: {
    class: 'refusal',
    meaning: 'The kernel refuses for safety; its text says which log stream.',
    remedy: 'Repair what the text names, then retry.',
  },
  4550: { class: 'retry', meaning: 'The root service is shutting down.', remedy: again },
  4628: {
    class: 'conflict',
    meaning: 'The server is already being deleted.',
    remedy: 'Wait for the deletion, or cancel it.',
  },
  4629: { class: 'conflict', meaning: 'The server is not being deleted.', remedy: '' },
  4630: {
    class: 'input',
    meaning: 'The cluster does not know this server.',
    remedy: 'Synchronise the cluster.',
  },
  4631: {
    class: 'input',
    meaning: 'The server belongs to another zone.',
    remedy: 'Synchronise the cluster.',
  },
  4633: { class: 'conflict', meaning: 'The zone is in another state.', remedy: 'Synchronise the cluster.' },
  4638: { class: 'retry', meaning: 'The root service is moving to another server.', remedy: again },
  4652: {
    class: 'retry',
    meaning: 'Leaders have not all left the server yet; it stays marked stopped.',
    remedy: again,
  },
  4655: { class: 'conflict', meaning: 'The zone is not active.', remedy: 'Start the zone first.' },
  4660: {
    class: 'conflict',
    meaning: 'Something is stopped in another zone.',
    remedy: 'Start it first: two zones must never be stopped at once.',
  },
  4745: {
    class: 'refusal',
    meaning: 'The units of the server have nowhere to go.',
    remedy: 'Make room in the zone first.',
  },
  4751: {
    class: 'retry',
    meaning: 'The degradation to the arbitration service has not finished.',
    remedy: again,
  },
  5099: {
    class: 'input',
    meaning: 'This version of OceanBase has no such parameter.',
    remedy: "Look for its name in the list of the cluster's parameters.",
  },
  8001: { class: 'retry', meaning: 'The server is still starting.', remedy: again },
  8002: { class: 'retry', meaning: 'The server is stopping.', remedy: 'Another server is asked.' },
};

const unknownMeaning: KernelErrorMeaning = { class: 'other', meaning: '', remedy: '' };

export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errno: number;
  readonly sqlState: string;
  /** The kernel's own text. */
  readonly text: string;
  readonly class: KernelErrorClass;

  constructor(errno: number, sqlState: string, text: string, options?: ErrorOptions) {
    const { class: kind, meaning, remedy } = meanings[errno] ?? unknownMeaning;
    const words = [`OceanBase error ${errno} (${sqlState}): ${text}`, meaning, remedy].filter(
      (part) => part !== '',
    );
    super(words.join(' - '), options);
    this.errno = errno;
    this.sqlState = sqlState;
    this.text = text;
    this.class = kind;
  }
}

/**
 * The connection failed. `sent` tells whether the statement may have reached the kernel: then its outcome is unknown.
 */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.sent = sent;
  }
}
