/** Everybody's own access keys. A secret leaves the house once, in the answer that makes it. */
import { randomBytes, randomInt } from 'node:crypto';
import { type AccessKeyView, formatDateTime, MAX_ACCESS_KEYS, OcpError } from '@openocp/contract';
import type { AccessKey, AccessKeyStore } from '../store/access-keys.ts';
import type { App } from './app.ts';

type AccessKeyUseCases = Pick<
  App,
  'accessKeyList' | 'accessKeyCreate' | 'accessKeyEnable' | 'accessKeyDisable' | 'accessKeyDelete'
>;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 16;
const SECRET_BYTES = 16;

const createId = () =>
  Array.from({ length: ID_LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');

function view(key: AccessKey, offsetMinutes: number): AccessKeyView {
  const { accessKeyId, status, description, createTime, updateTime } = key;
  return {
    accessKeyId,
    status,
    description,
    createTime: formatDateTime(createTime, offsetMinutes),
    updateTime: formatDateTime(updateTime, offsetMinutes),
  };
}

const missing = (accessKeyId: string) =>
  new OcpError('NOT_FOUND', { resource: 'access key of yours named', id: accessKeyId });

export function createAccessKeys(keys: AccessKeyStore, offsetMinutes: number): AccessKeyUseCases {
  async function setStatus(
    userId: number,
    accessKeyId: string,
    status: AccessKey['status'],
  ): Promise<AccessKeyView> {
    const key = await keys.updateStatus(userId, accessKeyId, status);
    if (key === undefined) throw missing(accessKeyId);
    return view(key, offsetMinutes);
  }

  return {
    accessKeyList: async ({ userId }) => (await keys.list(userId)).map((key) => view(key, offsetMinutes)),
    accessKeyCreate: async ({ userId }, { description }) => {
      const secret = randomBytes(SECRET_BYTES).toString('hex');
      const key = await keys.insert(
        { accessKeyId: createId(), userId, secret, description },
        MAX_ACCESS_KEYS,
      );
      if (key === undefined) throw new OcpError('ACCESS_KEY_LIMIT', { limit: MAX_ACCESS_KEYS });
      return { ...view(key, offsetMinutes), accessKeySecret: secret };
    },
    accessKeyEnable: ({ userId }, { accessKeyId }) => setStatus(userId, accessKeyId, 'ENABLED'),
    accessKeyDisable: ({ userId }, { accessKeyId }) => setStatus(userId, accessKeyId, 'DISABLED'),
    accessKeyDelete: async ({ userId }, { accessKeyId }) => {
      const outcome = await keys.deleteDisabled(userId, accessKeyId);
      if (outcome === 'missing') throw missing(accessKeyId);
      if (outcome === 'enabled') throw new OcpError('ACCESS_KEY_IN_USE', { accessKeyId });
    },
  };
}
