/**
 * The one error class of the product. What users may read (`message`, `details`) and what only the log may hold
 * (`cause`) are apart from the start: an error is turned into an answer without looking at its cause.
 */
import { type ErrorCode, type ErrorKey, errorCodes } from './error-codes.ts';

/** Languages of the API; en-US is complete, another language falls back to it text by text. */
export const languages = ['en-US', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

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

/** Fills the `{placeholder}`s of an error's text. */
export function renderErrorText(
  code: ErrorCode,
  args: Readonly<Record<string, string | number>>,
  language: Language = 'en-US',
): string {
  const text = code.text[language] ?? code.text['en-US'];
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(args[name] ?? placeholder));
}

export class OcpError<Key extends ErrorKey = ErrorKey> extends Error {
  override readonly name = 'OcpError';
  readonly key: Key;
  readonly args: Readonly<Record<string, string | number>>;
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly subErrors: readonly SubError[] | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(key: Key, args: ErrorArgs<Key>, options: OcpErrorOptions = {}) {
    const code: ErrorCode = errorCodes[key];
    super(renderErrorText(code, args), options.cause === undefined ? undefined : { cause: options.cause });
    this.key = key;
    this.args = args;
    this.code = code;
    this.target = options.target;
    this.subErrors = options.subErrors;
    this.details = options.details;
  }

  text(language: Language): string {
    return renderErrorText(this.code, this.args, language);
  }
}
