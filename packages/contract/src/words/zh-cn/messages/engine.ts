import type { engineMessages } from '../../messages/engine.ts';

export const engineTexts = {
  'Cancelled by {name}': '被 {name} 取消',
  'Cancelled by {name}. The step had already reached its goal': '被 {name} 取消。该步骤此前已达到目标',
  'The outcome is unknown: {reason}. The step runs again, to look':
    '结果未知：{reason}。该步骤将再次运行以查看',
  'the first look is under way': '第一次查看正在进行',
  'This instance has no valid lease: its metadata database does not answer':
    '本实例没有有效的租约：其元数据库没有应答',
  'The step ended before it had reached its goal': '步骤在达到目标之前结束了',
} as const satisfies Record<(typeof engineMessages)[number], string>;
