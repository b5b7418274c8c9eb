/** Why a running body is asked to end. The reason of `StepContext.signal` is always one of these. */

export class RunAborted extends Error {
  override readonly name: string = 'RunAborted';
}

export class RunCancelled extends RunAborted {
  override readonly name = 'RunCancelled';
}

export class RunTimedOut extends RunAborted {
  override readonly name = 'RunTimedOut';
}

/** Another owner may act for the task now. The body must not start any further effect. */
export class OwnershipLost extends RunAborted {
  override readonly name = 'OwnershipLost';
}

/** The process ends. The subtask stays RUNNING and is resumed by the next owner. */
export class ShuttingDown extends RunAborted {
  override readonly name = 'ShuttingDown';
}
