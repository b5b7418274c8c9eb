/** The person, or the script, in front of this program: what is printed, and what can be asked. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { CliFailure } from './failure.ts';

export type Style = 'red' | 'green' | 'yellow';
export type Paint = (style: Style, text: string) => string;

export interface Terminal {
  /** The result: what a script would read. One or more whole lines. */
  out(text: string): void;
  /** Everything else. */
  note(text: string): void;
  readonly canAsk: boolean;
  /** Whether what is drawn can be redrawn. */
  readonly canRedraw: boolean;
  /** Colours only where somebody sees them. */
  readonly paint: Paint;
  ask(question: string): Promise<string>;
  /** Without an echo. */
  askSecret(question: string): Promise<string>;
}

export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // `openocp task list | head` ends the pipe early; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => stdout.write(`${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    canRedraw: stdout.isTTY === true,
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    ask: (question) => ask(question, stderr),
    askSecret: async (question) => {
      stderr.write(question);
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const answer = await ask('', silent);
      stderr.write('\n');
      return answer;
    },
  };
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  const { promise: closed, reject } = Promise.withResolvers<never>();
  reader.once('close', () => reject(new CliFailure('interrupted', 'Interrupted; nothing was changed.')));
  try {
    return await Promise.race([reader.question(question), closed]);
  } finally {
    closed.catch(() => undefined);
    reader.close();
  }
}
