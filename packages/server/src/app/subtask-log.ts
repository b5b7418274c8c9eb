/** Answers the log of a subtask: all of a short one, a part of a long one that says so. */
import { MAX_LOG_LINES, type SubtaskLogView } from '@openocp/contract';
import type { LogPart, SubtaskLogStore } from '../store/subtask-log.ts';
import { renderSubtaskLog } from './task-log.ts';

/** What a client gets that asks for no part, lines and characters: more than any usual log has. */
const defaultLines = 5_000;
const maxCharacters = 1024 * 1024;

export interface RequestedPart {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

export async function readSubtaskLog(
  logs: SubtaskLogStore,
  subtaskId: number,
  { offset, limit }: RequestedPart,
  offsetMinutes: number,
): Promise<SubtaskLogView> {
  const bounds = { limit: Math.min(limit ?? defaultLines, MAX_LOG_LINES), maxCharacters };
  // Whoever asks for nothing wants to know how it went: the end says that.
  const isWhole = offset === undefined && limit === undefined;
  const part = isWhole
    ? await logs.readEnd(subtaskId, bounds)
    : await logs.read(subtaskId, { ...bounds, offset: offset ?? 0 });
  const text = renderSubtaskLog(part.lines, offsetMinutes);
  return {
    log: isWhole && part.offset > 0 ? withMarker(text, part) : text,
    offset: part.offset,
    lines: part.lines.length,
    total: part.total,
    nextOffset: part.offset + part.lines.length,
  };
}

/** Behind the line that opens the block: clients look for that one first. */
function withMarker(text: string, { offset }: LogPart): string {
  const end = text.indexOf('\n') + 1;
  const marker = `#### ${offset} earlier lines are not shown; read them with ?offset=0&limit=${defaultLines}, then go on at nextOffset ####`;
  return `${text.slice(0, end)}${marker}\n${text.slice(end)}`;
}
