/** Parameters of the sys tenant: reading all of them, and changing some in one statement. */
import { z } from 'zod';
import type { ServerAddress } from '../../domain/server-address.ts';
import { count, row, text } from './column.ts';
import { quoteText } from './quote-text.ts';
import type { Session } from './session.ts';

/** A parameter on one server. */
export interface ParameterRow extends ServerAddress {
  readonly zone: string;
  readonly name: string;
  readonly dataType: string;
  readonly value: string;
  readonly info: string;
  readonly section: string;
  readonly editLevel: string;
  /** Null before OceanBase 4.2.1. */
  readonly defaultValue: string | null;
}

const listTimeoutMs = 10_000;
const changeTimeoutMs = 30_000;

const parameterRow = row({
  svr_ip: text,
  svr_port: count,
  zone: text,
  name: text,
  data_type: text.nullable(),
  value: text.nullable(),
  info: text.nullable(),
  section: text.nullable(),
  edit_level: text.nullable(),
  default_value: z.string().nullish(),
});

/** Those with the scope of the cluster, of every server that answers, also the hidden ones. */
export async function listParameters(session: Session): Promise<ParameterRow[]> {
  // All columns: the last two came with OceanBase 4.2.1, and naming them would fail before.
  const rows = await session.select(
    parameterRow,
    "SELECT * FROM oceanbase.GV$OB_PARAMETERS WHERE scope = 'CLUSTER' ORDER BY name, svr_ip, svr_port",
    { timeoutMs: listTimeoutMs },
  );
  return rows.map((each) => ({
    ip: each.svr_ip,
    rpcPort: each.svr_port,
    zone: each.zone,
    name: each.name,
    dataType: each.data_type ?? '',
    value: each.value ?? '',
    info: each.info ?? '',
    section: each.section ?? '',
    editLevel: each.edit_level ?? '',
    defaultValue: each.default_value ?? null,
  }));
}

/** In one statement: the kernel checks every name and value before it changes the first. @throws KernelError 5099, 4147 */
export async function setParameters(
  session: Session,
  changes: readonly { readonly name: string; readonly value: string }[],
): Promise<void> {
  const assignments = changes.map(({ name, value }) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`not a parameter name: ${name}`);
    return `${name} = ${quoteText(value)}`;
  });
  await session.execute(`ALTER SYSTEM SET ${assignments.join(', ')}`, { timeoutMs: changeTimeoutMs });
}
