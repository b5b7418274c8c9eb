/** POST /v1/certificates/install: from the next connection on, this agent shows another certificate. */
import { type CertificateInstallResponse, certificateInstallRequest } from '@openocp/contract';
import type { CertificateRenewal } from '../certificate-renewal.ts';
import type { Call } from '../https-server.ts';

export function certificateInstall(renewal: CertificateRenewal, call: Call): CertificateInstallResponse {
  return { fingerprint: renewal.install(call.read(certificateInstallRequest).certificate) };
}
