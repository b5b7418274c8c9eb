/** POST /v1/certificates/request: what is to be signed for the next certificate. The key stays here. */
import type { CertificateRequestResponse } from '@openocp/contract';
import { z } from 'zod';
import type { CertificateRenewal } from '../certificate-renewal.ts';
import type { Call } from '../https-server.ts';

export function certificateRequest(renewal: CertificateRenewal, call: Call): CertificateRequestResponse {
  call.read(z.strictObject({}));
  return { request: renewal.request() };
}
