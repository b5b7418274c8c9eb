import { expect, it } from 'vitest';
import { deriveExitCode } from './derive-exit-code.ts';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { exitCodes } from './exit-codes.ts';

it('gives every error of the table the exit code of its own row, although numbers repeat', () => {
  for (const [key, row] of Object.entries<ErrorCode>(errorCodes))
    expect([key, deriveExitCode(row.ocpCode, row.httpStatus)]).toEqual([key, row.cliExitCode]);
});

it('judges an error of a later version by its HTTP status', () => {
  expect([400, 401, 404, 409, 500, 503].map((status) => deriveExitCode(99_999, status))).toEqual([
    7, 3, 5, 6, 1, 8,
  ]);
});

it('has one meaning for each exit code', () => {
  const codes = Object.values(exitCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
