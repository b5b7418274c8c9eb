import type { appMessages } from '../../messages/app.ts';

export const appTexts = {
  '{count} servers read; {up} of {total} processes are up by their agents.':
    '已读取 {count} 台服务器；据其 Agent，{total} 个进程中有 {up} 个在运行。',
  'Every server of zone {zone} was stopped by itself; the zone is active.':
    'Zone {zone} 的每台服务器都是单独停止的；该 Zone 处于活跃状态。',
  'the agent at {url} is that of host {host}': '{url} 的 Agent 属于主机 {host}',
  '{count} servers are started, and the zone.': '启动 {count} 台服务器和该 Zone。',
  '{why}; start these servers': '{why}；请启动这些服务器',
  '{count} servers are started.': '启动 {count} 台服务器。',
  'unfinished tasks of the cluster': '集群未结束的任务',
  'state of what is operated on': '操作对象的状态',
  'agents of the hosts': '主机的 Agent',
  'what servers and zones are meant to be': '服务器和 Zone 应处的状态',
  'what servers and zone are meant to be': '服务器和该 Zone 应处的状态',
  'The process of {address} was pid {before} and is pid {pid}, without an operation from here.':
    '{address} 的进程原为 pid {before}，现为 pid {pid}，而这里没有执行过操作。',
  '{address} appeared in DBA_OB_SERVERS without an operation from here.':
    '{address} 出现在 DBA_OB_SERVERS 中，而这里没有执行过操作。',
  'This is possible in the states {allowed}.': '以下状态可以执行：{allowed}。',
  'The request would be refused with {code} ({name}).': '该请求会以 {code}（{name}）被拒绝。',
  'Wait until task {taskId} has ended, or queue with onConflict=queue; a failed one is retried, rolled back or released.':
    '请等待任务 {taskId} 结束，或用 onConflict=queue 排队；失败的任务可以重试、回滚或释放。',
  'Register the agents of these hosts.': '请登记这些主机的 Agent。',
  'Every server was stopped by itself or with its zone': '每台服务器都是单独停止的，或随其 Zone 停止',
  'Every server was stopped by itself or with its zone.': '每台服务器都是单独停止的，或随其 Zone 停止。',
  'every server of zone {zone} was stopped by itself, and the zone was not':
    'Zone {zone} 的每台服务器都是单独停止的，而该 Zone 并未停止',
  '{why}; start these servers or zones': '{why}；请启动这些服务器或 Zone',
  'Start these servers or zones.': '请启动这些服务器或 Zone。',
  'Start these servers.': '请启动这些服务器。',
  '{host} is no host of it': '{host} 不是它的主机',
  '{address} is not OceanBase but {version}': '{address} 不是 OceanBase，而是 {version}',
  'There is no host type {id}; list them, or create one.': '没有主机类型 {id}；请查看已有类型，或新建一个。',
  'User {username} has no credential {id}; list them, or create one.':
    '用户 {username} 没有凭据 {id}；请查看已有凭据，或新建一个。',
  'its views came back empty': '其视图返回为空',
  '{count} servers read; {up} of {total} processes are up by their agents':
    '已读取 {count} 台服务器；据其 Agent，{total} 个进程中有 {up} 个在运行',
  'after {seconds} s {shown} instead of {value}; look at the list of parameters again':
    '{seconds} 秒后为 {shown}，而不是 {value}；请再次查看参数列表',
  '{why}; whether the password was changed is not known, and is found out with the next look at the cluster':
    '{why}；密码是否已修改尚不清楚，下次查看集群时即可得知',
  'a credential of targetType {type} needs it': 'targetType 为 {type} 的凭据需要它',
  'the hosts of cluster {clusters} are of type {name}': '集群 {clusters} 的主机属于类型 {name}',
  '{home} is not one of the homes that the agent of host {ip} may touch':
    '{home} 不是主机 {ip} 的 Agent 可以操作的 home 目录',
  '{home} holds a server on host {ip}': '主机 {ip} 上的 {home} 中已有服务器',
  'no home is free on host {ip}': '主机 {ip} 上没有空闲的 home 目录',
  '{count} homes are free on host {ip} and none was named':
    '主机 {ip} 上有 {count} 个空闲的 home 目录，未指定用哪一个',
  'needs returnBy: the time when the server shall start': '需要 returnBy，即服务器启动的时间',
  'a server of which only the service is stopped never goes permanently offline':
    '只停止服务的服务器永远不会进入永久下线',
  'must be in the future': '必须是将来的时间',
  'must be within 31 days': '必须在 31 天以内',
  'it is in state {status}, and only a FAILED subtask can be skipped':
    '它处于状态 {status}，只有 FAILED 的子任务可以跳过',
  'being aborted by {name}': '{name} 正在中止它',
  'running, and not paused': '运行中且未暂停',
  '{state} (only a rolling operation can be paused or aborted)': '{state}（只有滚动操作可以暂停或中止）',
  'The command was withdrawn and nothing was changed; look whether that instance runs, and try again':
    '命令已撤回，没有任何改动；请检查该实例是否在运行，然后重试',
  'The metadata database does not answer either, so the command may still be carried out: look at the task before you try again':
    '元数据库也没有应答，因此命令可能仍会执行：请先查看任务，再重试',
  'Events are missing between your last one and this one; read again what you show.':
    '您的上一个事件与此事件之间有缺失；请重新读取所显示的内容。',
  'A consumer of events reads too slowly and is cut off': '事件的接收方读取过慢，已断开',
  'Give the present one as currentPassword': '请以 currentPassword 给出当前密码',
  'No operation holds cluster {name}.': '没有操作占用集群 {name}。',
  'Task {taskId} ({taskName}) of {username} holds cluster {name}.':
    '{username} 的任务 {taskId}（{taskName}）占用着集群 {name}。',
  'The agents of {count} servers are known.': '已知 {count} 台服务器的 Agent。',
  'No agent is known on {addresses}, so processes there cannot be reached.':
    '{addresses} 上没有已知的 Agent，因此无法访问那里的进程。',
  'cluster {name} answered in a form that is not understood ({detail})':
    '集群 {name} 的应答格式无法理解（{detail}）',
  'the password of cluster {name} is being changed by somebody else; try again in a minute':
    '其他人正在修改集群 {name} 的密码；请一分钟后重试',
  'it is shutting down': '正在关闭',
  'the body is not valid JSON': '请求体不是有效的 JSON',
  'the path is not correctly encoded': '路径编码不正确',
  'a part of the path is too long': '路径的某一部分过长',
  'Content-Length does not match the body': 'Content-Length 与请求体不符',
  'must be 1 to 255 visible ASCII characters': '必须是 1 到 255 个可见 ASCII 字符',
  'Too big: expected string to have <={max} characters': '过长：最多 {max} 个字符',
  'Too small: expected string to have >={min} characters': '过短：至少 {min} 个字符',
  'a subtask that cannot be undone has succeeded': '一个不能撤销的子任务已成功',
  'what follows relies on it': '后续步骤依赖它',
  'no instance at the moment': '目前没有实例',
  'the Idempotency-Key was used for another request, which became task {taskId}':
    '该 Idempotency-Key 已用于另一个请求，即任务 {taskId}',
  'the Idempotency-Key was used for another request': '该 Idempotency-Key 已用于另一个请求',
  'no zone of the cluster is in IDC {idc}, and its zones are in {count} regions: name one':
    '集群中没有 Zone 位于 IDC {idc}，且其 Zone 分布在 {count} 个地域：请指定一个',
} as const satisfies Record<(typeof appMessages)[number], string>;
