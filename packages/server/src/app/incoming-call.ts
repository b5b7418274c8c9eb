/** What a call says about itself before it is known who calls. */
import type { IncomingHttpHeaders } from 'node:http';

export interface IncomingCall {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly clientAddress: string;
  /** All bytes of the body, in bounds; only a signed call has them read before it is admitted. */
  readonly readBody: () => Promise<Uint8Array>;
}

/** Whether it may change something. */
export function isWrite({ method }: Pick<IncomingCall, 'method'>): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
