import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import { subtaskNames, taskNames } from './en-us.ts';
import { messages } from './messages.ts';
import { translateLog, translateMessage, translateName } from './translate-words.ts';
import { zhCn } from './zh-cn/catalogue.ts';

const chinese = /\p{Script=Han}/u;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
const zh = (text: string) => translateMessage(text, 'zh-CN');

describe('the Chinese catalogue', () => {
  it('has a text for every error, with the same placeholders', () => {
    for (const [key, { text }] of Object.entries<ErrorCode>(errorCodes)) {
      const translated = zhCn.errors[key as keyof typeof errorCodes];
      expect(translated, key).toMatch(chinese);
      expect(placeholders(translated), key).toEqual(placeholders(text['en-US']));
    }
  });

  it('has a text for every name, no two alike', () => {
    const translated = [...taskNames, ...subtaskNames].map((name) => translateName(name, 'zh-CN'));
    for (const text of translated) expect(text).toMatch(chinese);
    expect(new Set(translated).size).toBe(translated.length);
  });

  it('finds every message again in the text that it becomes', () => {
    for (const source of messages) {
      const text = source.replace(/\{(\w+)\}/g, 'x1');
      const expected = zhCn.messages[source].replace(/\{(\w+)\}/g, 'x1');
      expect(zh(text), source).toBe(expected);
    }
  });
});

describe('a message', () => {
  it('stays as it is in English, and where no catalogue has it', () => {
    expect(translateMessage('No process is running.', 'en-US')).toBe('No process is running.');
    for (const text of ['', 'Something new happened.', 'a: b: c', ' | ', 'x'.repeat(100_000)])
      expect(zh(text)).toBe(text);
  });

  it('is translated sentence by sentence, check by check, reason by reason', () => {
    expect(zh('It only waits. Something new happened. Look again.')).toBe(
      '它只是等待。Something new happened. 请再次查看。',
    );
    expect(zh('majority: Look again. | 10.0.0.1:2882: No process is running.')).toBe(
      'majority: 请再次查看。 | 10.0.0.1:2882: 没有进程在运行。',
    );
    expect(zh('The cluster does not answer: a view could not be read')).toBe('集群没有应答：有视图无法读取');
  });

  it('is translated to the last object of its lists', () => {
    expect(
      zh(
        'FAIL majority: 2 of 9 log streams: tenant sys (1) log stream 1 would keep 1 of 3 members, 2 are needed (10.0.0.1:2882 is the server to stop, 10.0.0.2:2882 is stopped); tenant a (2) log stream 1 has its only replica on this server; and 3 more. Look again.',
      ),
    ).toBe(
      '不通过 majority：9 个日志流中有 2 个有问题：租户 sys (1) 日志流 1 的 3 个成员将只剩 1 个，需要 2 个（10.0.0.1:2882 是要停止的服务器, 10.0.0.2:2882 已停止）; 租户 a (2) 日志流 1 的唯一副本在该服务器上; 以及另外 3 项。请再次查看。',
    );
  });

  it('may be an error or the name of a task inside another one', () => {
    expect(zh('Stop OB server of server 1, 2 in zone z1')).toBe('停止 OB 服务器（Zone z1 的服务器 1, 2）');
    expect(zh(errorCodes.USER_DISABLED.text['en-US'].replace('{username}', 'ops'))).toBe('用户 ops 已停用。');
  });

  it('about another control plane says who it is and what to do', () => {
    const who = 'instance a-1 on host-a wrote last, at 2026-01-01T00:00:00.000Z for task 7';
    const text = `OCP error 34026: another control plane operates the cluster: ${who}, and the metadata of this OpenOCP are older: a restored backup or a copy. Nothing more is done here. When that one no longer runs, take the cluster again: PUT /api/v2/ob/clusters/1/guard with {"enabled": true, "adopt": true}, then retry.`;
    expect(zh(text)).toBe(
      'OCP 错误 34026：另一个控制平面正在操作该集群：最后写入的是 host-a 上的实例 a-1，时间为 2026-01-01T00:00:00.000Z，为任务 7 写入，而本 OpenOCP 的元数据更旧：可能是恢复的备份或副本。这里不再进行任何操作。确认对方不再运行后，请重新接手集群：用 {"enabled": true, "adopt": true} 调用 PUT /api/v2/ob/clusters/1/guard，然后重试。',
    );
  });

  it('of the kernel keeps its number and its own words, and says what they mean and what to do', () => {
    const text =
      'OceanBase error 4660 (HY000): cannot stop server or stop zone in multiple zones - Something is stopped in another zone. - Start it first: two zones must never be stopped at once.';
    expect(zh(text)).toBe(
      'OceanBase 错误 4660（HY000）：cannot stop server or stop zone in multiple zones - 另一个 Zone 中有已停止的部分。 - 请先启动它：绝不能同时停止两个 Zone。',
    );
  });

  it('takes what a place holds as it is, placeholders and patterns included', () => {
    expect(zh('No process of /home/{pid}/$& is running.')).toBe('/home/{pid}/$& 没有进程在运行。');
  });

  it('is found in time that grows with its length, whatever it holds', () => {
    const hostile = 'leaders to leave '.repeat(1_000);
    expect(zh(hostile)).toMatch(/^Leader 离开 .*leaders to leave $/);
    expect(zh(`${'a; b - c: d. '.repeat(1_000)}`)).toContain('a; b - c: d.');
  });
});

it('a log keeps its times, levels and the lines that open a run', () => {
  const log = [
    '############{EXECUTE}{2021-08-25T15:09:32.7+08:00}############',
    '2021-08-25 15:09:32.716  INFO Verdict SAFE; 2 leaders to move.',
    '2021-08-25 15:09:32.716  WARN FAIL target: 10.0.0.1:2882 in zone z1 is ACTIVE.',
    '2021-08-25 15:09:32.716  INFO something else',
    '',
  ];
  expect(translateLog(log.join('\n'), 'zh-CN').split('\n')).toEqual([
    log[0],
    '2021-08-25 15:09:32.716  INFO 判定 SAFE；需迁移 2 个 Leader。',
    '2021-08-25 15:09:32.716  WARN 不通过 target：Zone z1 中的 10.0.0.1:2882 为 ACTIVE。',
    log[3],
    '',
  ]);
  expect(translateLog(log.join('\n'), 'en-US')).toBe(log.join('\n'));
});
