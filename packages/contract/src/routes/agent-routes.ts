/** How the agent of a host comes to be trusted, and how that ends. OCP installs its agents by SSH; these paths are ours. */
import { z } from 'zod';
import { certificateRequestPem } from '../agent/certificates.ts';
import { agentEnrolment, agentHost, agentInvitation, agentRevocation } from '../resources/agent-enrolment.ts';
import type { Route } from './route.ts';

const none = z.object({});
const defaultMinutes = 15;
const mostMinutes = 60;

export const agentRoutes = {
  agentInvite: {
    method: 'POST',
    path: '/api/v2/compute/agents/invite',
    tag: 'host',
    summary: 'Make a token by which the agent of one host gets its certificate, once and soon',
    permission: { kind: 'instance', expression: 'HOST:*:CREATE' },
    pathParameters: none,
    parameters: z.object({
      host: agentHost,
      validMinutes: z.int().min(1).max(mostMinutes).default(defaultMinutes),
    }),
    answer: { kind: 'object', schema: agentInvitation },
  },
  agentEnrol: {
    method: 'POST',
    path: '/api/v2/compute/agents/enrol',
    tag: 'host',
    summary: 'Exchange a token for a certificate; called by an agent, which has no other credentials yet',
    permission: { kind: 'credentials' },
    pathParameters: none,
    parameters: z.object({
      invitation: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .meta({ description: 'Id of the token' }),
      request: certificateRequestPem,
      proof: z
        .string()
        .regex(/^[A-Za-z0-9+/]{86}==$/)
        .meta({
          description: 'Ed25519 signature, by the key whose seed is in the token, over token id and request',
        }),
    }),
    answer: { kind: 'object', schema: agentEnrolment },
  },
  agentRevoke: {
    method: 'POST',
    path: '/api/v2/compute/agents/revoke',
    tag: 'host',
    summary: 'Trust no certificate and no token of a host any more, at once and on every instance',
    permission: { kind: 'instance', expression: 'HOST:*:UPDATE' },
    pathParameters: none,
    parameters: z.object({ host: agentHost }),
    answer: { kind: 'object', schema: agentRevocation },
  },
} as const satisfies Record<string, Route>;
