export const capability = {
  longPassword: 1,
  foundRows: 1 << 1,
  longFlag: 1 << 2,
  connectWithDatabase: 1 << 3,
  odbc: 1 << 6,
  ignoreSpace: 1 << 8,
  protocol41: 1 << 9,
  ssl: 1 << 11,
  transactions: 1 << 13,
  secureConnection: 1 << 15,
  multiStatements: 1 << 16,
  multiResults: 1 << 17,
  preparedMultiResults: 1 << 18,
  pluginAuth: 1 << 19,
  connectAttributes: 1 << 20,
  pluginAuthLengthEncoded: 1 << 21,
  sessionTrack: 1 << 23,
} as const;

/** Announced to clients. */
export const serverCapabilities =
  capability.longPassword |
  capability.foundRows |
  capability.longFlag |
  capability.connectWithDatabase |
  capability.ignoreSpace |
  capability.protocol41 |
  capability.ssl |
  capability.transactions |
  capability.secureConnection |
  capability.multiStatements |
  capability.multiResults |
  capability.preparedMultiResults |
  capability.pluginAuth |
  capability.connectAttributes |
  capability.pluginAuthLengthEncoded;

export const serverStatus = { autocommit: 0x0002, moreResults: 0x0008 } as const;

/** utf8mb4_bin */
export const textCollation = 46;
/** binary, for everything that is not text */
export const binaryCollation = 63;
