import { endpointOf } from '../address.ts';
import { isOfThisServer } from './server-views.ts';
import { defineView, renameView, type View } from './view.ts';

const serverSchemaInfo = defineView(
  'GV$OB_SERVER_SCHEMA_INFO',
  `SVR_IP varchar(46), SVR_PORT bigint, TENANT_ID bigint, REFRESHED_SCHEMA_VERSION bigint,
  RECEIVED_SCHEMA_VERSION bigint, SCHEMA_COUNT bigint, SCHEMA_SIZE bigint, MIN_SSTABLE_SCHEMA_VERSION bigint`,
  async ({ collect, tenantId }) =>
    (await collect('schemaStat'))
      .filter((stat) => tenantId === 1 || stat.tenantId === tenantId)
      .map((stat) => {
        const { ip, port } = endpointOf(stat.server);
        return {
          SVR_IP: ip,
          SVR_PORT: port,
          TENANT_ID: stat.tenantId,
          REFRESHED_SCHEMA_VERSION: stat.refreshedVersion,
          RECEIVED_SCHEMA_VERSION: stat.refreshedVersion,
          SCHEMA_COUNT: 1700,
          SCHEMA_SIZE: 1_500_000,
          MIN_SSTABLE_SCHEMA_VERSION: -1,
        };
      }),
  { anyTenant: true },
);

export const schemaViews: readonly View[] = [
  serverSchemaInfo,
  renameView(serverSchemaInfo, 'V$OB_SERVER_SCHEMA_INFO', isOfThisServer),
];
