/**
 * Names and messages in the language of whoever reads them. They are stored in English and translated when they leave; what
 * no catalogue has stays English, part by part, and never disappears. The kernel's own words are never touched.
 */
import { type ErrorKey, errorCodes } from '../error-codes.ts';
import { createTemplateFinder, type FoundTemplate } from './find-template.ts';
import type { Language } from './languages.ts';
import { messages } from './messages.ts';
import { fillPlaceholders } from './placeholders.ts';
import { zhCn } from './zh-cn/catalogue.ts';

/** An error is a message too, where a step failed with it or an audit keeps it. */
const zhErrors = Object.fromEntries(
  Object.entries(zhCn.errors).map(([key, text]) => [errorCodes[key as ErrorKey].text['en-US'], text]),
);
const findMessage = createTemplateFinder([...messages, ...Object.keys(zhErrors)]);
const zhMessages: Readonly<Record<string, string>> = { ...zhErrors, ...zhCn.messages };
const zhNames: Readonly<Record<string, string>> = zhCn.names;

/** A check holds sentences, these lists, and these objects with a reason each; what is deeper is no message of ours. */
const maxDepth = 10;
/** Longer texts are data. */
const maxCharacters = 20_000;

/** The name of a task or subtask. */
export function translateName(name: string, language: Language): string {
  return language === 'en-US' ? name : (zhNames[name] ?? name);
}

/** A message, several in a row, or a message in another one. */
export function translateMessage(text: string, language: Language): string {
  if (language === 'en-US' || text.length > maxCharacters) return text;
  return translateText(text, maxDepth);
}

/** How the log of a subtask tells the result of a check. */
const checkLine = /^(PASS|WARN|FAIL|UNKNOWN) ([\w-]+): /;
const zhResults: Readonly<Record<string, string>> = {
  PASS: '通过',
  WARN: '警告',
  FAIL: '不通过',
  UNKNOWN: '未知',
};

function translateText(text: string, depth: number): string {
  if (depth === 0) return text;
  const [head = '', result = '', check] = checkLine.exec(text) ?? [];
  if (head !== '')
    return `${zhResults[result]} ${check}：${translateText(text.slice(head.length), depth - 1)}`;
  const found = findMessage(text);
  if (found !== undefined && !isTooWide(found)) return fillFound(found.source, found.args, depth);
  return zhNames[text] ?? translateParts(text, depth);
}

/** What stands in a place holds the end of a sentence, or a label: the template belongs to a part of the text. */
function isTooWide({ source, args }: FoundTemplate): boolean {
  const values = Object.values(args);
  if (source.startsWith('{') && values[0]?.includes(': ')) return true;
  return source.endsWith('.') && values.some((value) => /[.!?] (?=[A-Z])/.test(value));
}

function fillFound(source: string, args: Readonly<Record<string, string>>, depth: number): string {
  const translated = Object.entries(args).map(([name, value]) => [name, translateText(value, depth - 1)]);
  return fillPlaceholders(zhMessages[source] ?? source, Object.fromEntries(translated));
}

/** How messages are put together, the loosest joint first. */
function translateParts(text: string, depth: number): string {
  return (
    translateJoined(text, ' | ', depth) ??
    translateLabelled(text, depth) ??
    translateSentences(text, depth) ??
    translateJoined(text, '; ', depth) ??
    translateJoined(text, ' - ', depth) ??
    translateJoined(text, ', ', depth) ??
    text
  );
}

function translateJoined(text: string, joint: string, depth: number): string | undefined {
  if (!text.includes(joint)) return undefined;
  return text
    .split(joint)
    .map((part) => translateText(part, depth - 1))
    .join(joint);
}

/** What an error of the kernel means stands between dashes: none of them opens a sentence. */
function translateSentences(text: string, depth: number): string | undefined {
  const sentences = text.split(/(?<=[.!?]) (?=[^\s-])/);
  if (sentences.length === 1) return undefined;
  return joinSentences(sentences.map((each) => translateText(each, depth - 1)));
}

/** Chinese has no space between sentences. */
function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce((before, next) => `${before}${before.endsWith('。') ? '' : ' '}${next}`);
}

/** `majority: ...` and `10.0.0.1:2882: ...`: the name of a check or an object in front stays as it is. */
function translateLabelled(text: string, depth: number): string | undefined {
  const end = text.indexOf(': ');
  if (end < 0 || /\s/.test(text.slice(0, end))) return undefined;
  return `${text.slice(0, end + 2)}${translateText(text.slice(end + 2), depth - 1)}`;
}

/** `2021-08-25 15:09:32.716  INFO text` lines, with the lines in between that open a run. */
export function translateLog(log: string, language: Language): string {
  if (language === 'en-US') return log;
  return log
    .split('\n')
    .map((line) => {
      const head = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +[A-Z]+ /.exec(line)?.[0] ?? '';
      return head === '' ? line : head + translateMessage(line.slice(head.length), language);
    })
    .join('\n');
}
