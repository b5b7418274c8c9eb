/** Parameters as the API shows them. Pure. */
import {
  type ObParameter,
  type ObParameterInfo,
  type ParameterType,
  parameterTypes,
} from '@openocp/contract';
import { formatAddress } from '../domain/server-address.ts';
import type { ParameterRow } from '../remote/oceanbase/parameters.ts';

/** Their values hold keys and certificates; whoever may read parameters need not be told those. */
const secretParameters: ReadonlySet<string> = new Set(['external_kms_info', 'ssl_external_kms_info']);
const masked = '******';

function shownValue({ name, value }: ParameterRow): string {
  return value !== '' && secretParameters.has(name) ? masked : value;
}

/** Types of newer versions that OCP does not know are texts to its clients. */
function typeOf({ dataType }: ParameterRow): ParameterType {
  return parameterTypes.find((type) => type === dataType.toUpperCase()) ?? 'STRING';
}

const editing = ({ editLevel }: ParameterRow) => ({
  needRestart: editLevel === 'STATIC_EFFECTIVE',
  readonly: editLevel === 'READONLY',
});

export function viewParameters(rows: readonly ParameterRow[]): ObParameter[] {
  return [...Map.groupBy(rows, (row) => row.name).values()].flatMap((own) => viewParameter(own));
}

function viewParameter(rows: readonly ParameterRow[]): ObParameter[] {
  const [first] = rows;
  if (first === undefined) return [];
  const byValue = Map.groupBy(rows, shownValue);
  const servers = [...byValue].map(([value, own]): [string, string[]] => [value, own.map(formatAddress)]);
  return [
    {
      name: first.name,
      section: first.section,
      defaultValue: first.defaultValue ?? '',
      valueRange: { type: typeOf(first), allowedValues: null, maxValue: null, minValue: null },
      currentValue: {
        values: [...byValue.keys()],
        valueToServers: Object.fromEntries(servers),
        obParameters: rows.map((row) => ({
          zone: row.zone,
          svrType: 'observer',
          svrIp: row.ip,
          svrPort: row.rpcPort,
          name: row.name,
          value: shownValue(row),
        })),
        singleValueInCluster: byValue.size === 1,
      },
      ...editing(first),
      description: first.info,
    },
  ];
}

export interface ParametersOfVersion {
  readonly version: string;
  readonly rows: readonly ParameterRow[];
}

export function viewParameterInfo(lists: readonly ParametersOfVersion[]): ObParameterInfo[] {
  const known = lists.flatMap(({ version, rows }) =>
    [...new Map(rows.map((row) => [row.name, row])).values()].map((row) => ({ version, row })),
  );
  return known.map(({ version, row }, index) => ({
    id: index + 1,
    name: row.name,
    version,
    type: typeOf(row),
    allowedStringValues: null,
    maxValue: null,
    minValue: null,
    defaultValue: row.defaultValue,
    ...editing(row),
    description: row.info,
    explanation: null,
  }));
}
