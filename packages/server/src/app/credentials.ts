/** The credentials of the user who calls. They are kept sealed; no use case answers what is secret about one. */
import { type Credential, type CredentialTarget, formatDateTime, OcpError } from '@openocp/contract';
import type { CredentialRow, CredentialStore, NewCredential } from '../store/credentials.ts';
import type { App, Caller } from './app.ts';
import { pageOf } from './list-page.ts';

export interface CredentialServices {
  readonly credentials: CredentialStore;
}

type CredentialUseCases = Pick<App, 'credentialList' | 'credentialCreate' | 'credentialDelete'>;
type Input = Parameters<App['credentialCreate']>[1];

export function createCredentials({ credentials }: CredentialServices): CredentialUseCases {
  return {
    async credentialList({ userId }, { targetType, name, ...page }) {
      const own = (await credentials.list(userId))
        .map(viewCredential)
        .filter((each) => targetType === undefined || each.targetType === targetType)
        .filter((each) => name === undefined || each.name.toLowerCase().includes(name.toLowerCase()));
      return pageOf(own, page);
    },
    async credentialCreate(caller, input) {
      const created = await credentials.insert(readCredential(caller, input));
      if (created !== undefined) return viewCredential(created);
      throw new OcpError('DUPLICATE_NAME', { resource: 'credential', name: input.name }, { target: 'name' });
    },
    async credentialDelete({ userId }, { credentialId }) {
      if (await credentials.delete(userId, credentialId)) return undefined;
      throw new OcpError('NOT_FOUND', { resource: 'credential', id: credentialId });
    },
  };
}

/** @throws OcpError INVALID_PARAMETER when what its kind needs is not there */
function readCredential({ userId }: Caller, input: Input): NewCredential {
  const common = {
    userId,
    targetType: input.targetType,
    name: input.name,
    description: input.description ?? null,
  };
  if (input.targetType === 'HOST') {
    const { type, username, passphrase } = requireProperty(input, 'sshCredentialProperty');
    return { ...common, username, properties: { type }, secret: passphrase };
  }
  const { username, passphrase, ...properties } = requireProperty(input, 'obCredentialProperty');
  return { ...common, username, properties, secret: passphrase };
}

function requireProperty<Name extends 'sshCredentialProperty' | 'obCredentialProperty'>(
  input: Input,
  name: Name,
): NonNullable<Input[Name]> {
  const property = input[name];
  if (property !== undefined) return property;
  const reason = `a credential of targetType ${input.targetType} needs it`;
  throw new OcpError('INVALID_PARAMETER', { parameter: name, reason }, { target: name });
}

function viewCredential(row: CredentialRow): Credential {
  const targetType: CredentialTarget = row.targetType === 'OB_CLUSTER' ? 'OB_CLUSTER' : 'HOST';
  return {
    id: row.id,
    targetType,
    name: row.name,
    description: row.description,
    username: row.username,
    ...(targetType === 'HOST' ? viewSsh(row) : viewOb(row)),
    createTime: formatDateTime(row.createTime),
    updateTime: formatDateTime(row.updateTime),
  };
}

function viewSsh({ username, properties }: CredentialRow): Pick<Credential, 'sshCredentialProperty'> {
  const type = properties.type === 'PRIVATE_KEY' ? 'PRIVATE_KEY' : 'PASSWORD';
  return { sshCredentialProperty: { type, username } };
}

function viewOb({ username, properties }: CredentialRow): Pick<Credential, 'obCredentialProperty'> {
  return {
    obCredentialProperty: {
      clusterName: String(properties.clusterName ?? ''),
      obClusterId: Number(properties.obClusterId ?? 0),
      tenantName: String(properties.tenantName ?? ''),
      username,
    },
  };
}

/** Keeps the password of root@sys of a cluster for the user who has just changed it. */
export async function keepClusterCredential(
  { credentials }: CredentialServices,
  { userId }: Caller,
  cluster: { readonly name: string; readonly obClusterId: number },
  password: string,
): Promise<void> {
  await credentials.save({
    userId,
    targetType: 'OB_CLUSTER',
    name: `${cluster.name}:${cluster.obClusterId}`,
    description: null,
    username: 'root',
    properties: { clusterName: cluster.name, obClusterId: cluster.obClusterId, tenantName: 'sys' },
    secret: password,
  });
}
