/** The list of errors as a document, made from the table. */
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { exitCodes } from './exit-codes.ts';

const HEAD = `# Error codes

Every error the API raises. \`code\` and \`name\` are OCP's (its number, and its name since 4.2.2); *exit* is the exit code
of the command line; *retry* says whether the same call may succeed later. Made from
\`packages/contract/src/error-codes.ts\` by \`node scripts/generate-reference.ts\`; do not edit.

| code | name | HTTP | exit | retry | key | message |
|---|---|---|---|---|---|---|
`;

function renderRow([key, { ocpCode, ocpName, httpStatus, cliExitCode, retryable, text }]: [
  string,
  ErrorCode,
]): string {
  const cells = [
    ocpCode,
    ocpName,
    httpStatus,
    cliExitCode,
    retryable ? 'yes' : 'no',
    `\`${key}\``,
    text['en-US'],
  ];
  return `| ${cells.join(' | ')} |`;
}

function renderExitCodes(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return `\n## Exit codes of the command line\n\n| exit | meaning |\n|---|---|\n${rows.join('\n')}\n`;
}

/** Markdown. */
export function renderErrorReference(): string {
  const rows = Object.entries<ErrorCode>(errorCodes).sort(([, a], [, b]) => a.ocpCode - b.ocpCode);
  return `${HEAD}${rows.map(renderRow).join('\n')}\n${renderExitCodes()}`;
}
