import { endpointOf } from '../address.ts';
import { type LogStat, memberListText } from '../cluster/log-stat.ts';
import { isOfThisServer } from './server-views.ts';
import { defineView, renameView, type View, type ViewRow, yesNo } from './view.ts';

/** Log positions grow with time; this many bytes a second. */
const bytesPerSecond = 1_000_000n;
const epochScn = 1_600_000_000_000_000_000n;

function lsnOf(scn: bigint): bigint {
  return scn > epochScn ? ((scn - epochScn) * bytesPerSecond) / 1_000_000_000n : 0n;
}

function logStatRow(stat: LogStat): ViewRow {
  const { ip, port } = endpointOf(stat.server);
  const endScn = BigInt(stat.endScn);
  const beginScn = BigInt(stat.checkpointScn);
  return {
    TENANT_ID: stat.tenantId,
    LS_ID: stat.lsId,
    SVR_IP: ip,
    SVR_PORT: port,
    ROLE: stat.role,
    PROPOSAL_ID: stat.proposalId,
    CONFIG_VERSION: `{proposal_id:${stat.proposalId}, config_seq:1}`,
    ACCESS_MODE: stat.accessMode,
    PAXOS_MEMBER_LIST: memberListText(stat.members),
    PAXOS_REPLICA_NUM: stat.replicaNum,
    IN_SYNC: yesNo(stat.inSync),
    BASE_LSN: lsnOf(beginScn),
    BEGIN_LSN: lsnOf(beginScn),
    BEGIN_SCN: beginScn,
    END_LSN: lsnOf(endScn),
    END_SCN: endScn,
    MAX_LSN: lsnOf(endScn),
    MAX_SCN: endScn,
    ARBITRATION_MEMBER: '',
    DEGRADED_LIST: '',
    LEARNER_LIST: '',
  };
}

const gvObLogStat = defineView(
  'GV$OB_LOG_STAT',
  `TENANT_ID bigint, LS_ID bigint, SVR_IP varchar(46), SVR_PORT bigint, ROLE varchar(32), PROPOSAL_ID bigint,
  CONFIG_VERSION varchar(128), ACCESS_MODE varchar(32), PAXOS_MEMBER_LIST varchar(1024), PAXOS_REPLICA_NUM bigint,
  IN_SYNC varchar(3), BASE_LSN bigint unsigned, BEGIN_LSN bigint unsigned, BEGIN_SCN bigint unsigned,
  END_LSN bigint unsigned, END_SCN bigint unsigned, MAX_LSN bigint unsigned, MAX_SCN bigint unsigned,
  ARBITRATION_MEMBER varchar(128), DEGRADED_LIST varchar(1024), LEARNER_LIST longtext`,
  async ({ collect, tenantId }) =>
    (await collect('logStat')).filter((stat) => tenantId === 1 || stat.tenantId === tenantId).map(logStatRow),
  { anyTenant: true },
);

const virtualLogStat = defineView(
  '__all_virtual_log_stat',
  `tenant_id bigint, ls_id bigint, svr_ip varchar(46), svr_port bigint, role varchar(32), proposal_id bigint,
  paxos_member_list varchar(1024), paxos_replica_num bigint, in_sync bigint, end_scn bigint unsigned,
  max_scn bigint unsigned`,
  async ({ collect }) =>
    (await collect('logStat')).map((stat) => {
      const { ip, port } = endpointOf(stat.server);
      return {
        tenant_id: stat.tenantId,
        ls_id: stat.lsId,
        svr_ip: ip,
        svr_port: port,
        role: stat.role,
        proposal_id: stat.proposalId,
        paxos_member_list: memberListText(stat.members),
        paxos_replica_num: stat.replicaNum,
        in_sync: stat.inSync ? 1 : 0,
        end_scn: BigInt(stat.endScn),
        max_scn: BigInt(stat.endScn),
      };
    }),
);

const virtualLsInfo = defineView(
  '__all_virtual_ls_info',
  `svr_ip varchar(46), svr_port bigint, tenant_id bigint, ls_id bigint, replica_type varchar(32), ls_state varchar(64),
  checkpoint_scn bigint unsigned, checkpoint_lsn bigint unsigned, rebuild_seq bigint`,
  async ({ collect }) =>
    (await collect('logStat')).map((stat) => {
      const { ip, port } = endpointOf(stat.server);
      return {
        svr_ip: ip,
        svr_port: port,
        tenant_id: stat.tenantId,
        ls_id: stat.lsId,
        replica_type: 'FULL',
        ls_state: stat.role,
        checkpoint_scn: BigInt(stat.checkpointScn),
        checkpoint_lsn: lsnOf(BigInt(stat.checkpointScn)),
        rebuild_seq: 0,
      };
    }),
);

export const logViews: readonly View[] = [
  gvObLogStat,
  renameView(gvObLogStat, 'V$OB_LOG_STAT', isOfThisServer),
  virtualLogStat,
  virtualLsInfo,
];
