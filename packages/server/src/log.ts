/** The log: one JSON object a line, on standard output. What it quotes cannot begin a line or command a terminal. */
import { escapeCommands } from '@openocp/contract';
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';

export function createLog(level: LevelWithSilent, output: DestinationStream = pino.destination(1)): Logger {
  return pino({ level, base: null, hooks: { streamWrite: escapeCommands } }, output);
}
