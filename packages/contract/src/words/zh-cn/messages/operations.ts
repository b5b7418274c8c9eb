import type { operationMessages } from '../../messages/operations.ts';

export const operationTexts = {
  'The cluster does not answer: {why}': '集群没有应答：{why}',
  '{view} cannot be read: {reason}': '无法读取 {view}：{reason}',
  'The cluster answers and shows {count} servers.': '集群有应答，显示 {count} 台服务器。',
  'The first step forgets the whole cluster.': '第一步会移除整个集群的记录。',
  'no agent was named; its process cannot be started or stopped from here.':
    '没有指定 Agent；无法从这里启动或停止其进程。',
  'agent {url} serves {count} homes and none was named for this port.':
    'Agent {url} 管理 {count} 个 home 目录，未指定此端口对应哪一个。',
  'agent {url}, home {home}, pid {pid}.': 'Agent {url}，home 目录 {home}，pid {pid}。',
  'Asking {address}': '正在询问 {address}',
  'leaders to leave {address}': 'Leader 离开 {address}',
  'the views of servers and leaders cannot be read': '无法读取服务器和 Leader 的视图',
  '{address} to be shown in service': '{address} 显示为在服务中',
  'the stop mark is still shown': '仍显示停止标记',
  'Zone {zone} is ACTIVE already.': 'Zone {zone} 已经是 ACTIVE。',
  'zone {zone} to be shown ACTIVE': 'Zone {zone} 显示为 ACTIVE',
  'it is shown INACTIVE': '显示为 INACTIVE',
  'The server holds no log streams; there is nothing to freeze.': '该服务器上没有日志流；无需转储。',
  'the checkpoints of {address} to pass {scn}': '{address} 的检查点超过 {scn}',
  'oldest checkpoint {scn}': '最旧的检查点 {scn}',
  'The oldest checkpoint moved from {before} to {after}.': '最旧的检查点从 {before} 前进到 {after}。',
  'The process is up already, pid {pid}.': '进程已在运行，pid {pid}。',
  'The agent answered: {outcome}, pid {pid}.': 'Agent 应答：{outcome}，pid {pid}。',
  'The process is gone already; no signal is needed.': '进程已经不在；无需发送信号。',
  'The process of {home} is pid {pid} now; the operation was prepared for pid {recorded}. Somebody restarted it: no signal was sent. Check who, then retry the whole operation.':
    '{home} 的进程现在是 pid {pid}；本操作是为 pid {recorded} 准备的。有人重启了它：没有发送信号。请查明是谁，然后重试整个操作。',
  'The agent answered: {outcome}.': 'Agent 应答：{outcome}。',
  'Process {pid} of {home} did not exit within {seconds} s after {signals}. Look at the host: the process may be stuck in the kernel.':
    '{home} 的进程 {pid} 在收到 {signals} 后 {seconds} 秒内没有退出。请检查主机：进程可能卡在操作系统内核中。',
  'proof that no log stream loses its majority': '证明没有日志流会失去多数派',
  'Forced past: {checks}': '已强制越过：{checks}',
  'Forced past the checks: {checks}.': '已强制越过检查：{checks}。',
  '{home} to be without a process and ports {sqlPort}, {rpcPort} to be free':
    '{home} 没有进程，且端口 {sqlPort}、{rpcPort} 空闲',
  'gone; looking once more for a successor': '已不在；再确认一次有无后继进程',
  'A new process (pid {pid}) runs in {home}: something outside OpenOCP started it again. It was not touched. Find out what restarts it (a service manager, a script), end that, then retry.':
    '{home} 中运行着新进程（pid {pid}）：OpenOCP 之外的某个程序又启动了它。未对其做任何操作。请查明是什么重启了它（服务管理器、脚本），停掉后重试。',
  'The process of {home} has ended while it was starting; see {log}. Last seen: {unready}.':
    '{home} 的进程在启动过程中结束了；请查看 {log}。最后看到：{unready}。',
  '{first}; and {count} more servers': '{first}；以及另外 {count} 台服务器',
  '{names} to be ACTIVE and in service': '{names} 变为 ACTIVE 且在服务中',
  'It only waits.': '它只是等待。',
  'It only looks.': '它只是查看。',
  'It only joins parallel steps.': '它只是汇合并行步骤。',
  'It records what the cluster shows.': '它记录集群所显示的内容。',
  'What has been written to disk may stay there.': '已写入磁盘的内容可以保留。',
  '{statement} was not acknowledged, so the process must not be stopped. Roll the task back, or stop with force.':
    '{statement} 未得到确认，因此不能停止进程。请回滚任务，或强制停止。',
  'There was no process when the stop was prepared; nothing to signal.': '准备停止时没有进程；无需发送信号。',
  'No process of {home} is running.': '{home} 没有进程在运行。',
  'Recorded process: pid {pid}, {executable}, start {startTicks}.':
    '已记录进程：pid {pid}，{executable}，启动时刻 {startTicks}。',
  'leaders and followers to settle': 'Leader 与 Follower 稳定下来',
  'Verdict {verdict}; {count} leaders to move.': '判定 {verdict}；需迁移 {count} 个 Leader。',
  'Verdict {verdict}.': '判定 {verdict}。',
  '{count} leaders to move.': '需迁移 {count} 个 Leader。',
  'The cluster could not be asked: the process is stopped without {statement}.':
    '无法询问集群：不执行 {statement} 而直接停止进程。',
  'The kernel refuses; force goes on without it. {text}': '内核拒绝；强制操作不顾其拒绝继续。{text}',
  'Force goes on: {message}': '强制继续：{message}',
  '{address} is marked stopped and leads nothing.': '{address} 已标记为停止，且不再有 Leader。',
  'The server was marked stopped before this task; the mark stays.':
    '该服务器在本任务之前已标记为停止；保留该标记。',
  'The server is not marked stopped; nothing to undo.': '该服务器未标记为停止；无需撤销。',
  'The cluster could not be reached before this task either; no stop mark was set.':
    '本任务之前也无法访问集群；没有设置停止标记。',
  'The server is in service again.': '该服务器已恢复服务。',
  'There was no process before this task; none is started.': '本任务之前没有进程；不启动进程。',
  'The process is gone and the kernel shows the server stopped ({status}).':
    '进程已不在，内核显示该服务器已停止（{status}）。',
  'The process is gone, but the kernel {seen}. Somebody may have started the server again; look at DBA_OB_SERVERS, then retry or roll back.':
    '进程已不在，但内核{seen}。可能有人又启动了该服务器；请查看 DBA_OB_SERVERS，然后重试或回滚。',
  'The process is gone; the kernel {seen}.': '进程已不在；内核{seen}。',
  'does not show it stopped': '未显示其已停止',
  'cannot be asked ({why})': '无法询问（{why}）',
  'no such server': '没有该服务器',
  'The agent runs on its own; it is only asked.': 'Agent 独立运行；这里只是询问它。',
  'The cluster cannot be asked yet: {why}': '暂时无法询问集群：{why}',
  '{address} is not in DBA_OB_SERVERS.': '{address} 不在 DBA_OB_SERVERS 中。',
  'The kernel shows {status}, marked stopped.': '内核显示 {status}，已标记为停止。',
  'The kernel shows {status}.': '内核显示 {status}。',
  'Process {pid} is running.': '进程 {pid} 正在运行。',
  'The agent sees no process in {home}; it has ended meanwhile.':
    'Agent 在 {home} 中看不到进程；它已在此期间结束。',
  'The agent of {ip} sees process {pid}.': '{ip} 的 Agent 看到进程 {pid}。',
  'The process ran before this task; it stays.': '该进程在本任务之前就在运行；予以保留。',
  'The {kind} was not marked stopped before this task, so it was meant to run: the process stays.':
    '本任务之前该 {kind} 未标记为停止，即本应运行：保留进程。',
  'No process is running; nothing to undo.': '没有进程在运行；无需撤销。',
  'The {kind} was not marked stopped before this task; nothing to undo.':
    '本任务之前该 {kind} 未标记为停止；无需撤销。',
  'Zone {zone} is stopped: the server will run, and serve only when the zone is started.':
    'Zone {zone} 已停止：服务器会运行，但要到该 Zone 启动后才提供服务。',
  'Server {serverId} is not in cluster {clusterId} any more.':
    '服务器 {serverId} 已不在集群 {clusterId} 中。',
  'No agent is known for server {address}, so its process cannot be reached. Connect the agent of its host (connectAgents of the cluster).':
    '没有服务器 {address} 的 Agent 信息，因此无法访问其进程。请连接其主机的 Agent（集群的 connectAgents）。',
  'The server is meant to be {intent} from now on.': '从现在起，该服务器应处于 {intent}。',
  'Cluster {clusterId} is not managed any more.': '集群 {clusterId} 已不再被管理。',
  'Cluster {name} is {status}.': '集群 {name} 为 {status}。',
  'The status of a cluster follows from what is observed.': '集群的状态由所观察到的情况得出。',
  'Zone {zone} could not be read ({reason}); its last known state stays.':
    '无法读取 Zone {zone}（{reason}）；保留其最后已知的状态。',
  'no such row': '没有这一行',
  'Zone {name} is {status}.': 'Zone {name} 为 {status}。',
  'The agent could not be asked: {error}': '无法询问 Agent：{error}',
  'Every process of cluster {name} has ended, and yet a server answers. Somebody started one again; look at its hosts, then retry.':
    '集群 {name} 的所有进程都已结束，却仍有服务器应答。有人又启动了其中一台；请检查其主机，然后重试。',
  '{address} is {mark} and leads {count} log streams.':
    '{address} {mark}，并且是 {count} 个日志流的 Leader。',
  'The cluster has {count} servers.': '集群有 {count} 台服务器。',
  'tenant {tenant} log stream {id}': '租户 {tenant} 日志流 {id}',
  '{what} is not safe.': '{what} 不安全。',
  'The zone was not ACTIVE before this task; that stays.': '该 Zone 在本任务之前不是 ACTIVE；保持不变。',
  'Zone {zone} is ACTIVE again.': 'Zone {zone} 已恢复为 ACTIVE。',
  'Zone {zone} is INACTIVE, and its servers lead nothing.':
    'Zone {zone} 为 INACTIVE，其服务器不再有 Leader。',
  'The zone was not INACTIVE before this task; nothing to undo.':
    '该 Zone 在本任务之前不是 INACTIVE；无需撤销。',
  'The processes are gone, but the kernel shows the zone {state}. Somebody may have started it again; look at DBA_OB_ZONES, then retry or roll back.':
    '进程已不在，但内核显示该 Zone 为 {state}。可能有人又启动了它；请查看 DBA_OB_ZONES，然后重试或回滚。',
  'Zone {name} is stopped.': 'Zone {name} 已停止。',
  'paused by {name} since {time}': '由 {name} 于 {time} 暂停',
  'somebody to resume the task before {next}': '有人在{next}之前恢复任务',
  'batch {index} of {count} ({zone})': '第 {index} 批，共 {count} 批（{zone}）',
  'Aborted by {name} before {next}. What was restarted before serves, and nothing is stopped. Roll the task back to give the cluster free (that changes no server), or retry it to go on.':
    '在{next}之前被 {name} 中止。此前已重启的服务器均在服务中，没有服务器处于停止状态。请回滚任务以释放集群（不会改动任何服务器），或重试任务以继续。',
  'healthy, {healthy} of {count} readings': '健康，{count} 次读数中已有 {healthy} 次',
  'the whole cluster to be healthy before {next}': '整个集群在{next}之前恢复健康',
  'and {count} more': '以及另外 {count} 项',
  'zone {zone} is {status}': 'Zone {zone} 为 {status}',
  '{address} is stopped': '{address} 已停止',
  'Cluster {name} has {count} zones.': '集群 {name} 有 {count} 个 Zone。',
  'Without {batch}: {evidence}': '停止 {batch} 时：{evidence}',
  'All tenants of the cluster lose service, as {name} asked.':
    '应 {name} 的要求，集群的所有租户都将中断服务。',
  'Whether another control plane operates the cluster could not be checked: {why}':
    '无法检查是否有另一个控制平面在操作该集群：{why}',
  'It goes on without.': '跳过此检查，继续进行。',
  'Nothing was done.': '没有任何改动。',
  'Retry when the cluster answers, or roll back and ask again with override cluster-reachable.':
    '请在集群应答后重试，或回滚后以 override cluster-reachable 重新提交。',
  'The row openocp.control_plane could not be written: {why}. Retry when the cluster answers.':
    '无法写入 openocp.control_plane 中的行：{why}。请在集群应答后重试。',
  'OCP error 34026: another control plane operates the cluster: {why}. Nothing more is done here. When that one no longer runs, take the cluster again: PUT /api/v2/ob/clusters/{clusterId}/guard with {body}, then retry.':
    'OCP 错误 34026：另一个控制平面正在操作该集群：{why}。这里不再进行任何操作。确认对方不再运行后，请重新接手集群：用 {body} 调用 PUT /api/v2/ob/clusters/{clusterId}/guard，然后重试。',
  'The row openocp.control_plane is free for another control plane.':
    'openocp.control_plane 中的行已释放，可供另一个控制平面使用。',
  'The row openocp.control_plane still names this OpenOCP: {why}':
    'openocp.control_plane 中的行仍指向本 OpenOCP：{why}',
  'The row openocp.control_plane is not ours to release: {why}.':
    'openocp.control_plane 中的行不属于本 OpenOCP，不能释放：{why}。',
  'the row openocp.control_plane that this OpenOCP wrote is gone':
    '本 OpenOCP 写入 openocp.control_plane 的行已不存在',
  'instance {instance} on {host} wrote last, at {time}':
    '最后写入的是 {host} 上的实例 {instance}，时间为 {time}',
  'instance {instance} on {host} wrote last, at {time} for task {taskId}':
    '最后写入的是 {host} 上的实例 {instance}，时间为 {time}，为任务 {taskId} 写入',
  '{who}, and the metadata of this OpenOCP are older: a restored backup or a copy':
    '{who}，而本 OpenOCP 的元数据更旧：可能是恢复的备份或副本',
  '{statement} to be acknowledged': '{statement} 得到确认',
  '{address} is part of the cluster already.': '{address} 已是集群的成员。',
  '{address} was added to {zone}.': '{address} 已添加到 {zone}。',
  'The kernel empties {address}.': '内核正在迁走 {address} 上的数据。',
  '{address} has left the cluster already; nothing to take back.': '{address} 已离开集群；无需撤销。',
  '{address} has left the cluster for good; its deletion cannot be taken back. Add the server again, with an empty home.':
    '{address} 已彻底离开集群；删除无法撤回。请用空的 home 目录重新添加该服务器。',
  '{address} is not being deleted; nothing to undo.': '{address} 不在删除中；无需撤销。',
  '{address} stays in the cluster.': '{address} 保留在集群中。',
  '{addresses} to be empty and removed by the kernel': '{addresses} 清空并被内核移除',
  '{address} holds {count} replicas and votes': '{address} 持有 {count} 个副本和投票成员',
  '{address} in {zone} holds {count} replicas and votes': '{zone} 的 {address} 持有 {count} 个副本和投票成员',
  'proof that {address} holds no replica': '证明 {address} 上没有副本',
  'it holds {what}': '它持有 {what}',
  'A process runs in {home} on {ip}; a new server needs a home of its own.':
    '{ip} 的 {home} 中有进程在运行；新服务器需要自己的 home 目录。',
  'Port {ports} of {ip} is in use.': '{ip} 的端口 {ports} 已被占用。',
  '{home} on {ip} holds the data of an earlier server, or its agent is too old to tell. Empty the home, or choose another.':
    '{ip} 的 {home} 中有以前服务器的数据，或其 Agent 版本过旧而无法判断。请清空该 home 目录，或另选一个。',
  '{home} on {ip} is empty, and its ports are free.': '{ip} 的 {home} 为空，且端口空闲。',
  '{home} on {ip} holds {kind}, not the software of an OBServer.':
    '{ip} 上的 {home} 中是 {kind}，不是 OBServer 软件。',
  'The software is in {home} already; packages are not installed from here.':
    '软件已在 {home} 中；不从这里安装软件包。',
  'The software was there before.': '软件此前就已存在。',
  'All folders are there.': '目录均已存在。',
  'Made {folders}.': '已创建 {folders}。',
  'Empty folders may stay.': '空目录可以保留。',
  'What it started is ended with what the first start left.':
    '它所启动的进程会连同首次启动留下的内容一并结束。',
  '{address} runs from what its home has kept.': '{address} 用其 home 目录中保留的内容运行。',
  'DBA_OB_SERVERS and DBA_OB_ZONES cannot be read.': '无法读取 DBA_OB_SERVERS 和 DBA_OB_ZONES。',
  'New servers of {cluster} ask {rsList} first.': '{cluster} 的新服务器会首先询问 {rsList}。',
  'Nothing will be asked of host {ip}: it is taken for lost.': '不会向主机 {ip} 发送任何请求：视其为已丢失。',
  'No process runs in {home}.': '{home} 中没有进程在运行。',
  'Recorded process: pid {pid}.': '已记录进程：pid {pid}。',
  '{addresses} left the cluster.': '{addresses} 已离开集群。',
  'The host is taken for lost; its agent is not asked.': '视该主机为已丢失；不询问其 Agent。',
  'The agent of {ip} answers; process {pid} is left to end.': '{ip} 的 Agent 有应答；还需结束进程 {pid}。',
  'The agent is only asked.': '这里只是询问 Agent。',
  'Should host {ip} come back, end the observer on it by hand.':
    '如果主机 {ip} 恢复，请手动结束其上的 observer 进程。',
  'There was no process to end.': '没有需要结束的进程。',
  'The files in {home} stay; remove them when they are not needed.':
    '{home} 中的文件予以保留；不再需要时请自行删除。',
  'The server is no part of the cluster any more.': '该服务器已不是集群的成员。',
  'Host {ip} is free for another server.': '主机 {ip} 可供其他服务器使用。',
  'Zone {name} is not in the cluster.': '集群中没有 Zone {name}。',
  'The kernel adds servers to active zones only.': '内核只向活跃的 Zone 添加服务器。',
  'The server shall be back by {time}; {parameter} is {value}, which is long enough.':
    '该服务器应在 {time} 之前恢复；{parameter} 为 {value}，足够长。',
  'The server shall be back by {time}: {parameter} is {value} until then, it was {before}.':
    '该服务器应在 {time} 之前恢复：在此之前 {parameter} 设为 {value}，原值为 {before}。',
  '{parameter} could not be raised to {value}: {reason}': '无法将 {parameter} 调大到 {value}：{reason}',
  '{parameter} stays {value}: server {servers} is still to come back.':
    '{parameter} 保持为 {value}：服务器 {servers} 尚未恢复。',
  '{parameter} is {value} again.': '{parameter} 已恢复为 {value}。',
  '{parameter} was raised from {before} to {value}, and is {current} now: somebody else has set it, so it stays.':
    '{parameter} 曾从 {before} 调大到 {value}，现在为 {current}：其他人修改过它，因此保持不变。',
  'No server tells its {parameter}.': '没有服务器给出其 {parameter}。',
  'The server was out of service by itself before; that stays.':
    '该服务器此前就单独处于停止服务状态；保持不变。',
  'Zone {zone} was out of service by itself before; that stays.':
    'Zone {zone} 此前就单独处于停止服务状态；保持不变。',
  'still there: pid {pids}': '仍在：pid {pids}',
  'still listening: port {ports}': '仍在监听：端口 {ports}',
  '{address} is not in DBA_OB_SERVERS': '{address} 不在 DBA_OB_SERVERS 中',
  '{addresses} is not in DBA_OB_SERVERS.': '{addresses} 不在 DBA_OB_SERVERS 中。',
  'zone {zones} is not marked stopped': 'Zone {zones} 未标记为停止',
  'marked stopped': '已标记为停止',
  'not marked stopped': '未标记为停止',
  'The process of {address} was pid {before} and is pid {pid}, and its host was booted, without an operation from here.':
    '{address} 的进程原为 pid {before}，现为 pid {pid}，其主机也重启过，而这里没有执行过操作。',
  'Connect the agent of its host (connectAgents of the cluster).':
    '请连接其主机的 Agent（集群的 connectAgents）。',
  'Server {server} is {state}.': '服务器 {server} 为 {state}。',
  '{task} of server {servers}': '{task}（服务器 {servers}）',
  '{task} of server {servers} in zone {zones}': '{task}（Zone {zones} 的服务器 {servers}）',
  'Server {address} of {zone} is {status}.': '{zone} 的服务器 {address} 为 {status}。',
  'not at all': '不存在',
  '{address} is INACTIVE': '{address} 为 INACTIVE',
  'zone {zones} ({count} servers)': 'Zone {zones}（{count} 台服务器）',
  'zone {zone} ({status})': 'Zone {zone}（{status}）',
  '{server} was stopped from here ({state}) and stays stopped.':
    '{server} 是从这里停止的（{state}），将保持停止。',
  'Cluster {name} goes on running as it is.': '集群 {name} 保持现状继续运行。',
  'The cluster is not managed any more; its passwords are removed when this task ends.':
    '该集群不再被管理；本任务结束时会移除其密码。',
  'it cannot be read': '无法读取',
  'instance {owner}': '实例 {owner}',
  'Start the zone first.': '请先启动该 Zone。',
  'The reason given: {reason}': '给出的原因：{reason}',
  'Add servers to it, or choose another name.': '请向其中添加服务器，或另选名称。',
  'It goes with the zone.': '它随 Zone 一起消失。',
  'Its servers have left the cluster; add the zone anew.': '其服务器已离开集群；请重新添加该 Zone。',
  'The cluster has a zone {zone} already.': '集群中已有 Zone {zone}。',
  'The cluster has a zone {zone} already. Add servers to it, or choose another name.':
    '集群中已有 Zone {zone}。请向其中添加服务器，或另选名称。',
  'The cluster has no zone {zone} any more.': '集群中不再有 Zone {zone}。',
  'The process of {home} has ended while it was starting; see {log}.':
    '{home} 的进程在启动过程中已结束；请查看 {log}。',
  'No agent is connected on this host: only what SQL does is done.':
    '该主机未连接 Agent：只执行 SQL 能完成的操作。',
  '{address} does not answer ({why}), and without an agent on its host OpenOCP cannot start a process. Connect the agent (connectAgents of the cluster), then start the server.':
    '{address} 没有应答（{why}），其主机没有 Agent，OpenOCP 无法启动进程。请先连接 Agent（集群的 connectAgents），再启动该服务器。',
  '{address} to be in service': '{address} 进入服务',
  'The process of {home} has ended while it was starting. {log} ends: {words}. Mend the cause, roll the task back, then ask again.':
    '{home} 的进程在启动过程中结束了。{log} 的末尾是：{words}。请排除原因，回滚任务，然后重新发起。',
  'Passed: the servers of this batch go down one at a time.': '已跳过：本批服务器逐台停止。',
  'Passed: the servers of this batch went down together.': '已跳过：本批服务器已一起停止。',
  'The step was passed; nothing to undo.': '该步骤已跳过；无需撤销。',
  '{batch} goes down one server at a time, because not all can be spared: {reasons}':
    '{batch} 逐台停止，因为不能同时停掉全部服务器：{reasons}',
  'server {index} of {count} in {batch}': '{batch} 中的第 {index} 台服务器，共 {count} 台',
  'The process of {home} is pid {pid} now; pid {former} was waited for. Somebody restarted it: find out who or what, then retry.':
    '{home} 的进程现在是 pid {pid}；等待的是 pid {former}。有人重启了它：请查明来源，然后重试。',
  'The zone is no part of the cluster any more.': '该 Zone 不再属于集群。',
  'There was no server to wait for.': '没有需要等待的服务器。',
  'Zone {zone} is not deleted: {evidence} {meaning} {remedy}':
    '未删除 Zone {zone}：{evidence} {meaning} {remedy}',
} as const satisfies Record<(typeof operationMessages)[number], string>;
