/** The exit code for an error that the API answered; also for one of a later version, which the table does not have. */
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { type ExitKind, exitCodes } from './exit-codes.ts';

const kindOfStatus: Readonly<Record<number, ExitKind>> = {
  400: 'refused',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'missing',
  405: 'usage',
  409: 'conflict',
  413: 'usage',
  415: 'usage',
  429: 'conflict',
};

/** A number alone may stand for errors of several kinds; together with the HTTP status it does not. */
export function deriveExitCode(ocpCode: number, httpStatus: number): number {
  const known = Object.values<ErrorCode>(errorCodes).find(
    (row) => row.ocpCode === ocpCode && row.httpStatus === httpStatus,
  );
  if (known !== undefined) return known.cliExitCode;
  return exitCodes[kindOfStatus[httpStatus] ?? (httpStatus > 500 ? 'remote' : 'internal')].code;
}
