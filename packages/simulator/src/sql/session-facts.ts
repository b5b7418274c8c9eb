/** What functions and variables of a statement may ask of its session. */
export interface SessionFacts {
  readonly user: string;
  readonly clientAddress: string;
  readonly tenantName: string;
  readonly database: string | undefined;
  readonly connectionId: number;
  /** Minutes east of UTC. */
  readonly offset: number;
  /** `5.7.25-OceanBase_CE-v4.3.5.1` */
  readonly mysqlVersion: string;
  /** `4.3.5.1` */
  readonly obVersion: string;
  readonly serverIp: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
}
