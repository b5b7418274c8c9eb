/**
 * The log of a subtask as OCP shows it: one block for each run, opened by a line that names the operation and its time.
 * A console makes a tab of each block.
 */
import { formatDateTime } from '@openocp/contract';
import type { LogLine } from '@openocp/engine';

type SubtaskLogLine = Pick<LogLine, 'attempt' | 'operation' | 'level' | 'time' | 'text'>;

const LEVEL_WIDTH = 5;

const startsBlock = (line: SubtaskLogLine, previous: SubtaskLogLine | undefined) =>
  previous === undefined || previous.attempt !== line.attempt || previous.operation !== line.operation;

/** `2021-08-25 15:09:32.716`, always with milliseconds, in the configured offset. */
function formatLineTime(epochMs: number, offsetMinutes: number): string {
  return new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1).replace('T', ' ');
}

/** Renders a log that comes in parts. */
export class SubtaskLogRenderer {
  readonly #offsetMinutes: number;
  #previous: SubtaskLogLine | undefined;

  constructor(offsetMinutes: number) {
    this.#offsetMinutes = offsetMinutes;
  }

  /** @param lines of one subtask, in the order they were written */
  render(lines: readonly SubtaskLogLine[]): string {
    const text: string[] = [];
    for (const line of lines) {
      const { operation, time } = line;
      if (startsBlock(line, this.#previous)) {
        text.push(`############{${operation}}{${formatDateTime(time, this.#offsetMinutes)}}############\n`);
      }
      const level = line.level.padStart(LEVEL_WIDTH);
      text.push(`${formatLineTime(time, this.#offsetMinutes)} ${level} ${line.text}\n`);
      this.#previous = line;
    }
    return text.join('');
  }
}

/** @param lines of one subtask, in the order they were written */
export function renderSubtaskLog(lines: readonly SubtaskLogLine[], offsetMinutes: number): string {
  return new SubtaskLogRenderer(offsetMinutes).render(lines);
}
