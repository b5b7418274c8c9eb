/** An error of the kernel: its own negative code, and what a MySQL client is told. */
export class KernelError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'KernelError';
    this.code = code;
  }
}

interface ErrorDefinition {
  readonly code: number;
  readonly errno: number;
  readonly state: string;
  readonly text: string;
}

function define(code: number, errno: number, state: string, text: string): ErrorDefinition {
  return { code, errno, state, text };
}

/** Name, kernel code (where only the client's number was seen: that one), MySQL errno, SQLSTATE, default text. */
const definitions = {
  invalidArgument: define(-4002, 1210, 'HY000', 'Invalid argument'),
  notSupported: define(-4007, 1235, '0A000', 'Not supported feature or function'),
  timeout: define(-4012, 4012, 'HY000', 'Timeout'),
  unexpected: define(-4016, 4016, 'HY000', 'Internal error'),
  entryExist: define(-4017, 4017, 'HY000', 'Entry already exist'),
  entryNotExist: define(-4018, 4018, 'HY000', 'Entry not exist'),
  needRetry: define(-4036, 4036, 'HY000', 'Need retry'),
  notMaster: define(-4038, 4038, 'HY000', 'The observer or zone is not the master'),
  passwordWrong: define(-4043, 1045, '42000', 'Access denied for user'),
  sessionKilled: define(-4064, 4064, 'HY000', 'Session killed'),
  invalidConfig: define(-4147, 4147, 'HY000', 'Invalid config'),
  notAllowed: define(-4179, 4179, 'HY000', 'Operation not allowed now'),
  statementUnknown: define(-1243, 1243, 'HY000', 'Unknown prepared statement handle'),
  unknownCharacterSet: define(-1115, 1115, '42000', 'Unknown character set'),
  wrongTypeForVariable: define(-1232, 1232, '42000', 'Incorrect argument type to variable'),
  unknownTimeZone: define(-1298, 1298, 'HY000', 'Unknown or incorrect time zone'),
  resultTooLarge: define(-1301, 1301, 'HY000', 'Result was larger than max_allowed_packet'),
  hashNotExist: define(-4201, 4201, 'HY000', 'hash map/set entry not exist'),
  rpcConnect: define(-4265, 4265, 'HY000', 'Rpc connect error'),
  rsShutdown: define(-4550, 4550, 'HY000', 'rootservice is shutdown'),
  serverDeleted: define(-4628, 4628, 'HY000', 'server has already been deleted'),
  serverNotDeleting: define(-4629, 4629, 'HY000', 'server is not in deleting status'),
  notInWhiteList: define(-4630, 4630, 'HY000', 'server not in server white list'),
  zoneNotMatch: define(-4631, 4631, 'HY000', 'server zone not match'),
  zoneStatusNotMatch: define(-4633, 4633, 'HY000', 'zone status not match'),
  rsNotMaster: define(-4638, 4638, 'HY000', 'The RootServer is not the master'),
  waitLeaderSwitchTimeout: define(-4652, 4652, 'HY000', 'wait leader switch timeout'),
  zoneNotActive: define(-4655, 4655, 'HY000', 'zone not active'),
  serverNotAlive: define(-4663, 4663, 'HY000', 'server is not alive'),
  unitIsMigrating: define(-4665, 4665, 'HY000', 'Unit is migrating, can not migrate again'),
  zoneNotEmpty: define(-4668, 4668, 'HY000', 'zone not empty'),
  deleteServerNotAllowed: define(-4745, 4745, 'HY000', 'delete server not allowed'),
  serverConnection: define(-4784, 4784, 'HY000', 'Server connection error'),
  stopInMultipleZones: define(-4660, 4660, 'HY000', 'Can not stop server in multiple zones'),
  parseSql: define(
    -5001,
    1064,
    '42000',
    'You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the right syntax to use',
  ),
  tableNotExist: define(-5019, 1146, '42S02', "Table doesn't exist"),
  noPrivilege: define(
    -5036,
    1227,
    '42501',
    'Access denied; you need (at least one of) the ALTER SYSTEM privilege(s) for this operation',
  ),
  duplicateColumn: define(-5008, 1060, '42S21', 'Duplicate column name'),
  tableExist: define(-5020, 1050, '42S01', 'Table already exists'),
  duplicateEntry: define(-5024, 1062, '23000', 'Duplicate entry'),
  sysVariableUnknown: define(-5044, 1193, 'HY000', 'Unknown system variable'),
  noDatabase: define(-5046, 1046, '3D000', 'No database selected'),
  functionUnknown: define(-5055, 1305, '42000', 'FUNCTION does not exist'),
  ambiguousColumn: define(-5052, 1052, '23000', 'Column is ambiguous'),
  unknownConnection: define(-1094, 1094, 'HY000', 'Unknown thread id'),
  interrupted: define(-5065, 1317, '70100', 'Query execution was interrupted'),
  configUnknown: define(-5099, 5099, '42000', 'System config unknown'),
  unknownTable: define(-5051, 1051, '42S02', 'Unknown table'),
  databaseExist: define(-5156, 1007, 'HY000', "Can't create database; database exists"),
  databaseNotExist: define(-5158, 1008, 'HY000', "Can't drop database; database doesn't exist"),
  dataTooLong: define(-5167, 1406, '22001', 'Data too long for column'),
  outOfRange: define(-5222, 1264, '22003', 'Out of range value for column'),
  wrongValue: define(-5223, 1366, 'HY000', 'Incorrect value for column'),
  columnCount: define(-5226, 1136, '21S01', "Column count doesn't match value count"),
  keyColumn: define(-5228, 1072, '42000', "Key column doesn't exist in table"),
  noDefault: define(-5233, 1364, 'HY000', "Field doesn't have a default value"),
  badNull: define(-5235, 1048, '23000', 'Column cannot be null'),
  wrongTime: define(-5236, 1292, '22007', 'Incorrect datetime value'),
  badDatabase: define(-5154, 1049, '42000', 'Unknown database'),
  tenantNotExist: define(-5157, 5157, 'HY000', 'Unknown tenant'),
  badField: define(-5217, 1054, '42S22', 'Unknown column'),
  packetTooLarge: define(-1153, 1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes"),
  fetchOutOfSequence: define(-5931, 5931, 'HY000', 'fetch out of sequence'),
  emptyQuery: define(-5253, 1065, '42000', 'Query was empty'),
  serverInit: define(-8001, 8001, '08004', 'Server is initializing'),
  serverStopping: define(-8002, 8002, '08004', 'Server is stopping'),
} as const satisfies Record<string, ErrorDefinition>;

export type KernelErrorName = keyof typeof definitions;

const byCode = new Map<number, ErrorDefinition>(Object.values(definitions).map((one) => [one.code, one]));

// Errors travel between servers by their code.
if (byCode.size < Object.keys(definitions).length) throw new Error('two kernel errors have the same code');

export function kernelError(name: KernelErrorName, text?: string): KernelError {
  const { code, text: defaultText } = definitions[name];
  return new KernelError(code, text ?? defaultText);
}

export function isKernelError(error: unknown, name: KernelErrorName): boolean {
  return error instanceof KernelError && error.code === definitions[name].code;
}

/** `Timeout, query has reached ...` with the timeout that was reached. */
export function queryTimeout(timeoutUs: number): KernelError {
  return kernelError(
    'timeout',
    `Timeout, query has reached the maximum query timeout: ${timeoutUs}(us), maybe you can adjust the session variable ob_query_timeout or query_timeout hint, and try again.`,
  );
}

/** The kernel appends ` not allowed` to every text of this error. */
export function notAllowed(what: string): KernelError {
  return kernelError('notAllowed', `${what} not allowed`);
}

/** What goes into the error packet. Codes without a MySQL counterpart keep their own number. */
export function mysqlErrorOf(error: KernelError): { errno: number; state: string; text: string } {
  const known = byCode.get(error.code);
  return {
    errno: known?.errno ?? Math.abs(error.code) & 0xffff,
    state: known?.state ?? 'HY000',
    text: error.message.slice(0, 512),
  };
}
