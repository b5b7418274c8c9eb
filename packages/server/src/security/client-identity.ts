/** What the control plane shows to agents: made by each process for itself, kept in its memory alone. */
import { controlPlaneName, issueCertificate, type KeyPair } from './certificate-authority.ts';
import { clientLifeMs } from './certificate-lives.ts';

/** @param now epoch milliseconds */
export async function issueClientIdentity(authority: KeyPair, now: number) {
  const request = { commonName: controlPlaneName, hosts: [], usage: 'client', lifeMs: clientLifeMs } as const;
  const own = await issueCertificate(authority, request, new Date(now));
  const validity = { renewAfterMs: (2 / 3) * clientLifeMs, expireTime: now + clientLifeMs };
  return { ...own, authority: authority.certificate, ...validity };
}
