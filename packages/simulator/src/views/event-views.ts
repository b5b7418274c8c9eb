import { endpointOf } from '../address.ts';
import type { EventRow } from '../cluster/rows.ts';
import { defineView, type View, type ViewRow } from './view.ts';

const pairColumns = [1, 2, 3, 4, 5, 6].map(
  (number) => `NAME${number} varchar(256), VALUE${number} varchar(512)`,
);

function eventRow(row: EventRow): ViewRow {
  const { ip, port } = endpointOf(row.rs);
  const pairs: Record<string, string> = {};
  for (let index = 0; index < 6; index += 1) {
    const [name, value] = row.pairs[index] ?? ['', ''];
    pairs[`NAME${index + 1}`] = name;
    pairs[`VALUE${index + 1}`] = value;
  }
  return {
    TIMESTAMP: row.time,
    MODULE: row.module,
    EVENT: row.event,
    ...pairs,
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

export const eventViews: readonly View[] = [rootserviceEvents];
