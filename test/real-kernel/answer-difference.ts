/** In what two answers to one statement differ, each difference as a line of text. */
import type { AnswerColumn, StatementAnswer } from '@openocp/testkit';
import type { ComparedStatement } from './compared-statements.ts';

const unsigned = 0x20;

export function differencesOf(
  simulated: StatementAnswer,
  real: StatementAnswer,
  { sql, compare }: ComparedStatement,
): string[] {
  if (simulated.kind === 'rows' && real.kind === 'rows') {
    const columns = columnDifferences(simulated.columns, real.columns, isOfTables(sql));
    return compare === 'types' ? columns : [...columns, ...valueDifferences(simulated, real, compare)];
  }
  if (simulated.kind === 'error' && real.kind === 'error') {
    return (['errno', 'sqlState', 'message'] as const)
      .filter((field) => simulated[field] !== real[field])
      .map((field) => `${field}: ${simulated[field]}, the kernel has ${real[field]}`);
  }
  const [ours, theirs] = [summaryOf(simulated), summaryOf(real)];
  return ours === theirs ? [] : [`answer: ${ours}, the kernel has ${theirs}`];
}

/** Lengths are a matter of tables; of an expression each server computes its own. */
function isOfTables(sql: string): boolean {
  return /^(SELECT \*|SHOW|DESC)/.test(sql);
}

function columnDifferences(
  ours: readonly AnswerColumn[],
  theirs: readonly AnswerColumn[],
  withLength: boolean,
): string[] {
  const differences: string[] = [];
  const onlyOurs = ours.filter(({ name }) => !theirs.some((column) => column.name === name));
  if (onlyOurs.length > 0) differences.push(`columns that the kernel lacks: ${namesOf(onlyOurs)}`);
  const onlyTheirs = theirs.filter(({ name }) => !ours.some((column) => column.name === name));
  if (onlyTheirs.length > 0) differences.push(`columns that the simulator lacks: ${namesOf(onlyTheirs)}`);
  for (const column of ours) {
    const other = theirs.find(({ name }) => name === column.name);
    if (other === undefined) continue;
    const [mine, its] = [typeText(column, withLength), typeText(other, withLength)];
    if (mine !== its) differences.push(`${column.name}: ${mine}, the kernel has ${its}`);
  }
  return differences;
}

function namesOf(columns: readonly AnswerColumn[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function typeText({ type, length, flags, decimals }: AnswerColumn, withLength: boolean): string {
  const sign = (flags & unsigned) === 0 ? '' : ' unsigned';
  return `type ${type}${sign}, ${decimals} decimals${withLength ? `, length ${length}` : ''}`;
}

type Rows = Extract<StatementAnswer, { kind: 'rows' }>;

function valueDifferences(ours: Rows, theirs: Rows, compare: 'exact' | 'shape'): string[] {
  const print = ({ rows }: Rows) => {
    const text = JSON.stringify(rows);
    return compare === 'exact' ? text : text.replaceAll(/\d+/g, '9');
  };
  const [mine, its] = [print(ours), print(theirs)];
  return mine === its ? [] : [`values: ${mine}, the kernel has ${its}`];
}

function summaryOf(answer: StatementAnswer): string {
  switch (answer.kind) {
    case 'error':
      return `error ${answer.errno} ${answer.message}`;
    case 'done':
      return `done, ${answer.affectedRows} rows affected`;
    case 'several':
      return `${answer.count} results`;
    case 'rows':
      return 'rows';
  }
}
