/**
 * The next certificate: a key is made and waits in memory for its certificate. Asked twice, the same request is answered,
 * so that two instances of the control plane that renew at once do not spoil each other's work: the first answer counts.
 */
import { agentNameOf } from '@openocp/contract';
import { AgentFailure } from './agent-failure.ts';
import { createCertificateRequest, type PendingKey } from './certificate-request.ts';
import { belongsTo, checkIdentity, fingerprintOf, type Identity, writeIdentity } from './identity.ts';

export interface RenewalOptions {
  readonly host: string;
  /** undefined when the configuration names files. */
  readonly file: string | undefined;
  readonly current: Identity;
  /** Shows new connections the new certificate. */
  readonly use: (identity: Identity) => void;
}

export class CertificateRenewal {
  readonly #host: string;
  readonly #file: string | undefined;
  readonly #use: (identity: Identity) => void;
  #current: Identity;
  #pending: PendingKey | undefined;

  constructor({ host, file, current, use }: RenewalOptions) {
    this.#host = host;
    this.#file = file;
    this.#current = current;
    this.#use = use;
  }

  request(): string {
    this.#managedFile();
    this.#pending ??= createCertificateRequest(agentNameOf(this.#host));
    return this.#pending.request;
  }

  /**
   * @returns the fingerprint of the certificate that is shown from now on: that of another one, when it is for the key
   * that is in use already. @throws AgentFailure when it does not fit; then the old one stays.
   */
  install(certificate: string): string {
    const file = this.#managedFile();
    if (!belongsTo(certificate, this.#current.key)) {
      const { key } = this.#pending ?? this.#current;
      const next: Identity = { certificate, key, authority: this.#current.authority };
      checkIdentity(next, this.#host, new Date());
      writeIdentity(file, next);
      this.#use(next);
      this.#current = next;
      this.#pending = undefined;
    }
    return fingerprintOf(this.#current.certificate);
  }

  #managedFile(): string {
    if (this.#file !== undefined) return this.#file;
    throw new AgentFailure(
      'certificate-refused',
      'its certificate comes from files named in its configuration; renew them by hand, or take them out of the configuration and enrol the agent',
    );
  }
}
