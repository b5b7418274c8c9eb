import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { OcpError, renderErrorText } from './ocp-error.ts';

const rows = Object.entries<ErrorCode>(errorCodes);

describe('the error table', () => {
  it('has numbers and names of the form OCP uses', () => {
    for (const [key, { ocpCode, ocpName }] of rows) {
      expect(ocpName, key).toMatch(/^(COM|IAM|CRD|TSK|CMP|OBE)\d{5}$/);
      expect(ocpCode, key).toSatisfy(Number.isInteger);
    }
  });

  it('gives the same name for the same number', () => {
    const names = new Map<number, string>();
    for (const [key, { ocpCode, ocpName }] of rows) {
      expect(names.get(ocpCode) ?? ocpName, key).toBe(ocpName);
      names.set(ocpCode, ocpName);
    }
  });

  it.each([
    ['SERVER_STATE_NOT_ALLOWED', 13003, 'OBE19003', 400],
    ['CLUSTER_OPERATION_UNFINISHED', 11020, 'OBE11020', 409],
    ['SERVER_OPERATION_UNFINISHED', 13012, 'OBE19012', 409],
    ['STOP_LOSES_MAJORITY', 11070, 'OBE11070', 400],
    ['TASK_STATE_NOT_ALLOWED', 4007, 'TSK10007', 400],
    ['NOT_PERMITTED', 3100, 'IAM11000', 403],
    ['SERVER_NOT_FOUND', 13001, 'OBE19001', 404],
  ] as const)('%s is %d, %s, HTTP %d', (key, ocpCode, ocpName, httpStatus) => {
    expect(errorCodes[key]).toMatchObject({ ocpCode, ocpName, httpStatus });
  });
});

describe('OcpError', () => {
  it('fills its public text, and keeps its cause out of it', () => {
    const cause = new Error('password=x');
    const error = new OcpError(
      'CLUSTER_UNREACHABLE',
      { cluster: 'c1', reason: 'no answer in 5 s' },
      { cause },
    );
    expect(error.message).toBe('Cluster c1 cannot be reached: no answer in 5 s.');
    expect(error.cause).toBe(cause);
    expect(error.text('zh-CN')).toBe(error.message);
  });

  it('renders values as they are, placeholders in values included', () => {
    const code: ErrorCode = errorCodes.SERVER_OPTION_UNSUPPORTED;
    expect(renderErrorText(code, { option: '{reason}', reason: '$&' })).toBe(
      'Option {reason} is not supported: $&.',
    );
  });

  it('uses another language where the table has it', () => {
    const code: ErrorCode = { ...errorCodes.NOT_AUTHENTICATED, text: { 'en-US': 'no', 'zh-CN': '未登录' } };
    expect([renderErrorText(code, {}, 'zh-CN'), renderErrorText(code, {}, 'en-US')]).toEqual([
      '未登录',
      'no',
    ]);
  });
});
