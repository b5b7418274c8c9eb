/** Why a call to another server has no result. `refused` carries the other side's own answer. */
export type RpcFailure = 'connect' | 'lost' | 'timeout' | 'refused';

export class RpcError extends Error {
  readonly failure: RpcFailure;
  /** Kernel error code (negative) for `refused`. */
  readonly code: number;

  constructor(failure: RpcFailure, message: string, code = 0) {
    super(message);
    this.name = 'RpcError';
    this.failure = failure;
    this.code = code;
  }
}
