/** Minor freeze of one server, and the checkpoint that shows when it has taken effect. */
import { formatAddress, type ServerAddress } from '../../domain/server-address.ts';
import { bigint, row } from './column.ts';
import { quoteAddress } from './server-statements.ts';
import type { Session } from './session.ts';

const checkpointRow = row({ checkpoint_scn: bigint });

/** Asynchronous in the kernel: it returns at once. */
export async function freezeServer(session: Session, target: ServerAddress): Promise<void> {
  const sql = `ALTER SYSTEM MINOR FREEZE SERVER = (${quoteAddress(target)})`;
  await session.execute(sql, { timeoutMs: 30_000 });
}

/** The oldest checkpoint of all log streams of a server, nanoseconds; undefined when it has none. */
export async function fetchCheckpoint(session: Session, target: ServerAddress): Promise<bigint | undefined> {
  if (!/^[0-9a-fA-F:.]+$/.test(target.ip)) throw new RangeError(`not an address: ${formatAddress(target)}`);
  const rows = await session.select(
    checkpointRow,
    `SELECT checkpoint_scn FROM oceanbase.__all_virtual_ls_info WHERE svr_ip = '${target.ip}' AND svr_port = ${target.rpcPort} ORDER BY checkpoint_scn LIMIT 1`,
    { timeoutMs: 5_000 },
  );
  return rows[0]?.checkpoint_scn;
}
