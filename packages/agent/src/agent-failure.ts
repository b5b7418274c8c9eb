/** The one error class of the agent: a code of the protocol and a text for the operator. */
import type { AgentError } from '@openocp/contract';

export type FailureCode = AgentError['error'];

export class AgentFailure extends Error {
  override readonly name = 'AgentFailure';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where failures leave the process as HTTP. */
export const statusOfFailure: Readonly<Record<FailureCode, number>> = {
  'invalid-request': 400,
  'home-not-allowed': 403,
  'home-not-found': 404,
  'home-not-usable': 422,
  'fence-too-old': 409,
  'identity-mismatch': 409,
  'port-in-use': 409,
  'certificate-refused': 409,
  'start-failed': 422,
  internal: 500,
};

/** True for an error of the operating system with one of these codes, for example `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}

/** The texts of an error and of what caused it, on one line. */
export function messageOf(error: unknown): string {
  const texts: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    texts.push(each.message);
  }
  return texts.join(': ');
}
