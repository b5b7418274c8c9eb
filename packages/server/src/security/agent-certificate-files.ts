/** Writes what an agent needs to be known: its certificate and key, and the authority it trusts. For agents without enrolment. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentNameOf } from '@openocp/contract';
import { issueCertificate, type KeyPair } from './certificate-authority.ts';

/** @returns the certificate, to be put on record. */
export async function writeAgentCertificate(
  authority: KeyPair,
  host: string,
  folder: string,
  now: Date,
): Promise<string> {
  const own = await issueCertificate(
    authority,
    { commonName: agentNameOf(host), hosts: [host], usage: 'server' },
    now,
  );
  const target = join(folder, host);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  writeFileSync(join(target, 'agent.crt'), own.certificate, { mode: 0o644 });
  writeFileSync(join(target, 'agent.key'), own.key, { mode: 0o600 });
  writeFileSync(join(target, 'ca.crt'), authority.certificate, { mode: 0o644 });
  return own.certificate;
}
