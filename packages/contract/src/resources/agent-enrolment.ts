/** Tokens by which agents enrol; see `agent/certificates.ts` for what is in one. */
import { z } from 'zod';
import { certificatePem } from '../agent/certificates.ts';
import { dateTime } from '../date-time.ts';

export const agentHost = z
  .union([z.ipv4(), z.ipv6(), z.hostname()])
  .meta({ description: 'Address or name of the host, as it stands in the URL of its agent' });

export const agentInvitation = z
  .object({
    host: z.string(),
    token: z.string().meta({ description: 'Shown in this answer and never again; good once' }),
    expireTime: dateTime,
  })
  .meta({ id: 'AgentInvitation' });

export const agentEnrolment = z
  .object({
    host: z.string(),
    certificate: certificatePem,
    authority: certificatePem.meta({
      description: 'The authority of the control plane; its fingerprint is in the token',
    }),
  })
  .meta({ id: 'AgentEnrolment' });

export const agentRevocation = z
  .object({
    host: z.string(),
    certificates: z.int().meta({ description: 'How many certificates were good until now' }),
    tokens: z.int().meta({ description: 'How many tokens could still have been used' }),
  })
  .meta({ id: 'AgentRevocation' });
