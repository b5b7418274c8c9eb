/**
 * The one error class of the product. What users may read (`message`, `details`) and what only the log may hold
 * (`cause`) are apart from the start: an error is turned into an answer without looking at its cause.
 */
import { type ErrorCode, type ErrorKey, errorCodes } from './error-codes.ts';
import type { Language } from './words/languages.ts';
import { fillPlaceholders, type Placeholders } from './words/placeholders.ts';
import { translateMessage } from './words/translate-words.ts';
import { zhCn } from './words/zh-cn/catalogue.ts';

export type ErrorArgs<Key extends ErrorKey> = Readonly<
  Record<Placeholders<(typeof errorCodes)[Key]['text']['en-US']>, string | number>
>;

/** One finding about one input field; OCP's form of a validation error. */
export interface SubError {
  readonly field: string;
  readonly message: string;
}

export interface OcpErrorOptions {
  /** For the log only, never for an answer. */
  readonly cause?: unknown;
  /** What the error is about, for example the name of a parameter. */
  readonly target?: string;
  readonly subErrors?: readonly SubError[];
  /** Public, machine-readable, additive to OCP's form. No secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

type Args = Readonly<Record<string, string | number>>;

/** Reasons in an error are messages of their own. */
function renderErrorText(key: ErrorKey, args: Args, language: Language): string {
  if (language === 'en-US') return fillPlaceholders(errorCodes[key].text[language], args);
  const translated = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' ? translateMessage(value, language) : value,
  ]);
  return fillPlaceholders(zhCn.errors[key], Object.fromEntries(translated));
}

export class OcpError<Key extends ErrorKey = ErrorKey> extends Error {
  override readonly name = 'OcpError';
  readonly key: Key;
  readonly args: Args;
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly subErrors: readonly SubError[] | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(key: Key, args: ErrorArgs<Key>, options: OcpErrorOptions = {}) {
    const code: ErrorCode = errorCodes[key];
    super(
      renderErrorText(key, args, 'en-US'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.key = key;
    this.args = args;
    this.code = code;
    this.target = options.target;
    this.subErrors = options.subErrors;
    this.details = options.details;
  }

  text(language: Language): string {
    return renderErrorText(this.key, this.args, language);
  }
}
