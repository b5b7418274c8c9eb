import { endpointOf } from '../address.ts';
import { isVersionAtLeast } from '../cluster/kernel-version.ts';
import { parameters } from '../parameters/catalog.ts';
import { isOfThisServer } from './server-views.ts';
import { defineView, renameView, type View, yesNo } from './view.ts';

const gvObParameters = defineView(
  'GV$OB_PARAMETERS',
  `SVR_IP varchar(46), SVR_PORT bigint, ZONE varchar(128), SCOPE varchar(64), TENANT_ID bigint, NAME varchar(128),
  DATA_TYPE varchar(128), VALUE varchar(65536), INFO varchar(4096), SECTION varchar(128), EDIT_LEVEL varchar(128),
  DEFAULT_VALUE varchar(65536), ISDEFAULT varchar(3)`,
  async ({ collect }) =>
    (await collect('parameters')).flatMap((stat) => {
      const parameter = parameters.get(stat.name);
      if (parameter === undefined) return [];
      const { ip, port } = endpointOf(stat.server);
      return {
        SVR_IP: ip,
        SVR_PORT: port,
        ZONE: stat.zone,
        SCOPE: 'CLUSTER',
        TENANT_ID: null,
        NAME: stat.name,
        DATA_TYPE: parameter.dataType,
        VALUE: stat.value,
        INFO: parameter.info,
        SECTION: parameter.section,
        EDIT_LEVEL: parameter.editLevel,
        DEFAULT_VALUE: parameter.defaultValue,
        ISDEFAULT: yesNo(stat.value === parameter.defaultValue),
      };
    }),
);

/** What SHOW PARAMETERS selects from; hidden parameters show only when they are not at their default. */
const showParameters = defineView(
  '__show_parameters',
  `zone varchar(128), svr_type varchar(16), svr_ip varchar(46), svr_port bigint, name varchar(128),
  data_type varchar(128), value varchar(65536), info varchar(4096), section varchar(128), scope varchar(64),
  source varchar(64), edit_level varchar(128), default_value varchar(65536), isdefault bigint`,
  async (context) =>
    (await gvObParameters.rows(context))
      .filter(({ NAME, ISDEFAULT }) => {
        if (!String(NAME).startsWith('_')) return true;
        // Hidden ones: newer kernels show those that somebody changed.
        return ISDEFAULT === 'NO' && isVersionAtLeast(context.version, '4.2.5');
      })
      .map((row) => ({
        zone: row.ZONE ?? null,
        svr_type: 'observer',
        svr_ip: row.SVR_IP ?? null,
        svr_port: row.SVR_PORT ?? null,
        name: row.NAME ?? null,
        data_type: row.DATA_TYPE ?? null,
        value: row.VALUE ?? null,
        info: row.INFO ?? null,
        section: row.SECTION ?? null,
        scope: row.SCOPE ?? null,
        source: 'DEFAULT',
        edit_level: row.EDIT_LEVEL ?? null,
        default_value: row.DEFAULT_VALUE ?? null,
        isdefault: row.ISDEFAULT === 'YES' ? 1 : 0,
      })),
);

export const parameterViews: readonly View[] = [
  gvObParameters,
  renameView(gvObParameters, 'V$OB_PARAMETERS', isOfThisServer),
  showParameters,
];
