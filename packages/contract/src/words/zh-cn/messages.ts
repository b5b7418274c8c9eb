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
  'paused by {name} since {time}': '由 {name} 于 {time} 暂停',
  'somebody to resume the task before {next}': '有人在{next}之前恢复任务',
  'batch {index} of {count} ({zone})': '第 {index} 批，共 {count} 批（{zone}）',
  'Aborted by {name} before {next}. What was restarted before serves, and nothing is stopped. Roll the task back to give the cluster free (that changes no server), or retry it to go on.':
    '在{next}之前被 {name} 中止。此前已重启的服务器均在服务中，没有服务器处于停止状态。请回滚任务以释放集群（不会改动任何服务器），或重试任务以继续。',
  'healthy, {healthy} of {count} readings': '健康，{count} 次读数中已有 {healthy} 次',
  'the whole cluster to be healthy before {next}': '整个集群在{next}之前恢复健康',
  'Every server serves, and every replica has caught up with its leader.':
    '每台服务器都在服务中，每个副本都已追平其 Leader。',
  '{count} things are not as they should be: {problems}.': '有 {count} 处异常：{problems}。',
  'and {count} more': '以及另外 {count} 项',
  'zone {zone} is {status}': 'Zone {zone} 为 {status}',
  '{address} is not in service': '{address} 不在服务中',
  '{address} is stopped': '{address} 已停止',
  '{stream} shows two leaders': '{stream} 显示两个 Leader',
  '{stream} has a member list that cannot be read': '{stream} 的成员列表无法解析',
  '{stream} has no live replica on {address}': '{stream} 在 {address} 上没有存活的副本',
  '{stream} is behind on {address}': '{stream} 在 {address} 上的副本落后',
  'A rolling operation takes one server after the other down, and needs all others whole.':
    '滚动操作会逐台停止服务器，要求其余服务器全部正常。',
  'Repair them first, or wait until they have caught up.': '请先修复，或等待副本追平。',
  'Cluster {name} has {count} zones.': '集群 {name} 有 {count} 个 Zone。',
  'With fewer than {count} zones log streams lose their majority while a server restarts: it is no rolling restart then.':
    '少于 {count} 个 Zone 时，重启一台服务器期间日志流会失去多数派：这就不是滚动重启了。',
  'Accept the interruption with force, or stop and start the cluster.':
    '请用强制选项接受服务中断，或停止后再启动集群。',
  'Without {batch}: {evidence}': '停止 {batch} 时：{evidence}',
  'All tenants of the cluster lose service, as {name} asked.':
    '应 {name} 的要求，集群的所有租户都将中断服务。',
  'To keep it serving, stop or restart it zone by zone.': '如需保持服务，请逐个 Zone 停止或重启。',
  'All tenants lose service until the cluster is started again.': '在集群重新启动之前，所有租户都没有服务。',
  'The cluster cannot be asked: {why}.': '无法询问集群：{why}。',
  '{count} tenants are served: {tenants}.': '正在为 {count} 个租户提供服务：{tenants}。',
  'The tenants could not be read: {reason}.': '无法读取租户：{reason}。',
  '{count} servers are started.': '启动 {count} 台服务器。',
  'Whether another control plane operates the cluster could not be checked: {why}':
    '无法检查是否有另一个控制平面在操作该集群：{why}',
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
  '{address} holds what cannot be told ({reason})': '{address} 持有的内容无法得知（{reason}）',
  'proof that {address} holds no replica': '证明 {address} 上没有副本',
  'it holds {what}': '它持有 {what}',
  'a replica of {stream}': '{stream} 的一个副本',
  'a vote in {stream}': '{stream} 的投票成员资格',
  '{stream} has no leader, so its members are not known': '{stream} 没有 Leader，因此无法得知其成员',
  'the member list of {stream} cannot be read': '{stream} 的成员列表无法解析',
  'Port {ports} of {ip} is in use.': '{ip} 的端口 {ports} 已被占用。',
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
  'Add the zone first.': '请先添加该 Zone。',
  'The cluster does not know {addresses} yet.': '集群中还没有 {addresses}。',
  '{addresses} is in the cluster already.': '{addresses} 已在集群中。',
  'A server is added once.': '一台服务器只能添加一次。',
  'Start it if it is stopped, or choose other ports or another host.':
    '如果它已停止，请启动它；否则请改用其他端口或其他主机。',
  'The kernel has nothing to delete.': '内核没有可删除的对象。',
  'Every zone keeps a server in service that can take over.':
    '每个 Zone 都保有一台在服务中、可以接替的服务器。',
  '{problems}, and no other server of the zone is in service.':
    '{problems}，且该 Zone 没有其他在服务中的服务器。',
  'What they hold could not be moved, so the kernel would refuse or never end.':
    '它们持有的数据无处可迁，内核会拒绝，或永远无法完成。',
  'Add or start another server in the zone first.': '请先在该 Zone 中添加或启动另一台服务器。',
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
  'no server of the cluster answers': '集群没有任何服务器应答',
  'no server of the cluster answered': '集群没有任何服务器应答',
  '{address} is ACTIVE and has not started service yet': '{address} 为 ACTIVE，但尚未开始服务',
  '{address} is still shown as before its restart': '{address} 仍显示为重启前的状态',
  'catching up: {streams}': '正在追平：{streams}',
  '{address} is not in DBA_OB_SERVERS': '{address} 不在 DBA_OB_SERVERS 中',
  '{address} is the server to stop': '{address} 是要停止的服务器',
  '{address} has not started service': '{address} 尚未开始服务',
  '{address} is in zone {zone}, which is {status}': '{address} 所在的 Zone {zone} 为 {status}',
  '{address} shows no live replica': '{address} 没有显示存活的副本',
  '{address} in zone {zone} is {status}, already marked stopped.':
    'Zone {zone} 中的 {address} 为 {status}，已标记为停止。',
  '{addresses} is not in DBA_OB_SERVERS.': '{addresses} 不在 DBA_OB_SERVERS 中。',
  "{stream} has the member list '{text}', which cannot be read": '{stream} 的成员列表为“{text}”，无法解析',
  '{stream} would keep {valid} of {replicas} members, {needed} are needed ({excluded})':
    '{stream} 的 {replicas} 个成员将只剩 {valid} 个，需要 {needed} 个（{excluded}）',
  '{stream} would have {count} members in sync, {needed} are needed (more than 5 s behind: {lagging})':
    '{stream} 将只有 {count} 个已同步的成员，需要 {needed} 个（落后 5 秒以上：{lagging}）',
  'zone {zones} is not marked stopped': 'Zone {zones} 未标记为停止',
  'marked stopped': '已标记为停止',
  'not marked stopped': '未标记为停止',
  'SQL connections to the servers of the cluster': '到集群各服务器的 SQL 连接',
  'age of the observation': '观察的新旧',
  'zones of the cluster': '集群的 Zone',
  'unfinished tasks of the cluster': '集群未结束的任务',
  'state of what is operated on': '操作对象的状态',
  'agents of the hosts': '主机的 Agent',
  'what servers and zones are meant to be': '服务器和 Zone 应处的状态',
  'what servers and zone are meant to be': '服务器和该 Zone 应处的状态',
  '{address} has no row in DBA_OB_SERVERS any more.': '{address} 在 DBA_OB_SERVERS 中已没有记录。',
  'If it was deleted on purpose nothing needs doing here.': '如果是有意删除的，则这里无需处理。',
  '{address} is stopped in the kernel ({mark}), not from here.':
    '{address} 在内核中已停止（{mark}），但不是从这里停止的。',
  'Start it here (the zone, if that is stopped), or leave it to whoever stopped it.':
    '请在这里启动它（如果停止的是 Zone，则启动 Zone），或交由停止它的人处理。',
  '{address} was stopped from here ({intent}), and is in service: it was started elsewhere.':
    '{address} 是从这里停止的（{intent}），但现在在服务中：它在别处被启动了。',
  'Stop the server here again if it is to be stopped.': '如果该服务器应当停止，请在这里再次停止它。',
  '{address} has no observer process, and none was stopped from here.':
    '{address} 没有 observer 进程，而从这里没有停止过它。',
  'Look at log/observer.log in its home, then start the server here.':
    '请查看其 home 目录下的 log/observer.log，然后在这里启动该服务器。',
  'The process of {address} was stopped from here, and runs again; its service is still stopped.':
    '{address} 的进程是从这里停止的，现在又在运行；其服务仍为停止。',
  'Start the server here to put it into service, or stop it here again.':
    '请在这里启动该服务器以恢复服务，或在这里再次停止它。',
  'The process of {address} was pid {before} and is pid {pid}, without an operation from here.':
    '{address} 的进程原为 pid {before}，现为 pid {pid}，而这里没有执行过操作。',
  'The process of {address} was pid {before} and is pid {pid}, and its host was booted, without an operation from here.':
    '{address} 的进程原为 pid {before}，现为 pid {pid}，其主机也重启过，而这里没有执行过操作。',
  'If nobody restarted it on purpose look at log/observer.log. The next start or stop from here settles this.':
    '如果没有人有意重启它，请查看 log/observer.log。下一次从这里启动或停止后，此项即消除。',
  '{address} appeared in DBA_OB_SERVERS without an operation from here.':
    '{address} 出现在 DBA_OB_SERVERS 中，而这里没有执行过操作。',
  'Connect the agent of its host (connectAgents of the cluster).':
    '请连接其主机的 Agent（集群的 connectAgents）。',
  'Give the present password of root@sys: changePassword with currentPassword and newPassword (it may be the same).':
    '请提供 root@sys 的当前密码：调用 changePassword，给出 currentPassword 和 newPassword（二者可以相同）。',
  'This version of OpenOCP cannot do it.': '此版本的 OpenOCP 不支持该操作。',
  'Task {taskId} ({taskName}) of {username} holds the cluster and is not finished.':
    '{username} 的任务 {taskId}（{taskName}）占用着集群，尚未结束。',
  'No agent is connected on {hosts}; connect it first (connectAgents of the cluster).':
    '{hosts} 上没有已连接的 Agent；请先连接（集群的 connectAgents）。',
  'Not in state {status}; possible in {allowed}.': '状态 {status} 下不可用；可用的状态：{allowed}。',
  'Server {server} is {state}.': '服务器 {server} 为 {state}。',
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
  '{task} of server {servers}': '{task}（服务器 {servers}）',
  '{task} in zone {zones}': '{task}（Zone {zones}）',
  '{task} of server {servers} in zone {zones}': '{task}（Zone {zones} 的服务器 {servers}）',
  'The cluster does not tell its name and id (parameters cluster and cluster_id).':
    '集群没有给出其名称和 id（参数 cluster 和 cluster_id）。',
  'The cluster shows no rows in {view}.': '集群的 {view} 中没有记录。',
  'OceanBase {oldest} or later is needed; older are {servers}.':
    '需要 OceanBase {oldest} 或更高版本；版本过低的有 {servers}。',
  '{address} is no server of the cluster: none of them has the SQL port {port}. Give the address of a server, not of a proxy.':
    '{address} 不是该集群的服务器：没有服务器的 SQL 端口是 {port}。请给出服务器的地址，而不是代理的地址。',
  'Server {address} of {zone} is {status}.': '{zone} 的服务器 {address} 为 {status}。',
  'Server {address} of {zone} is stopped (STOP SERVER).': '{zone} 的服务器 {address} 已停止（STOP SERVER）。',
  'No agent was named for {hosts}: processes there cannot be started or stopped from here. Agents can be connected later.':
    '没有为 {hosts} 指定 Agent：无法从这里启动或停止那里的进程。可以稍后连接 Agent。',
  'An agent was named for {host}, which is no host of the cluster.':
    '为 {host} 指定了 Agent，但它不是该集群的主机。',
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
  '{home} holds a server on host {ip}': '主机 {ip} 上的 {home} 中已有服务器',
  'no home is free on host {ip}': '主机 {ip} 上没有空闲的 home 目录',
  'needs returnBy: the time when the server shall start': '需要 returnBy，即服务器启动的时间',
  'a server of which only the service is stopped never goes permanently offline':
    '只停止服务的服务器永远不会进入永久下线',
  'must be in the future': '必须是将来的时间',
  'must be within 31 days': '必须在 31 天以内',
  'it is in state {status}, and only a FAILED subtask can be skipped':
    '它处于状态 {status}，只有 FAILED 的子任务可以跳过',
  'being aborted by {name}': '{name} 正在中止它',
  'running, and not paused': '运行中且未暂停',
  'The command was withdrawn and nothing was changed; look whether that instance runs, and try again':
    '命令已撤回，没有任何改动；请检查该实例是否在运行，然后重试',
  'The metadata database does not answer either, so the command may still be carried out: look at the task before you try again':
    '元数据库也没有应答，因此命令可能仍会执行：请先查看任务，再重试',
  'Events are missing between your last one and this one; read again what you show.':
    '您的上一个事件与此事件之间有缺失；请重新读取所显示的内容。',
  'A consumer of events reads too slowly and is cut off': '事件的接收方读取过慢，已断开',
  'It goes on without.': '跳过此检查，继续进行。',
  'Nothing was done.': '没有任何改动。',
  'Retry when the cluster answers, or roll back and ask again with override cluster-reachable.':
    '请在集群应答后重试，或回滚后以 override cluster-reachable 重新提交。',
  'A process runs in {home} on {ip}; a new server needs a home of its own.':
    '{ip} 的 {home} 中有进程在运行；新服务器需要自己的 home 目录。',
  '{home} on {ip} holds the data of an earlier server, or its agent is too old to tell. Empty the home, or choose another.':
    '{ip} 的 {home} 中有以前服务器的数据，或其 Agent 版本过旧而无法判断。请清空该 home 目录，或另选一个。',
  '{home} on {ip} is empty, and its ports are free.': '{ip} 的 {home} 为空，且端口空闲。',
  '{home} is not one of the homes that the agent of host {ip} may touch':
    '{home} 不是主机 {ip} 的 Agent 可以操作的 home 目录',
  '{count} homes are free on host {ip} and none was named':
    '主机 {ip} 上有 {count} 个空闲的 home 目录，未指定用哪一个',
  '{state} (only a rolling operation can be paused or aborted)': '{state}（只有滚动操作可以暂停或中止）',
  'Stopping this zone is not safe.': '停止该 Zone 不安全。',
  'Stopping these servers is not safe.': '停止这些服务器不安全。',
  'not at all': '不存在',
  '{address} is INACTIVE': '{address} 为 INACTIVE',
  '{address} is DELETING': '{address} 正在 DELETING',
  'zone {zones} ({count} servers)': 'Zone {zones}（{count} 台服务器）',
  'zone {zone} ({status})': 'Zone {zone}（{status}）',
  'Give the present one as currentPassword': '请以 currentPassword 给出当前密码',
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
  'it must have 4 to 48 lower-case letters, digits or . - _, start with a letter and end with a letter or digit':
    '应为 4 到 48 个小写字母、数字或 . - _，以字母开头，以字母或数字结尾',
  'it must have {min} to {max} characters': '长度应为 {min} 到 {max} 个字符',
  'it may hold letters, digits and {specials} only': '只能包含字母、数字和 {specials}',
  'it must hold three of: upper-case letters, lower-case letters, digits, special characters':
    '应包含大写字母、小写字母、数字、特殊字符中的三种',
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
  'The reason given: {reason}': '给出的原因：{reason}',
  'A zone is added once.': '每个 Zone 只添加一次。',
  'A zone is stopped before it is deleted, and two zones must never be stopped at once.':
    '删除 Zone 之前会先停止它，而两个 Zone 不得同时停止。',
  'Add servers to it, or choose another name.': '请向其中添加服务器，或另选名称。',
  'It goes with the zone.': '它随 Zone 一起消失。',
  'Its servers have left the cluster; add the zone anew.': '其服务器已离开集群；请重新添加该 Zone。',
  'Remove the replicas of the tenants from this zone first.': '请先从该 Zone 中移除租户的副本。',
  'Something is stopped in {zones}.': '{zones} 中有已停止的对象。',
  'Start what is stopped there first.': '请先启动那里已停止的对象。',
  'Synchronise the cluster, then ask again.': '请同步集群后重试。',
  'Take the zone out of the locality of these tenants first, and wait until that has finished.':
    '请先将该 Zone 从这些租户的 Locality 中移除，并等待其完成。',
  'The cluster has a zone {zone} already.': '集群中已有 Zone {zone}。',
  'The cluster has a zone {zone} already. Add servers to it, or choose another name.':
    '集群中已有 Zone {zone}。请向其中添加服务器，或另选名称。',
  'The cluster has no zone {zone} any more.': '集群中不再有 Zone {zone}。',
  'The kernel deletes empty zones only.': '内核只删除空的 Zone。',
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
  'Their log streams have a replica there, and count on it for their majority.':
    '它们的日志流在那里有副本，并依赖该副本形成多数派。',
  'There was no server to wait for.': '没有需要等待的服务器。',
  'Units and replicas move within their zone only, so these could not be moved out of it.':
    'Unit 和副本只能在其 Zone 内迁移，因此无法将它们移出。',
  'Zone {zone} is not deleted: {evidence} {meaning} {remedy}':
    '未删除 Zone {zone}：{evidence} {meaning} {remedy}',
  'no zone of the cluster is in IDC {idc}, and its zones are in {count} regions: name one':
    '集群中没有 Zone 位于 IDC {idc}，且其 Zone 分布在 {count} 个地域：请指定一个',
} as const satisfies Record<Message, string>;

export const messages: Translated<{ readonly [Text in Message]: Text }, typeof texts> = texts;
