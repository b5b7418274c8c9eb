/** The commands of a logged-in client. */
import { kernelError } from '../kernel-error.ts';
import { ByteReader, MalformedPacket } from './byte-reader.ts';
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

/** Commands of the protocol that the kernel knows and refuses. Any other it takes for garbage. */
const refusedCommands: ReadonlySet<number> = new Set([
  0x00, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x0f, 0x10, 0x12, 0x13, 0x14, 0x15, 0x1d,
]);

export class CommandRunner {
  readonly #session: Session;
  readonly #send: (payload: Uint8Array) => void;
  readonly #prepared = new Map<number, PreparedStatement>();
  #nextStatementId = 1;

  constructor(session: Session, send: (payload: Uint8Array) => void) {
    this.#session = session;
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
        return this.#send(Buffer.from('Active threads not support', 'utf8'));
      case 0x0a:
        return this.#query('SHOW PROCESSLIST');
      case 0x0c:
        return this.#query(`KILL ${reader.uint32()}`);
      case 0x0d:
        return this.#send(eofPacket(0));
      case 0x0e:
        return this.#ok();
      case 0x1b:
        // Several statements in one are on or off: the kernel says yes and runs them in either case.
        return this.#ok();
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
      case 0x1c:
        // There are no cursors, so nothing is ever open to fetch from.
        throw kernelError('fetchOutOfSequence');
      default:
        if (refusedCommands.has(command)) throw kernelError('notSupported');
        throw new MalformedPacket(`no command: ${command}`);
    }
  }

  #ok(): void {
    this.#send(okPacket(0, serverStatus.autocommit));
  }

  async #query(text: string): Promise<void> {
    // Whether the client asked for several statements or not: the kernel does not ask either.
    const statements = this.#session.split(text);
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
    if (collected.length > maxLongData) throw new MalformedPacket('parameter too large');
    statement.longData.set(index, collected);
  }

  #statement(id: number): PreparedStatement {
    const statement = this.#prepared.get(id);
    if (statement === undefined) throw kernelError('hashNotExist');
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
