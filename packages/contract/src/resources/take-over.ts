/** Taking a running cluster over into this control plane. OCP documents no page for it; its tools call it like this. */
import { z } from 'zod';
import { homePath } from '../agent/protocol.ts';
import { agentUrl, bool, hostAddress, id, port, secretText } from '../input.ts';
import { messageText } from '../words/word-fields.ts';

const password = secretText(z.string().max(256));

/** Additive: how to reach the agent of one host. Without one, whatever SQL alone can do works. */
export const takeOverAgent = z.object({
  /** The host's address as the cluster knows it (the `ip` of its servers). */
  host: hostAddress,
  url: agentUrl,
  /** The homes of the servers on that host; may be left out where one host has one server. */
  servers: z
    .array(z.object({ port, home: homePath }))
    .max(64)
    .optional(),
});

export const takeOverParameters = z.object({
  connectionMode: z.enum(['direct']),
  /** Any server of the cluster. */
  address: hostAddress,
  /** Its SQL port. */
  port,
  /** Password of root@sys. */
  rootSysPassword: password,
  proxyroPassword: password.optional(),
  switchConfigUrl: bool.optional(),
  saveToCredential: bool.optional(),
  hostInfo: z
    .object({
      kind: z.string().max(64).optional(),
      hostTypeId: id.optional(),
      sshPort: port.optional(),
      credentialId: id.optional(),
    })
    .optional(),
  agents: z.array(takeOverAgent).max(1000).optional(),
  guard: bool.optional().meta({
    default: true,
    description:
      'Keep a second control plane out by a row in the cluster itself (database openocp of its sys tenant)',
  }),
  adopt: bool.optional().meta({
    default: false,
    description:
      'Take the cluster over although another control plane operates it: only when that one no longer runs',
  }),
});
export type TakeOverParameters = z.output<typeof takeOverParameters>;

export const preCheckAnswer = z
  .object({
    clusterName: z.string().optional(),
    obClusterId: z.int().optional(),
    result: z.object({
      valid: z.boolean(),
      /** What stands against it, one sentence each; empty when valid. */
      messages: z.array(messageText),
      notes: z.array(messageText).meta({ description: 'Worth knowing, and no obstacle' }),
    }),
  })
  .meta({ id: 'TakeOverPreCheck' });
export type PreCheckAnswer = z.input<typeof preCheckAnswer>;

/** How the agent of one server was found. */
export const agentConnection = z
  .object({
    serverId: z.int(),
    /** `ip:rpcPort` */
    address: z.string(),
    connected: z.boolean(),
    message: messageText.meta({ description: 'Which agent and home, or why there is no connection' }),
  })
  .meta({ id: 'AgentConnection' });
