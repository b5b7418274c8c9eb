import type { inputMessages } from '../../messages/input.ts';

export const inputTexts = {
  'it must have 4 to 48 lower-case letters, digits or . - _, start with a letter and end with a letter or digit':
    '应为 4 到 48 个小写字母、数字或 . - _，以字母开头，以字母或数字结尾',
  'it must have {min} to {max} characters': '长度应为 {min} 到 {max} 个字符',
  'it may hold letters, digits and {specials} only': '只能包含字母、数字和 {specials}',
  'it must hold three of: upper-case letters, lower-case letters, digits, special characters':
    '应包含大写字母、小写字母、数字、特殊字符中的三种',
  'the body must be a JSON object': '请求体必须是 JSON 对象',
  'must be an integer from {min} to {max}': '必须是 {min} 到 {max} 的整数',
  'must be true or false': '必须是 true 或 false',
  'must be a list of {values}': '必须是以下值的列表：{values}',
  'must be field,asc or field,desc': '必须是 field,asc 或 field,desc',
  'Invalid input: expected {expected}, received undefined': '缺少该参数，应为 {expected}',
  'Invalid input: expected {expected}, received {received}': '输入无效：应为 {expected}，收到 {received}',
  'Invalid input: expected {expected}': '输入无效：应为 {expected}',
  'Invalid option: expected one of {options}': '选项无效：应为其中之一 {options}',
  'Invalid string: must match pattern {pattern}': '字符串无效：必须匹配模式 {pattern}',
  'Invalid URL': 'URL 无效',
} as const satisfies Record<(typeof inputMessages)[number], string>;
