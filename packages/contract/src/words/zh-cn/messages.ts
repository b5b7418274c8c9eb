import type { Message } from '../messages.ts';
import type { Translated } from '../placeholders.ts';

const texts = {
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
  '{count} leaders are still there': '仍有 {count} 个 Leader',
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
  'Cancelled by {name}': '被 {name} 取消',
  'Cancelled by {name}. The step had already reached its goal': '被 {name} 取消。该步骤此前已达到目标',
  'The outcome is unknown: {reason}. The step runs again, to look':
    '结果未知：{reason}。该步骤将再次运行以查看',
  'Agent {url} gave no answer: {reason}': 'Agent {url} 没有应答：{reason}',
  'none within {ms} ms': '{ms} 毫秒内没有',
  '{count} servers read; {up} of {total} processes are up by their agents.':
    '已读取 {count} 台服务器；据其 Agent，{total} 个进程中有 {up} 个在运行。',
  'Every server of zone {zone} was stopped by itself; the zone is active.':
    'Zone {zone} 的每台服务器都是单独停止的；该 Zone 处于活跃状态。',
  'the agent at {url} is that of host {host}': '{url} 的 Agent 属于主机 {host}',
  '{count} servers are started, and the zone.': '启动 {count} 台服务器和该 Zone。',
  '{addresses} are DELETING.': '{addresses} 正在 DELETING。',
  '{addresses} are not in DBA_OB_SERVERS.': '{addresses} 不在 DBA_OB_SERVERS 中。',
  '{why}; start these servers': '{why}；请启动这些服务器',
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
  'the first look is under way': '第一次查看正在进行',
  'Verdict {verdict}; {count} leaders to move.': '判定 {verdict}；需迁移 {count} 个 Leader。',
  'Verdict {verdict}.': '判定 {verdict}。',
  '{count} leaders to move.': '需迁移 {count} 个 Leader。',
  'Stopping this server is not safe.': '停止该服务器不安全。',
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
  'No process is running.': '没有进程在运行。',
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
  'No agent is known for server {address}, so its process cannot be reached. Register the agent of its host.':
    '没有服务器 {address} 的 Agent 信息，因此无法访问其进程。请登记其主机的 Agent。',
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
  'Nothing about the cluster can be proven, so the stop cannot be proven safe.':
    '无法证明集群的任何情况，因此不能证明停止是安全的。',
  'Check the network, the sys password and the servers. Force stops the process without the kernel.':
    '请检查网络、sys 密码和各服务器。强制停止会绕过内核停止进程。',
  'It is {ageMs} ms old and was begun {order} the server was stopped.':
    '该观察已有 {ageMs} 毫秒，且开始于服务器停止{order}。',
  'An old observation proves nothing about now.': '旧的观察不能证明现在的情况。',
  'Look again.': '请再次查看。',
  'The views that show stopped servers and leaders could not be read.':
    '无法读取显示已停止服务器和 Leader 的视图。',
  'Nobody knows whether the server still leads log streams.': '不知道该服务器是否仍是某些日志流的 Leader。',
  'Find out why the cluster does not answer, then retry.': '请查明集群为何没有应答，然后重试。',
  '{address} is {mark} and leads {count} log streams.':
    '{address} {mark}，并且是 {count} 个日志流的 Leader。',
  'Killing it now would interrupt the tenants whose leaders it holds.':
    '现在终止它会中断以它为 Leader 的租户。',
  'Retry the step "Stop server": it waits until the leaders have left.':
    '请重试步骤“停止服务”：它会等待 Leader 离开。',
  'Retry the step "Stop zone": it waits until the leaders have left.':
    '请重试步骤“停止 Zone”：它会等待 Leader 离开。',
  'The check could not be made, so the stop cannot be proven safe.':
    '无法进行该检查，因此不能证明停止是安全的。',
  'The check could not be made, so the operation cannot be proven safe.':
    '无法进行该检查，因此不能证明操作是安全的。',
  'Find out why the cluster does not answer this query, then try again.':
    '请查明集群为何不应答此查询，然后重试。',
  '{view} could not be read: {reason}.': '无法读取 {view}：{reason}。',
  '{view} came back empty, which cannot be.': '{view} 返回为空，这不可能。',
  'The cluster does not know this server.': '集群不认识该服务器。',
  'Synchronise the cluster; if the server was removed on purpose, remove it here too.':
    '请同步集群；如果该服务器是有意移除的，请在这里也移除。',
  '{address} is DELETING.': '{address} 正在 DELETING。',
  'The kernel is moving its units away; a stop would hinder that.': '内核正在迁走其 Unit；停止会妨碍该过程。',
  'Wait until the deletion ends, or cancel it.': '请等待删除结束，或取消删除。',
  '{address} in zone {zone} is {status}.': 'Zone {zone} 中的 {address} 为 {status}。',
  'No server is stopped outside zone {zone}.': 'Zone {zone} 之外没有已停止的服务器。',
  'Stopped outside zone {zone}: {elsewhere}.': 'Zone {zone} 之外已停止：{elsewhere}。',
  'Servers of two zones must never be stopped at once: log streams would lose their majority.':
    '绝不能同时停止两个 Zone 的服务器：日志流会失去多数派。',
  'Start what is stopped in the other zone first. Force does not lift this check.':
    '请先启动另一个 Zone 中已停止的部分。强制也不能越过此检查。',
  'The cluster has {count} servers.': '集群有 {count} 台服务器。',
  '{target} is the only server.': '{target} 是唯一的服务器。',
  'Stopping it stops the cluster.': '停止它就停止了集群。',
  'Stop the cluster instead of the server.': '请改为停止集群，而不是服务器。',
  'There is no other server than {subject}.': '除 {subject} 外没有其他服务器。',
  'The other {count} servers are ACTIVE and in service.': '其他 {count} 台服务器均为 ACTIVE 且在服务中。',
  '{count} not in service: {servers}.': '{count} 台不在服务中：{servers}。',
  'They do not count towards any majority while this server is stopped.':
    '该服务器停止期间，它们不计入任何多数派。',
  'They do not count towards any majority while this stop lasts.': '本次停止期间，它们不计入任何多数派。',
  'Consider repairing them first.': '建议先修复它们。',
  'No locality change is under way in {count} tenants.': '{count} 个租户均没有正在进行的 Locality 变更。',
  'Locality is changing for {tenants}.': '正在变更 Locality 的租户：{tenants}。',
  'The kernel refuses a stop while replicas are being moved.': '副本迁移期间，内核拒绝停止。',
  'Wait until the locality change has finished.': '请等待 Locality 变更完成。',
  'a view could not be read': '有视图无法读取',
  'All {count} log streams have one leader.': '全部 {count} 个日志流都有唯一的 Leader。',
  '{problems} of {count} log streams: {list}.': '{count} 个日志流中有 {problems} 个有问题：{list}。',
  '{stream} has no leader': '{stream} 没有 Leader',
  '{stream} shows two leaders of one term': '{stream} 在同一任期显示两个 Leader',
  '{stream} has its only replica on this server': '{stream} 的唯一副本在该服务器上',
  'tenant {tenant} log stream {id}': '租户 {tenant} 日志流 {id}',
  'The kernel refuses a stop while any log stream of the cluster has no leader.':
    '只要集群有日志流没有 Leader，内核就拒绝停止。',
  'Restore the leader first: look for dead or isolated servers among its members.':
    '请先恢复 Leader：在其成员中查找已宕机或被隔离的服务器。',
  'All {count} log streams keep a majority without this server.':
    '没有该服务器，全部 {count} 个日志流仍保有多数派。',
  'These log streams would lose their majority: no writes, and no leader after the next failure.':
    '这些日志流会失去多数派：无法写入，且下一次故障后将没有 Leader。',
  'Bring the other members back, or add replicas, before this stop.':
    '停止之前，请恢复其他成员，或增加副本。',
  'The remaining members of every log stream are less than 5 s behind.':
    '每个日志流的其余成员落后不到 5 秒。',
  'Without this server these log streams have no majority that holds the newest log.':
    '没有该服务器，这些日志流就没有持有最新日志的多数派。',
  'Wait until the followers have caught up, or find out what holds them back.':
    '请等待 Follower 追平，或查明是什么拖住了它们。',
  'The job views could not be read: {reason}.': '无法读取作业视图：{reason}。',
  'Jobs of the kernel may be under way; they are not needed to prove the stop safe.':
    '内核可能有作业正在进行；证明停止安全并不需要它们。',
  'No kernel job is in progress.': '没有正在进行的内核作业。',
  '{count} in progress: {jobs}.': '{count} 个正在进行：{jobs}。',
  'They may take longer, or wait, while the server is stopped.': '该服务器停止期间，它们可能变慢或等待。',
  'Consider waiting for them.': '建议等待它们完成。',
  'The cluster does not know what is to be stopped.': '集群不认识要停止的对象。',
  'The servers to stop are in {count} zones: {zones}.': '要停止的服务器分布在 {count} 个 Zone：{zones}。',
  'Stop servers of one zone only. Force does not lift this check.':
    '只能停止一个 Zone 的服务器。强制也不能越过此检查。',
  '{what} is not safe.': '{what} 不安全。',
  'The zone was not ACTIVE before this task; that stays.': '该 Zone 在本任务之前不是 ACTIVE；保持不变。',
  'Zone {zone} is ACTIVE again.': 'Zone {zone} 已恢复为 ACTIVE。',
  'Zone {zone} is INACTIVE, and its servers lead nothing.':
    'Zone {zone} 为 INACTIVE，其服务器不再有 Leader。',
  'The zone was not INACTIVE before this task; nothing to undo.':
    '该 Zone 在本任务之前不是 INACTIVE；无需撤销。',
  'The processes are gone, but the kernel shows the zone {state}. Somebody may have started it again; look at DBA_OB_ZONES, then retry or roll back.':
    '进程已不在，但内核显示该 Zone 为 {state}。可能有人又启动了它；请查看 DBA_OB_ZONES，然后重试或回滚。',
  'A started server becomes active only when a majority of the cluster runs.':
    '只有集群的多数派在运行，启动的服务器才会变为 ACTIVE。',
  'When the whole cluster is down, start the cluster instead.': '如果整个集群都已停止，请改为启动集群。',
  'It is not known whether the cluster still knows what is to be started.':
    '不知道集群是否仍认识要启动的对象。',
  'The cluster knows {address}.': '集群认识 {address}。',
  'The cluster does not know this server; it would never become active.':
    '集群不认识该服务器；它永远不会变为 ACTIVE。',
  '{names} not stopped.': '{names} 未停止。',
  'Zone {name} is stopped.': 'Zone {name} 已停止。',
  'Servers in it run, and serve only when the zone is started.':
    '其中的服务器会运行，但要到该 Zone 启动后才提供服务。',
  'Start the zone.': '请启动该 Zone。',
  'Marked stopped, and leading nothing: {addresses}.': '已标记为停止且不再有 Leader：{addresses}。',
  '{count} other zones are ACTIVE.': '另有 {count} 个 Zone 为 ACTIVE。',
  'No zone but {own} is ACTIVE.': '除 {own} 外没有 ACTIVE 的 Zone。',
  'The kernel does not stop the last active zone.': '内核不会停止最后一个活跃的 Zone。',
  'Start the other zones first, or stop the cluster instead of the zone.':
    '请先启动其他 Zone，或改为停止集群。',
  'Zone {own} has the {count} servers of this operation.': 'Zone {own} 有本操作的 {count} 台服务器。',
  'Zone {own} also has {addresses}.': 'Zone {own} 还有 {addresses}。',
  'The zone has changed since the operation was asked for.': '请求该操作之后，Zone 发生了变化。',
  'Synchronise the cluster, then ask for the operation anew.': '请同步集群，然后重新请求该操作。',
  'No operation holds cluster {name}.': '没有操作占用集群 {name}。',
  'Task {taskId} ({taskName}) of {username} holds cluster {name}.':
    '{username} 的任务 {taskId}（{taskName}）占用着集群 {name}。',
  'The agents of {count} servers are known.': '已知 {count} 台服务器的 Agent。',
  'No agent is known on {addresses}, so processes there cannot be reached.':
    '{addresses} 上没有已知的 Agent，因此无法访问那里的进程。',
  '{server} was stopped from here ({state}) and stays stopped.':
    '{server} 是从这里停止的（{state}），将保持停止。',
  'Cluster {name} goes on running as it is.': '集群 {name} 保持现状继续运行。',
  'The cluster is not managed any more; its passwords are removed when this task ends.':
    '该集群不再被管理；本任务结束时会移除其密码。',
  'it is given twice': '重复给出',
  'there is no such parameter': '没有该参数',
  'it is read-only': '它是只读的',
  '"{value}" is no value of type {dataType}': '“{value}”不是类型 {dataType} 的值',
  'cluster {name} answered in a form that is not understood ({detail})':
    '集群 {name} 的应答格式无法理解（{detail}）',
  'the password of cluster {name} is being changed by somebody else; try again in a minute':
    '其他人正在修改集群 {name} 的密码；请一分钟后重试',
  'it is shutting down': '正在关闭',
  'the body is not valid JSON': '请求体不是有效的 JSON',
  'the body must be a JSON object': '请求体必须是 JSON 对象',
  'the path is not correctly encoded': '路径编码不正确',
  'a part of the path is too long': '路径的某一部分过长',
  'Content-Length does not match the body': 'Content-Length 与请求体不符',
  'it cannot be read': '无法读取',
  'must be an integer from {min} to {max}': '必须是 {min} 到 {max} 的整数',
  'must be true or false': '必须是 true 或 false',
  'must be a list of {values}': '必须是以下值的列表：{values}',
  'must be field,asc or field,desc': '必须是 field,asc 或 field,desc',
  'must be 1 to 255 visible ASCII characters': '必须是 1 到 255 个可见 ASCII 字符',
  'Invalid input: expected {expected}, received undefined': '缺少该参数，应为 {expected}',
  'Invalid input: expected {expected}, received {received}': '输入无效：应为 {expected}，收到 {received}',
  'Invalid input: expected {expected}': '输入无效：应为 {expected}',
  'Invalid option: expected one of {options}': '选项无效：应为其中之一 {options}',
  'Too big: expected string to have <={max} characters': '过长：最多 {max} 个字符',
  'Too small: expected string to have >={min} characters': '过短：至少 {min} 个字符',
  'Too big: expected array to have <={max} items': '过多：最多 {max} 项',
  'Too small: expected array to have >={min} items': '过少：至少 {min} 项',
  'Invalid string: must match pattern {pattern}': '字符串无效：必须匹配模式 {pattern}',
  'Invalid URL': 'URL 无效',
  'a subtask that cannot be undone has succeeded': '一个不能撤销的子任务已成功',
  'what follows relies on it': '后续步骤依赖它',
  'no instance at the moment': '目前没有实例',
  'instance {owner}': '实例 {owner}',
  'the Idempotency-Key was used for another request, which became task {taskId}':
    '该 Idempotency-Key 已用于另一个请求，即任务 {taskId}',
  'the Idempotency-Key was used for another request': '该 Idempotency-Key 已用于另一个请求',
  'This instance has no valid lease: its metadata database does not answer':
    '本实例没有有效的租约：其元数据库没有应答',
  'The step ended before it had reached its goal': '步骤在达到目标之前结束了',
  'OceanBase error {errno} ({sqlState}): {text}': 'OceanBase 错误 {errno}（{sqlState}）：{text}',
  'User, tenant or password is wrong.': '用户、租户或密码错误。',
  'Correct the stored password of root@sys.': '请更正保存的 root@sys 密码。',
  'The kernel cannot parse the statement.': '内核无法解析该语句。',
  'This version of OceanBase may not know it.': '此版本的 OceanBase 可能不认识它。',
  'An argument of the statement is wrong.': '语句的参数有误。',
  'Check the server address.': '请检查服务器地址。',
  'The user may not do this.': '该用户无权执行此操作。',
  'Use root@sys, or grant ALTER SYSTEM.': '请使用 root@sys，或授予 ALTER SYSTEM 权限。',
  'The database user is locked.': '数据库用户已锁定。',
  'Unlock it in the sys tenant.': '请在 sys 租户中解锁。',
  'The statement did not end within its time.': '语句未在限定时间内结束。',
  'The statement is sent again.': '将重新发送该语句。',
  'The value does not fit the parameter.': '该值不适合此参数。',
  'Give one of its type and within its range; the text of the kernel may name it.':
    '请给出类型相符且在范围内的值；内核的文本可能会指明。',
  'The cluster does not know this server or zone.': '集群不认识该服务器或 Zone。',
  'Synchronise the cluster.': '请同步集群。',
  'The kernel asks to try again.': '内核要求重试。',
  'The root service is moving to another server.': 'root service 正在切换到另一台服务器。',
  'The kernel refuses for safety; its text says which log stream.':
    '内核出于安全而拒绝；其文本说明是哪个日志流。',
  'Repair what the text names, then retry.': '请修复文本所指的对象，然后重试。',
  'The root service is shutting down.': 'root service 正在关闭。',
  'The server is already being deleted.': '该服务器已在删除中。',
  'Wait for the deletion, or cancel it.': '请等待删除完成，或取消删除。',
  'The server is not being deleted.': '该服务器不在删除中。',
  'The server belongs to another zone.': '该服务器属于另一个 Zone。',
  'The zone is in another state.': '该 Zone 处于另一状态。',
  'Leaders have not all left the server yet; it stays marked stopped.':
    'Leader 尚未全部离开该服务器；它仍标记为停止。',
  'The zone is not active.': '该 Zone 不活跃。',
  'Start the zone first.': '请先启动该 Zone。',
  'Something is stopped in another zone.': '另一个 Zone 中有已停止的部分。',
  'Start it first: two zones must never be stopped at once.': '请先启动它：绝不能同时停止两个 Zone。',
  'The units of the server have nowhere to go.': '该服务器的 Unit 无处可迁。',
  'Make room in the zone first.': '请先在该 Zone 中腾出资源。',
  'The degradation to the arbitration service has not finished.': '向仲裁服务的降级尚未完成。',
  'The server is still starting.': '该服务器仍在启动。',
  'The server is stopping.': '该服务器正在停止。',
  'Another server is asked.': '将询问另一台服务器。',
  'This version of OceanBase has no such parameter.': '此版本的 OceanBase 没有该参数。',
  "Look for its name in the list of the cluster's parameters.": '请在集群的参数列表中查找其名称。',
  'Aborted by {username} before {batch}. What was restarted before serves, and nothing is stopped. Roll the task back to give the cluster free (that changes no server), or retry it to go on.':
    '已由 {username} 在 {batch} 之前中止。之前重启的服务器均在服务中，没有停止任何服务器。请回滚该任务以释放集群（不会改动任何服务器），或重试以继续。',
  'All tenants of the cluster lose service, as {username} asked.':
    '按 {username} 的要求，该集群的所有租户将中断服务。',
  'The reason given: {reason}': '给出的原因：{reason}',
  'The server was out of service by itself before; that stays.': '该服务器之前已单独停止服务；保持不变。',
  'Zone {zone} was out of service by itself before; that stays.':
    'Zone {zone} 之前已单独停止服务；保持不变。',
  'healthy, {count} of {total} readings': '健康，第 {count}/{total} 次读数',
  'paused by {username} since {time}': '已由 {username} 暂停，自 {time} 起',
  'A rolling operation takes one server after the other down, and needs all others whole.':
    '滚动操作会逐台停止服务器，要求其他服务器全部完好。',
  'Accept the interruption with force, or stop and start the cluster.':
    '请用 force 接受中断，或者停止并启动集群。',
  'Repair them first, or wait until they have caught up.': '请先修复它们，或等待它们追上日志。',
  'The cluster cannot be asked: {why}.': '无法询问集群：{why}。',
  'With fewer than {count} zones log streams lose their majority while a server restarts: it is no rolling restart then.':
    'Zone 少于 {count} 个时，服务器重启期间日志流会失去多数派：这就不是滚动重启了。',
  '{count} things are not as they should be: {list}.': '有 {count} 处不正常：{list}。',
  '{count} servers are started.': '将启动 {count} 台服务器。',
} as const satisfies Record<Message, string>;

export const messages: Translated<{ readonly [Text in Message]: Text }, typeof texts> = texts;
