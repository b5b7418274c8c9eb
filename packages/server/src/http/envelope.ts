/** Builds OCP's envelope around data and errors. */
import {
  derivePageInfo,
  type ErrorBody,
  type ErrorEnvelope,
  type Language,
  type OcpError,
  type PageOf,
  translateMessage,
} from '@openocp/contract';

/** What every envelope says about its request and its answer. */
export interface AnswerMeta {
  /** Formatted time of the answer. */
  readonly timestamp: string;
  readonly durationMs: number;
  readonly traceId: string;
  /** Address of this instance. */
  readonly server: string;
}

const SUCCESS_STATUS = 200;

const common = ({ timestamp, durationMs, traceId, server }: AnswerMeta, status: number) => ({
  timestamp,
  duration: durationMs,
  status,
  traceId,
  server,
});

/** Page number and size of the request, for answers that are pages. */
export interface RequestedPage {
  readonly page: number;
  readonly size: number;
}

function dataOf(kind: 'object' | 'list' | 'page', output: unknown, requested: RequestedPage): unknown {
  if (kind === 'object') return output;
  if (kind === 'list') return { contents: output };
  // The route table ties this kind to use cases that answer a page.
  const { contents, totalElements } = output as PageOf<unknown>;
  return { contents, page: derivePageInfo(requested.page, requested.size, totalElements) };
}

/** One compact line of JSON. */
export function renderSuccess(
  kind: 'object' | 'list' | 'page' | 'empty',
  output: unknown,
  requested: RequestedPage,
  meta: AnswerMeta,
): string {
  const data = kind === 'empty' ? {} : { data: dataOf(kind, output, requested) };
  return JSON.stringify({ ...data, successful: true, ...common(meta, SUCCESS_STATUS) });
}

function errorBodyOf(error: OcpError, language: Language): ErrorBody {
  return {
    code: error.code.ocpCode,
    name: error.code.ocpName,
    message: error.text(language),
    ...(error.target === undefined ? {} : { target: error.target }),
    ...(error.subErrors === undefined
      ? {}
      : {
          subErrors: error.subErrors.map(({ field, message }) => ({
            field,
            message: translateMessage(message, language),
          })),
        }),
    ...(error.details === undefined ? {} : { details: { ...error.details } }),
  };
}

export function renderError(error: OcpError, language: Language, meta: AnswerMeta): string {
  const envelope: ErrorEnvelope = {
    error: errorBodyOf(error, language),
    successful: false,
    ...common(meta, error.code.httpStatus),
  };
  return JSON.stringify(envelope);
}
