/**
 * The row that says which control plane operates a cluster: one row of one table of ours in the cluster's sys tenant.
 * Whoever writes it must name what it has last written itself; so of two control planes one finds out.
 */
import { z } from 'zod';
import { count, row, text } from './column.ts';
import type { Session } from './session.ts';

export interface ControlPlaneRow {
  /** Which control plane; empty when the last one has let go of the cluster. */
  readonly controlPlane: string;
  /** Raised by every write. */
  readonly revision: number;
  /** Of the write: nobody else knows it, so who finds his own has written. */
  readonly token: string;
  readonly instance: string;
  readonly host: string;
  readonly taskId: number;
  /** Epoch milliseconds by the writer's clock. */
  readonly writeTime: number;
}

const timeoutMs = 5_000;
const table = 'openocp.control_plane';

const shape = row({
  control_plane: text,
  revision: count,
  token: text,
  instance: text,
  host: text,
  task_id: count,
  write_time: count,
});

export async function createControlPlaneTable(session: Session): Promise<void> {
  await session.execute('CREATE DATABASE IF NOT EXISTS openocp', { timeoutMs });
  await session.execute(
    `CREATE TABLE IF NOT EXISTS ${table} (id BIGINT NOT NULL, control_plane VARCHAR(64) NOT NULL, revision BIGINT NOT NULL, token VARCHAR(64) NOT NULL, instance VARCHAR(191) NOT NULL, host VARCHAR(255) NOT NULL, task_id BIGINT NOT NULL, write_time BIGINT NOT NULL, PRIMARY KEY (id))`,
    { timeoutMs },
  );
}

/** @returns undefined when there is no row. @throws KernelError 1146, 1049 when there is no table. */
export async function fetchControlPlaneRow(session: Session): Promise<ControlPlaneRow | undefined> {
  const [found] = await session.select(
    shape,
    `SELECT control_plane, revision, token, instance, host, task_id, write_time FROM ${table} WHERE id = 1`,
    { timeoutMs },
  );
  if (found === undefined) return undefined;
  const { control_plane, revision, token, instance, host, task_id, write_time } = found;
  const who = { controlPlane: control_plane, instance, host, taskId: task_id };
  return { ...who, revision, token, writeTime: write_time };
}

/** Changes nothing when there is a row already. */
export async function insertControlPlaneRow(session: Session, next: ControlPlaneRow): Promise<void> {
  const values = Object.values(columnsOf(next)).join(', ');
  const names = Object.keys(columnsOf(next)).join(', ');
  await session.execute(`INSERT IGNORE INTO ${table} (id, ${names}) VALUES (1, ${values})`, { timeoutMs });
}

/** Compare and set: changes nothing unless the row is as `seen`. */
export async function updateControlPlaneRow(
  session: Session,
  seen: Pick<ControlPlaneRow, 'revision' | 'token'>,
  next: ControlPlaneRow,
): Promise<void> {
  const assignments = Object.entries(columnsOf(next)).map(([name, value]) => `${name} = ${value}`);
  const condition = `id = 1 AND revision = ${integer(seen.revision)} AND token = ${quote(seen.token)}`;
  await session.execute(`UPDATE ${table} SET ${assignments.join(', ')} WHERE ${condition}`, { timeoutMs });
}

function columnsOf(next: ControlPlaneRow): Record<string, string> {
  return {
    control_plane: quote(next.controlPlane),
    revision: integer(next.revision),
    token: quote(next.token),
    instance: quote(next.instance),
    host: quote(next.host),
    task_id: integer(next.taskId),
    write_time: integer(next.writeTime),
  };
}

function integer(value: number): string {
  return String(z.int().min(0).parse(value));
}

/** Names of instances and hosts, and our own ids: anything else in them is for show, and is replaced. */
function quote(value: string): string {
  return `'${value.replaceAll(/[^A-Za-z0-9._:[\]-]/g, '_').slice(0, 191)}'`;
}
