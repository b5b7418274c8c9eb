/** Host types: names for kinds of machines, which a take-over gives to the hosts of its cluster. */
import { formatDateTime, type HostType, OcpError } from '@openocp/contract';
import type { HostTypeRow, HostTypeStore } from '../store/host-types.ts';
import type { App } from './app.ts';
import { pageOf } from './list-page.ts';

export interface HostTypeServices {
  readonly hostTypes: HostTypeStore;
}

type HostTypeUseCases = Pick<App, 'hostTypeList' | 'hostTypeGet' | 'hostTypeCreate' | 'hostTypeDelete'>;

export function createHostTypes({ hostTypes }: HostTypeServices): HostTypeUseCases {
  async function require(id: number): Promise<HostTypeRow> {
    const found = await hostTypes.fetch(id);
    if (found === undefined) throw new OcpError('NOT_FOUND', { resource: 'host type', id });
    return found;
  }
  return {
    hostTypeList: async (_caller, input) => pageOf((await hostTypes.list()).map(viewHostType), input),
    hostTypeGet: async (_caller, { hostTypeId }) => viewHostType(await require(hostTypeId)),
    async hostTypeCreate(_caller, { name, description }) {
      const created = await hostTypes.insert(name, description ?? null);
      if (created === undefined) throw new OcpError('DUPLICATE_NAME', { resource: 'host type', name });
      return viewHostType(created);
    },
    async hostTypeDelete(_caller, { hostTypeId }) {
      const { name } = await require(hostTypeId);
      const users = await hostTypes.listClusters(hostTypeId);
      if (users.length > 0) {
        const reason = `the hosts of cluster ${users.join(', ')} are of type ${name}`;
        throw new OcpError('CONFLICT', { reason }, { details: { clusterIds: users } });
      }
      await hostTypes.delete(hostTypeId);
      return undefined;
    },
  };
}

function viewHostType({ createTime, updateTime, ...row }: HostTypeRow): HostType {
  return { ...row, createTime: formatDateTime(createTime), updateTime: formatDateTime(updateTime) };
}
