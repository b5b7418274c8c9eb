import { endpointOf } from '../address.ts';
import type { EventRow } from '../cluster/rows.ts';
import { defineView, type View, type ViewRow } from './view.ts';

const pairColumns = [1, 2, 3, 4, 5, 6].map(
  (number) => `NAME${number} varchar(256), VALUE${number} varchar(512)`,
);

function pairsOf({ pairs }: Pick<EventRow, 'pairs'>): ViewRow {
  const row: Record<string, string> = {};
  for (let index = 0; index < 6; index += 1) {
    const [name, value] = pairs[index] ?? ['', ''];
    row[`NAME${index + 1}`] = name;
    row[`VALUE${index + 1}`] = value;
  }
  return row;
}

function eventRow(row: EventRow): ViewRow {
  const { ip, port } = endpointOf(row.rs);
  return {
    TIMESTAMP: row.time,
    MODULE: row.module,
    EVENT: row.event,
    ...pairsOf(row),
    EXTRA_INFO: row.extraInfo,
    RS_SVR_IP: ip,
    RS_SVR_PORT: port,
  };
}

const rootserviceEvents = defineView(
  'DBA_OB_ROOTSERVICE_EVENT_HISTORY',
  `TIMESTAMP timestamp(6), MODULE varchar(64), EVENT varchar(64), ${pairColumns.join(', ')}, EXTRA_INFO varchar(512),
  RS_SVR_IP varchar(46), RS_SVR_PORT bigint`,
  async ({ current }) => [...(await current()).tables.events.values()].map(eventRow),
);

/** Of the reachable servers. */
const serverEvents = defineView(
  'DBA_OB_SERVER_EVENT_HISTORY',
  `TIMESTAMP timestamp(6), SVR_IP varchar(46), SVR_PORT bigint, MODULE varchar(64), EVENT varchar(64),
  ${pairColumns.join(', ')}, EXTRA_INFO varchar(512)`,
  async ({ collect }) =>
    (await collect('serverEvents')).map((row) => {
      const { ip, port } = endpointOf(row.server);
      return {
        TIMESTAMP: row.time,
        SVR_IP: ip,
        SVR_PORT: port,
        MODULE: row.module,
        EVENT: row.event,
        ...pairsOf(row),
        EXTRA_INFO: '',
      };
    }),
);

export const eventViews: readonly View[] = [rootserviceEvents, serverEvents];
