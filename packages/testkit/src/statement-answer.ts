/** What a server says to a statement, whole: number and state of an error, or columns with their types and rows as printed. */
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { SqlServer } from './sql-client.ts';

export interface AnswerColumn {
  readonly name: string;
  /** The protocol's number. */
  readonly type: number;
  readonly length: number;
  readonly flags: number;
  readonly decimals: number;
}

export type StatementAnswer =
  | { readonly kind: 'error'; readonly errno: number; readonly sqlState: string; readonly message: string }
  | { readonly kind: 'done'; readonly affectedRows: number }
  /** Of a text with several statements. */
  | { readonly kind: 'several'; readonly count: number }
  | {
      readonly kind: 'rows';
      readonly columns: readonly AnswerColumn[];
      readonly rows: readonly (readonly (string | null)[])[];
    };

const refusal = z.object({ errno: z.number(), sqlState: z.string(), sqlMessage: z.string() });
const done = z.object({ affectedRows: z.number() });
const rows = z.array(z.array(z.string().nullable()));

export class StatementAsker {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async connect(server: SqlServer, password: string): Promise<StatementAsker> {
    const connection = await createConnection({
      host: server.ip,
      port: server.sqlPort,
      user: 'root@sys',
      password,
      rowsAsArray: true,
      // As it was sent: numbers and times are compared as they are printed.
      typeCast: (field) => field.string(),
    });
    return new StatementAsker(connection);
  }

  /** @throws Error when the connection is lost. */
  async ask(sql: string): Promise<StatementAnswer> {
    try {
      const [result, fields] = await this.#connection.query(sql);
      const ended = done.safeParse(result);
      if (Array.isArray(fields?.[0])) return { kind: 'several', count: fields.length };
      if (ended.success) return { kind: 'done', affectedRows: ended.data.affectedRows };
      return { kind: 'rows', columns: fields.map(answerColumn), rows: rows.parse(result) };
    } catch (error) {
      const refused = refusal.safeParse(error);
      if (!refused.success) throw error;
      const { errno, sqlState, sqlMessage } = refused.data;
      return { kind: 'error', errno, sqlState, message: sqlMessage };
    }
  }

  close(): void {
    this.#connection.destroy();
  }
}

function answerColumn(field: FieldPacket): AnswerColumn {
  const { name, columnType, columnLength, flags, decimals } = field;
  return {
    name,
    type: columnType ?? -1,
    length: columnLength ?? -1,
    flags: typeof flags === 'number' ? flags : -1,
    decimals: decimals ?? -1,
  };
}
