/**
 * A credential in a user's own box. What is secret about it goes in and never comes out again.
 *
 * OCP documents no page for it; its tools send and read it in this form.
 */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { bool, id, secretText } from '../input.ts';

export const credentialTargets = ['HOST', 'OB_CLUSTER'] as const;
const targetType = z.enum(credentialTargets);
export type CredentialTarget = z.infer<typeof targetType>;

const sshType = z.enum(['PASSWORD', 'PRIVATE_KEY']);
const username = z.string().min(1).max(128);
/** A private key of 16384 bits has 13 KB. */
const passphrase = secretText(z.string().min(1).max(32_768));

const sshCredential = z.object({ type: sshType, username, passphrase });
const obCredential = z.object({
  clusterName: z.string().min(1).max(128),
  obClusterId: id,
  tenantName: z.string().min(1).max(128).default('sys'),
  username,
  passphrase,
});

/** Clients send an empty object for the kind that they do not mean. */
const orEmpty = <Schema extends z.ZodObject>(schema: Schema) =>
  z.preprocess(
    (value) =>
      typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value,
    schema.optional(),
  );

export const credentialParameters = z.object({
  targetType,
  name: z.string().trim().min(1).max(128),
  description: z.string().max(1024).optional(),
  validate: bool
    .optional()
    .meta({ description: 'Accepted for older clients; nothing is tried out, there is no SSH from here' }),
  sshCredentialProperty: orEmpty(sshCredential),
  obCredentialProperty: orEmpty(obCredential),
});

export const credential = z
  .object({
    id: z.int(),
    targetType,
    name: z.string(),
    description: z.string().nullable(),
    username: z.string(),
    sshCredentialProperty: sshCredential.omit({ passphrase: true }).optional(),
    obCredentialProperty: z
      .object({
        clusterName: z.string(),
        obClusterId: z.int(),
        tenantName: z.string(),
        username: z.string(),
      })
      .optional(),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'Credential' });
export type Credential = z.input<typeof credential>;
