/** The person, or the script, in front of this program: what is printed, and what can be asked. */
import { createInterface, type Interface } from 'node:readline/promises';
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

const minColumns = 20;

/**
 * Text as it may reach a terminal: line ends, tabs and our own colours, and nothing else that a terminal obeys. Names, the
 * kernel's words and whatever a log holds could else move the cursor, hide a line, set the title or answer for the reader.
 */
export function withoutCommands(text: string): string {
  return text.replace(commands, (found) => (harmless.has(found) ? found : ` ${found.slice(1)}`));
}

// Control characters, a colour taken as a whole, and what turns the direction of writing around.
const commands = /\p{Cc}\[3\dm|[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const harmless: ReadonlySet<string> = new Set([
  '\n',
  '\t',
  ...(['red', 'green', 'yellow'] satisfies Style[]).flatMap((style) =>
    styleText(style, '\n', { validateStream: false }).split('\n'),
  ),
]);

export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // `openocp task list | head` ends the pipe early; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => stdout.write(`${withoutCommands(text)}\n`),
    note: (text) => stderr.write(`${withoutCommands(text)}\n`),
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    // A terminal without a size (a serial console) has no room to draw in.
    canRedraw: stdout.isTTY === true && stdout.columns >= minColumns,
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    ask: (question) => ask(stderr, (reader) => reader.question(question)),
    askSecret: async (question) => {
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      // The prompt comes after the terminal has stopped echoing: whoever types at once is not seen either.
      const answer = ask(silent, (reader) => reader.question(''));
      stderr.write(question);
      return answer.finally(() => stderr.write('\n'));
    },
  };
}

async function ask(
  output: NodeJS.WritableStream,
  put: (reader: Interface) => Promise<string>,
): Promise<string> {
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  const { promise: closed, reject } = Promise.withResolvers<never>();
  reader.once('close', () => reject(new CliFailure('interrupted', 'Interrupted; nothing was changed.')));
  try {
    return await Promise.race([put(reader), closed]);
  } finally {
    closed.catch(() => undefined);
    reader.close();
  }
}
