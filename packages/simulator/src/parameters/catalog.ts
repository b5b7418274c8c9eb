/** Parameters this server knows: kernel ones that tools look at, and the simulator's own. */
import { parseDurationMs } from '../timing.ts';

export interface Parameter {
  readonly name: string;
  readonly dataType: 'TIME' | 'BOOL' | 'INT' | 'STRING' | 'CAPACITY' | 'DOUBLE';
  readonly defaultValue: string;
  readonly section: string;
  readonly editLevel: 'DYNAMIC_EFFECTIVE' | 'STATIC_EFFECTIVE' | 'READONLY';
  readonly info: string;
  /** Inclusive bounds in milliseconds, for TIME. */
  readonly minMs?: number;
  readonly maxMs?: number;
}

type Definition = readonly [
  name: string,
  dataType: Parameter['dataType'],
  defaultValue: string,
  section: string,
  info: string,
  more?: Partial<Parameter>,
];

const second = 1000;
const definitions: readonly Definition[] = [
  [
    'lease_time',
    'TIME',
    '10s',
    'ROOT_SERVICE',
    'Lease for current heartbeat',
    { minMs: second, maxMs: 300 * second },
  ],
  [
    'server_permanent_offline_time',
    'TIME',
    '3600s',
    'ROOT_SERVICE',
    'the time interval between any two heartbeats beyond which a server is considered to be permanently offline',
    { minMs: 20 * second },
  ],
  [
    'migration_disable_time',
    'TIME',
    '3600s',
    'ROOT_SERVICE',
    'the duration in which the observer stays in the block_migrate_in status',
  ],
  [
    'server_check_interval',
    'TIME',
    '30s',
    'ROOT_SERVICE',
    'the time interval between schedules of a task that examines the __all_server table',
  ],
  [
    'rpc_timeout',
    'TIME',
    '2s',
    'RPC',
    'the time during which a RPC request is permitted to execute before it is terminated',
  ],
  [
    'internal_sql_execute_timeout',
    'TIME',
    '30s',
    'OBSERVER',
    'the number of microseconds an internal DML request is permitted to execute',
  ],
  [
    'enable_rereplication',
    'BOOL',
    'True',
    'LOAD_BALANCE',
    'specifies whether the partition auto-replication is turned on or not',
  ],
  [
    'enable_rebalance',
    'BOOL',
    'True',
    'LOAD_BALANCE',
    'specifies whether the tenant load-balancing is enabled',
  ],
  [
    'enable_rich_error_msg',
    'BOOL',
    'False',
    'OBSERVER',
    'specifies whether add ip:port, time and trace id to user error message',
  ],
  ['enable_sql_audit', 'BOOL', 'True', 'OBSERVER', 'specifies whether SQL audit is turned on'],
  [
    'arbitration_timeout',
    'TIME',
    '5s',
    'OBSERVER',
    'The timeout before automatically degrading when arbitration member exists',
  ],
  ['cpu_count', 'INT', '16', 'OBSERVER', 'the number of CPU cores in the system'],
  [
    'memory_limit',
    'CAPACITY',
    '16G',
    'OBSERVER',
    'the size of the memory reserved for internal use(for testing purpose)',
  ],
  ['system_memory', 'CAPACITY', '2G', 'OBSERVER', 'the memory reserved for internal use'],
  ['datafile_size', 'CAPACITY', '64G', 'SSTABLE', 'size of the data file'],
  ['log_disk_size', 'CAPACITY', '48G', 'LOGSERVICE', 'the size of disk space used by the log files'],
  [
    '__sim_multi_zone_check',
    'STRING',
    'on',
    'SIMULATOR',
    'off: servers may be stopped in several zones at once',
  ],
];

const readOnly: readonly Definition[] = [
  ['cluster', 'STRING', 'obcluster', 'OBSERVER', 'Name of the cluster', { editLevel: 'DYNAMIC_EFFECTIVE' }],
  ['cluster_id', 'INT', '1', 'OBSERVER', 'ID of the cluster', { editLevel: 'DYNAMIC_EFFECTIVE' }],
  ['zone', 'STRING', 'zone1', 'OBSERVER', 'specifies the zone name'],
  ['rpc_port', 'INT', '2882', 'OBSERVER', 'the port number for RPC protocol'],
  ['mysql_port', 'INT', '2881', 'OBSERVER', 'port number for mysql connection'],
  ['local_ip', 'STRING', '', 'OBSERVER', 'the IP address of the machine on which the ObServer resides'],
  [
    'rootservice_list',
    'STRING',
    '',
    'LOCATION_CACHE',
    'a list of servers against which the election candidate is checked for validation',
  ],
  ['data_dir', 'STRING', 'store', 'SSTABLE', 'the directory for the data file'],
  ['_display_mysql_version', 'STRING', '5.7.25', 'OBSERVER', 'dynamic mysql version of mysql mode observer'],
];

function parameterOf([name, dataType, defaultValue, section, info, more]: Definition): Parameter {
  return { name, dataType, defaultValue, section, info, editLevel: 'DYNAMIC_EFFECTIVE', ...more };
}

export const parameters: ReadonlyMap<string, Parameter> = new Map(
  [
    ...definitions.map(parameterOf),
    ...readOnly.map((one) => ({ ...parameterOf(one), editLevel: 'READONLY' as const })),
  ].map((parameter) => [parameter.name, parameter]),
);

/** False for a value the kernel would refuse with 4147. */
export function isValidValue(parameter: Parameter, value: string): boolean {
  switch (parameter.dataType) {
    case 'TIME': {
      const milliseconds = parseDurationMs(value);
      if (milliseconds === undefined) return false;
      const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = parameter;
      return milliseconds >= minMs && milliseconds <= maxMs;
    }
    case 'BOOL':
      return /^(true|false|on|off|yes|no|1|0|t|f)$/i.test(value);
    case 'INT':
      return /^-?\d+$/.test(value);
    case 'DOUBLE':
      return /^-?\d+(\.\d+)?$/.test(value);
    case 'CAPACITY':
      return /^\d+(\.\d+)?[bkmgtp]?b?$/i.test(value);
    case 'STRING':
      return true;
  }
}

/** BOOL values are shown as `True` and `False`. */
export function normalisedValue(parameter: Parameter, value: string): string {
  if (parameter.dataType !== 'BOOL') return value;
  return /^(true|on|yes|1|t)$/i.test(value) ? 'True' : 'False';
}
