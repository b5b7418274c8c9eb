/**
 * How the agent of a host comes to be trusted: an administrator makes a token for exactly one host, the agent exchanges
 * it for a certificate, and revoking ends both. The certificate is good from the moment it is on record.
 */
import { randomBytes } from 'node:crypto';
import { formatDateTime, formatEnrolmentToken, OcpError } from '@openocp/contract';
import { canonicalHost } from '../domain/agent-host.ts';
import type { KeyPair } from '../security/certificate-authority.ts';
import { createEnrolmentKey, isSignedBy } from '../security/enrolment-key.ts';
import type { AgentToken, AgentTrustStore, IssuedCertificate } from '../store/agent-trust.ts';
import type { App } from './app.ts';

export interface AgentEnrolmentServices {
  readonly trust: AgentTrustStore;
  readonly authority: KeyPair;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

type EnrolmentUseCases = Pick<App, 'agentInvite' | 'agentEnrol' | 'agentRevoke'>;

const tokenIdBytes = 16;
const minuteMs = 60_000;

export function createAgentEnrolment(services: AgentEnrolmentServices): EnrolmentUseCases {
  return {
    agentInvite: (_caller, input) => inviteAgent(services, input),
    agentEnrol: (_caller, input) => enrolAgent(services, input),
    agentRevoke: async (_caller, input) => {
      const host = canonicalHost(input.host);
      return { host, ...(await services.trust.revoke(host)) };
    },
  };
}

async function inviteAgent(
  { trust, authority, clock }: AgentEnrolmentServices,
  input: Parameters<App['agentInvite']>[1],
): ReturnType<App['agentInvite']> {
  const { fingerprintOf } = await import('../security/certificate-authority.ts');
  const host = canonicalHost(input.host);
  const tokenId = randomBytes(tokenIdBytes).toString('hex');
  const { seed, publicKey } = createEnrolmentKey();
  const expireTime = clock() + input.validMinutes * minuteMs;
  await trust.insertToken({ tokenId, host, publicKey, expireTime });
  const token = formatEnrolmentToken({ tokenId, seed, authority: fingerprintOf(authority.certificate) });
  return { host, token, expireTime: formatDateTime(expireTime) };
}

async function enrolAgent(
  services: AgentEnrolmentServices,
  { invitation: tokenId, request, proof }: Parameters<App['agentEnrol']>[1],
): ReturnType<App['agentEnrol']> {
  const { trust, authority, clock } = services;
  const token = await trust.fetchToken(tokenId);
  if (token === undefined || !isSignedBy(token.publicKey, tokenId, request, proof))
    throw refused('its token is not one of this control plane, or the request was changed on its way');
  rejectSpentToken(token, clock());
  const { certificate, issued } = await signForHost(authority, request, token.host, clock());
  if (!(await trust.useToken(tokenId, issued))) {
    rejectSpentToken((await trust.fetchToken(tokenId)) ?? token, clock());
    throw refused(`the token for host ${token.host} was used by somebody else at this moment`);
  }
  return { host: token.host, certificate, authority: authority.certificate };
}

/** @throws OcpError AGENT_ENROLMENT_REFUSED when the request does not fit the host. */
export async function signForHost(
  authority: KeyPair,
  request: string,
  host: string,
  now: number,
): Promise<{ readonly certificate: string; readonly issued: IssuedCertificate }> {
  const { expireTimeOf, fingerprintOf, RequestRefused, signAgentRequest } = await import(
    '../security/certificate-authority.ts'
  );
  const certificate = await signAgentRequest(authority, request, host, new Date(now)).catch(
    (error: unknown) => {
      throw error instanceof RequestRefused ? refused(error.message, error) : error;
    },
  );
  const issued = { host, fingerprint: fingerprintOf(certificate), expireTime: expireTimeOf(certificate) };
  return { certificate, issued };
}

function rejectSpentToken({ host, useTime, expireTime }: AgentToken, now: number): void {
  if (useTime !== null)
    throw refused(
      `the token for host ${host} was used or revoked at ${formatDateTime(useTime)}; if that was not this agent, revoke host ${host} (POST /api/v2/compute/agents/revoke), then make a new token`,
    );
  if (expireTime <= now)
    throw refused(
      `the token for host ${host} expired at ${formatDateTime(expireTime)}; make a new one (POST /api/v2/compute/agents/invite)`,
    );
}

function refused(reason: string, cause?: unknown): OcpError {
  return new OcpError('AGENT_ENROLMENT_REFUSED', { reason }, { cause });
}
