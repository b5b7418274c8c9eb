/** The commands of a logged-in client. */
import { kernelError } from '../kernel-error.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { serverStatus } from './capabilities.ts';
import { binaryRow, columnDefinition, eofPacket, okPacket, textRow } from './response-packets.ts';
import type { StatementResult } from './result.ts';
import type { Session } from './session.ts';
import { decodeParameters, type ParameterType } from './statement-parameters.ts';

interface PreparedStatement {
  readonly text: string;
  readonly parameterCount: number;
  types: readonly ParameterType[];
  readonly longData: Map<number, Buffer>;
}

const maxLongData = 64 * 1024 * 1024;

export class CommandRunner {
  readonly #session: Session;
  readonly #send: (payload: Uint8Array) => void;
  #multiStatements: boolean;
  readonly #prepared = new Map<number, PreparedStatement>();
  #nextStatementId = 1;

  constructor(session: Session, multiStatements: boolean, send: (payload: Uint8Array) => void) {
    this.#session = session;
    this.#multiStatements = multiStatements;
    this.#send = send;
  }

  /** Throws a KernelError to be sent, or anything else for a client that speaks garbage. */
  async run(payload: Buffer): Promise<void> {
    const reader = new ByteReader(payload);
    const command = reader.uint8();
    switch (command) {
      case 0x02:
        this.#session.useDatabase(reader.rest().toString('utf8'));
        return this.#ok();
      case 0x03:
        return this.#query(reader.rest().toString('utf8'));
      case 0x09:
        return this.#send(Buffer.from('Uptime: 1  Threads: 1  Questions: 1  Slow queries: 0', 'utf8'));
      case 0x0e:
        return this.#ok();
      case 0x1b:
        this.#multiStatements = reader.uint16() === 0;
        return this.#send(eofPacket(0));
      case 0x1f:
        this.#session.reset();
        this.#prepared.clear();
        return this.#ok();
      default:
        return this.#preparedCommand(command, reader);
    }
  }

  async #preparedCommand(command: number, reader: ByteReader): Promise<void> {
    switch (command) {
      case 0x16:
        return this.#prepare(reader.rest().toString('utf8'));
      case 0x17:
        return this.#execute(reader);
      case 0x18:
        // Neither this command nor closing a statement is answered.
        return this.#collectLongData(reader);
      case 0x19:
        this.#prepared.delete(reader.uint32());
        return undefined;
      case 0x1a:
        this.#statement(reader.uint32()).longData.clear();
        return this.#ok();
      default:
        throw kernelError('notSupported');
    }
  }

  #ok(): void {
    this.#send(okPacket(0, serverStatus.autocommit));
  }

  async #query(text: string): Promise<void> {
    const statements = this.#multiStatements ? this.#session.split(text) : [text];
    for (const [index, statement] of statements.entries()) {
      const result = await this.#session.execute(statement);
      this.#sendResult(result, index < statements.length - 1, false);
    }
    if (statements.length === 0) throw kernelError('emptyQuery');
  }

  #prepare(text: string): void {
    const parameterCount = this.#session.countParameters(text);
    const id = this.#nextStatementId++;
    this.#prepared.set(id, { text, parameterCount, types: [], longData: new Map() });
    // The columns are told with each execution; clients take them from there.
    this.#send(
      new ByteWriter().uint8(0).uint32(id).uint16(0).uint16(parameterCount).uint8(0).uint16(0).finish(),
    );
    if (parameterCount === 0) return;
    for (let index = 0; index < parameterCount; index += 1) {
      this.#send(columnDefinition({ name: '?', type: 'varchar(0)' }));
    }
    this.#send(eofPacket(0));
  }

  async #execute(reader: ByteReader): Promise<void> {
    const statement = this.#statement(reader.uint32());
    reader.take(5);
    const { types, values } = decodeParameters(
      reader,
      statement.parameterCount,
      statement.types,
      statement.longData,
    );
    statement.types = types;
    statement.longData.clear();
    this.#sendResult(await this.#session.execute(statement.text, values), false, true);
  }

  #collectLongData(reader: ByteReader): void {
    const statement = this.#prepared.get(reader.uint32());
    const index = reader.uint16();
    if (statement === undefined || index >= statement.parameterCount) return;
    const collected = Buffer.concat([statement.longData.get(index) ?? Buffer.alloc(0), reader.rest()]);
    if (collected.length > maxLongData) throw new RangeError('parameter too large');
    statement.longData.set(index, collected);
  }

  #statement(id: number): PreparedStatement {
    const statement = this.#prepared.get(id);
    if (statement === undefined) {
      throw kernelError('statementUnknown', `Unknown prepared statement handler (${id}) given to EXECUTE`);
    }
    return statement;
  }

  #sendResult(result: StatementResult, more: boolean, binary: boolean): void {
    const status = more ? serverStatus.moreResults : 0;
    if (result.kind === 'ok') {
      this.#send(okPacket(result.affectedRows, status, result.info));
      return;
    }
    const { columns, rows } = result;
    this.#send(new ByteWriter(9).lengthEncoded(columns.length).finish());
    for (const column of columns) this.#send(columnDefinition(column));
    this.#send(eofPacket(status));
    for (const row of rows) this.#send(binary ? binaryRow(columns, row) : textRow(columns, row));
    this.#send(eofPacket(status));
  }
}
