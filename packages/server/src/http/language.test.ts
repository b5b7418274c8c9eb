import { expect, it } from 'vitest';
import { chooseLanguage } from './language.ts';

it.each([
  [undefined, 'en-US'],
  ['', 'en-US'],
  ['zh-CN', 'zh-CN'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
  ['en;q=0.5, zh-Hans-CN', 'zh-CN'],
  ['zh;q=0, en', 'en-US'],
  ['fr-FR, de;q=0.9', 'en-US'],
  ['fr, zh;q=0.1', 'zh-CN'],
  ['zh_CN', 'zh-CN'],
  ['benzh-cn', 'en-US'],
  ['*', 'en-US'],
])('%j is answered in %s', (header, language) => {
  expect(chooseLanguage(header)).toBe(language);
});
