/** System variables of a session: the kernel's defaults, and what the session set. */
import { buildOf, type KernelVersion } from '../cluster/kernel-version.ts';
import { kernelError } from '../kernel-error.ts';
import { quoteText } from '../sql/rewrite.ts';
import { defaultTimeZone, offsetMinutes, offsetText } from '../sql/timestamp.ts';

export type VariableValue = string | number | null;

const defaults: Readonly<Record<string, VariableValue>> = {
  auto_increment_increment: 1,
  auto_increment_offset: 1,
  autocommit: 1,
  character_set_client: 'utf8mb4',
  character_set_connection: 'utf8mb4',
  character_set_database: 'utf8mb4',
  character_set_results: 'utf8mb4',
  character_set_server: 'utf8mb4',
  collation_connection: 'utf8mb4_general_ci',
  collation_database: 'utf8mb4_general_ci',
  collation_server: 'utf8mb4_general_ci',
  foreign_key_checks: 1,
  hostname: 'localhost',
  init_connect: '',
  interactive_timeout: 28800,
  last_insert_id: 0,
  license: '',
  lower_case_table_names: 1,
  max_allowed_packet: 16777216,
  net_buffer_length: 16384,
  net_read_timeout: 30,
  net_write_timeout: 60,
  ob_compatibility_mode: 'MYSQL',
  ob_query_timeout: 10000000,
  ob_trx_idle_timeout: 86400000000,
  ob_trx_timeout: 86400000000,
  performance_schema: 0,
  query_cache_size: 0,
  query_cache_type: 0,
  session_track_schema: 1,
  sql_mode: 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_AUTO_CREATE_USER',
  sql_safe_updates: 0,
  sql_select_limit: '18446744073709551615',
  time_zone: defaultTimeZone,
  transaction_isolation: 'READ-COMMITTED',
  transaction_read_only: 0,
  tx_isolation: 'READ-COMMITTED',
  tx_read_only: 0,
  unique_checks: 1,
  wait_timeout: 28800,
};

/** Those that are no constant. */
const versionVariables = ['version', 'version_comment', 'system_time_zone'];

const switches: ReadonlySet<string> = new Set([
  'autocommit',
  'foreign_key_checks',
  'performance_schema',
  'session_track_schema',
  'sql_safe_updates',
  'transaction_read_only',
  'tx_read_only',
  'unique_checks',
]);

export class SystemVariables {
  readonly #set = new Map<string, VariableValue>();
  readonly #user = new Map<string, VariableValue>();
  readonly #version: KernelVersion;

  constructor(version: KernelVersion) {
    this.#version = version;
  }

  /** `@@name`, `@@session.name`, `@name` as a literal; an unset user variable is NULL. */
  readonly literal = (text: string): string => {
    const value = text.startsWith('@@') ? this.get(systemName(text)) : this.user(text);
    return value === null ? 'NULL' : typeof value === 'number' ? String(value) : quoteText(value);
  };

  get(name: string): VariableValue {
    const value = this.#set.get(name) ?? this.#versionVariable(name) ?? defaults[name];
    if (value === undefined) throw kernelError('sysVariableUnknown', `Unknown system variable '${name}'`);
    return value;
  }

  set(name: string, value: VariableValue): void {
    const known = this.get(name);
    if (name === 'time_zone' && offsetMinutes(String(value)) === undefined) {
      throw kernelError('unknownTimeZone', `Unknown or incorrect time zone: '${value}'`);
    }
    const asNumber = typeof known === 'number' && value !== null ? numberOf(name, value) : value;
    this.#set.set(name, asNumber);
  }

  /** `@name`; null while it is not set. */
  user(text: string): VariableValue {
    return this.#user.get(text.slice(1).toLowerCase()) ?? null;
  }

  setUser(name: string, value: VariableValue): void {
    this.#user.set(name.toLowerCase(), value);
  }

  /** All of them as SHOW VARIABLES prints them: switches are ON or OFF there, and 1 or 0 in a SELECT. */
  list(): [string, string][] {
    const names = [...Object.keys(defaults), ...versionVariables].sort();
    return names.map((name) => {
      const value = this.get(name);
      return [name, switches.has(name) ? (value === 0 ? 'OFF' : 'ON') : String(value ?? '')];
    });
  }

  reset(): void {
    this.#set.clear();
    this.#user.clear();
  }

  get queryTimeoutUs(): number {
    return Number(this.get('ob_query_timeout'));
  }

  get offset(): number {
    return offsetMinutes(String(this.get('time_zone'))) ?? 0;
  }

  #versionVariable(name: string): string | undefined {
    const { full, build, date } = buildOf(this.#version);
    if (name === 'version') return `5.7.25-OceanBase_CE-v${full}`;
    // That of the host, like the kernel's.
    if (name === 'system_time_zone') return offsetText(-new Date().getTimezoneOffset());
    if (name === 'version_comment') return `OceanBase_CE ${full} (r${build}) (Built ${date})`;
    return undefined;
  }
}

export function systemName(text: string): string {
  return text
    .replace(/^@@/, '')
    .replace(/^(session|global|local)\./i, '')
    .toLowerCase();
}

function numberOf(name: string, value: string | number): number {
  const text = String(value);
  if (/^(on|true)$/i.test(text)) return 1;
  if (/^(off|false)$/i.test(text)) return 0;
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) {
    throw kernelError('wrongTypeForVariable', `Incorrect argument type to variable '${name}'`);
  }
  return number;
}
