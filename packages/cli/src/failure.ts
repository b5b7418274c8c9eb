/** Why a command could not do its work: words for the person, a kind or an API error for the exit code. */
import type { ExitKind } from '@openocp/contract';
import type { Check } from './answers.ts';

export class CliFailure extends Error {
  override readonly name: string = 'CliFailure';
  readonly kind: ExitKind;

  constructor(kind: ExitKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The plan says no, so nothing was asked for: the API has given no error and no number of one. */
export class PlanRefusal extends CliFailure {
  override readonly name = 'PlanRefusal';
  readonly checks: readonly Check[];
  /** The plan itself was what was asked for, and has been printed as the result. */
  readonly isShown: boolean;

  constructor(message: string, checks: readonly Check[], isShown: boolean) {
    super('refused', message);
    this.checks = checks;
    this.isShown = isShown;
  }
}

/** What the API answered instead of a result. */
export interface ApiError {
  readonly httpStatus: number;
  readonly code: number;
  readonly name?: string | undefined;
  readonly message: string;
  readonly traceId?: string | undefined;
  readonly subErrors?: readonly { readonly field: string; readonly message: string }[] | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** OCP's number for a path that the server does not have. */
const PATH_UNKNOWN = 1999;

export class ApiFailure extends CliFailure {
  override readonly name = 'ApiFailure';
  readonly error: ApiError;

  constructor(error: ApiError, request: string) {
    super('internal', wordsOf(error, request));
    this.error = error;
  }

  /** The control plane does not know the call at all: it is older than this program. */
  get isUnknownPath(): boolean {
    return this.error.code === PATH_UNKNOWN;
  }
}

function wordsOf({ code, name, message, traceId, httpStatus }: ApiError, request: string): string {
  if (code === PATH_UNKNOWN)
    return `The control plane has no ${request}: it is older than this command line. Update it, or do without this command.`;
  const trace = httpStatus >= 500 && traceId !== undefined ? ` Trace id ${traceId}.` : '';
  return `${message} (${name ?? code})${trace}`;
}
