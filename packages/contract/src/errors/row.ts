/** What a row of the table of errors says, and what follows from its kind. */
import { exitCodes } from '../exit-codes.ts';

/** What an error means to the caller; HTTP status, exit code and the advice to retry follow from it alone. */
const kinds = {
  invalid: { httpStatus: 400, cliExitCode: exitCodes.usage.code, retryable: false },
  /** The object is in a state that does not allow the call, or a safety check says no. OCP answers 400. */
  refused: { httpStatus: 400, cliExitCode: exitCodes.refused.code, retryable: false },
  unauthenticated: { httpStatus: 401, cliExitCode: exitCodes.unauthenticated.code, retryable: false },
  forbidden: { httpStatus: 403, cliExitCode: exitCodes.forbidden.code, retryable: false },
  missing: { httpStatus: 404, cliExitCode: exitCodes.missing.code, retryable: false },
  methodNotAllowed: { httpStatus: 405, cliExitCode: exitCodes.usage.code, retryable: false },
  /** Somebody else holds what the call needs; it may be free later. */
  conflict: { httpStatus: 409, cliExitCode: exitCodes.conflict.code, retryable: true },
  duplicate: { httpStatus: 409, cliExitCode: exitCodes.conflict.code, retryable: false },
  tooLarge: { httpStatus: 413, cliExitCode: exitCodes.usage.code, retryable: false },
  unsupportedMedia: { httpStatus: 415, cliExitCode: exitCodes.usage.code, retryable: false },
  tooMany: { httpStatus: 429, cliExitCode: exitCodes.conflict.code, retryable: true },
  internal: { httpStatus: 500, cliExitCode: exitCodes.internal.code, retryable: false },
  /** A database cluster, an agent or a host did not do its part. */
  remote: { httpStatus: 500, cliExitCode: exitCodes.remote.code, retryable: true },
  timeout: { httpStatus: 500, cliExitCode: exitCodes.remote.code, retryable: true },
  /** This instance cannot do it at the moment; another one, or this one soon, can. */
  unavailable: { httpStatus: 503, cliExitCode: exitCodes.remote.code, retryable: true },
} as const;

export type ErrorKind = keyof typeof kinds;

export interface ErrorCode<Text extends string = string> {
  /** OCP's number, `error.code` of an answer. */
  readonly ocpCode: number;
  /** OCP's name since 4.2.2, `error.name` of an answer. */
  readonly ocpName: string;
  readonly kind: ErrorKind;
  readonly httpStatus: number;
  readonly cliExitCode: number;
  readonly retryable: boolean;
  /** Public text, with `{placeholder}`s; the other languages are in `words`. */
  readonly text: { readonly 'en-US': Text };
}

/** A row of the table of errors. */
export function row<const Text extends string>(
  ocpCode: number,
  ocpName: string,
  kind: ErrorKind,
  text: Text,
): ErrorCode<Text> {
  return { ocpCode, ocpName, kind, ...kinds[kind], text: { 'en-US': text } };
}
