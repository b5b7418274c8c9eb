import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { OcpError } from './ocp-error.ts';

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
    expect(error.text('zh-CN')).toBe('无法访问集群 c1：no answer in 5 s。');
  });

  it('renders values as they are, placeholders in values included', () => {
    const error = new OcpError('SERVER_OPTION_UNSUPPORTED', { option: '{reason}', reason: '$&' });
    expect(error.message).toBe('Option {reason} is not supported: $&.');
    expect(error.text('zh-CN')).toBe('不支持选项 {reason}：$&。');
  });

  it('translates the reason and the name of a task with the rest', () => {
    const args = { taskId: 7, taskName: 'Stop OB server', username: 'admin', cluster: 'c1' };
    expect(new OcpError('CLUSTER_OPERATION_UNFINISHED', args).text('zh-CN')).toBe(
      'admin 的任务 7（停止 OB 服务器）占用着集群 c1，尚未结束。',
    );
    const reason = 'must be an integer from 1 to 5';
    expect(new OcpError('INVALID_PARAMETER', { parameter: 'size', reason }).text('zh-CN')).toBe(
      '参数 size 无效：必须是 1 到 5 的整数。',
    );
  });
});
