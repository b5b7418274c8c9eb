/** Where and as whom to log in to a cluster. */
import type { ServerAddress } from './server-address.ts';

/** The address names the server; the SQL port is what we connect to. */
export interface SqlEndpoint extends ServerAddress {
  readonly sqlPort: number;
}

export interface SqlCredentials {
  readonly user: string;
  readonly password: string;
}

export interface ClusterAccess {
  /** Names the kept session: unique to the cluster. */
  readonly key: string;
  readonly endpoints: readonly SqlEndpoint[];
  readonly credentials: SqlCredentials;
  /** While the password is being changed: right as soon as the others are wrong. */
  readonly next?: SqlCredentials;
}
