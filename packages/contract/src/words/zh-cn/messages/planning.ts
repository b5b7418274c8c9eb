import type { planningMessages } from '../../messages/planning.ts';

export const planningTexts = {
  '{count} leaders are still there': '仍有 {count} 个 Leader',
  '{addresses} are DELETING.': '{addresses} 正在 DELETING。',
  '{addresses} are not in DBA_OB_SERVERS.': '{addresses} 不在 DBA_OB_SERVERS 中。',
  'Stopping this server is not safe.': '停止该服务器不安全。',
  'No process is running.': '没有进程在运行。',
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
  'A started server becomes active only when a majority of the cluster runs.':
    '只有集群的多数派在运行，启动的服务器才会变为 ACTIVE。',
  'When the whole cluster is down, start the cluster instead.': '如果整个集群都已停止，请改为启动集群。',
  'It is not known whether the cluster still knows what is to be started.':
    '不知道集群是否仍认识要启动的对象。',
  'The cluster knows {address}.': '集群认识 {address}。',
  'The cluster does not know this server; it would never become active.':
    '集群不认识该服务器；它永远不会变为 ACTIVE。',
  '{names} not stopped.': '{names} 未停止。',
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
  'Every server serves, and every replica has caught up with its leader.':
    '每台服务器都在服务中，每个副本都已追平其 Leader。',
  '{count} things are not as they should be: {problems}.': '有 {count} 处异常：{problems}。',
  '{address} is not in service': '{address} 不在服务中',
  '{stream} shows two leaders': '{stream} 显示两个 Leader',
  '{stream} has a member list that cannot be read': '{stream} 的成员列表无法解析',
  '{stream} has no live replica on {address}': '{stream} 在 {address} 上没有存活的副本',
  '{stream} is behind on {address}': '{stream} 在 {address} 上的副本落后',
  'A rolling operation takes one server after the other down, and needs all others whole.':
    '滚动操作会逐台停止服务器，要求其余服务器全部正常。',
  'Repair them first, or wait until they have caught up.': '请先修复，或等待副本追平。',
  'With fewer than {count} zones log streams lose their majority while a server restarts: it is no rolling restart then.':
    '少于 {count} 个 Zone 时，重启一台服务器期间日志流会失去多数派：这就不是滚动重启了。',
  'Accept the interruption with force, or stop and start the cluster.':
    '请用强制选项接受服务中断，或停止后再启动集群。',
  'To keep it serving, stop or restart it zone by zone.': '如需保持服务，请逐个 Zone 停止或重启。',
  'All tenants lose service until the cluster is started again.': '在集群重新启动之前，所有租户都没有服务。',
  'The cluster cannot be asked: {why}.': '无法询问集群：{why}。',
  '{count} tenants are served: {tenants}.': '正在为 {count} 个租户提供服务：{tenants}。',
  'The tenants could not be read: {reason}.': '无法读取租户：{reason}。',
  '{address} holds what cannot be told ({reason})': '{address} 持有的内容无法得知（{reason}）',
  'a replica of {stream}': '{stream} 的一个副本',
  'a vote in {stream}': '{stream} 的投票成员资格',
  '{stream} has no leader, so its members are not known': '{stream} 没有 Leader，因此无法得知其成员',
  'the member list of {stream} cannot be read': '{stream} 的成员列表无法解析',
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
  'no server of the cluster answers': '集群没有任何服务器应答',
  'no server of the cluster answered': '集群没有任何服务器应答',
  '{address} is ACTIVE and has not started service yet': '{address} 为 ACTIVE，但尚未开始服务',
  '{address} is still shown as before its restart': '{address} 仍显示为重启前的状态',
  'catching up: {streams}': '正在追平：{streams}',
  '{address} is the server to stop': '{address} 是要停止的服务器',
  '{address} has not started service': '{address} 尚未开始服务',
  '{address} is in zone {zone}, which is {status}': '{address} 所在的 Zone {zone} 为 {status}',
  '{address} shows no live replica': '{address} 没有显示存活的副本',
  '{address} in zone {zone} is {status}, already marked stopped.':
    'Zone {zone} 中的 {address} 为 {status}，已标记为停止。',
  "{stream} has the member list '{text}', which cannot be read": '{stream} 的成员列表为“{text}”，无法解析',
  '{stream} would keep {valid} of {replicas} members, {needed} are needed ({excluded})':
    '{stream} 的 {replicas} 个成员将只剩 {valid} 个，需要 {needed} 个（{excluded}）',
  '{stream} would have {count} members in sync, {needed} are needed (more than 5 s behind: {lagging})':
    '{stream} 将只有 {count} 个已同步的成员，需要 {needed} 个（落后 5 秒以上：{lagging}）',
  'SQL connections to the servers of the cluster': '到集群各服务器的 SQL 连接',
  'age of the observation': '观察的新旧',
  'zones of the cluster': '集群的 Zone',
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
  'If nobody restarted it on purpose look at log/observer.log. The next start or stop from here settles this.':
    '如果没有人有意重启它，请查看 log/observer.log。下一次从这里启动或停止后，此项即消除。',
  'Give the present password of root@sys: changePassword with currentPassword and newPassword (it may be the same).':
    '请提供 root@sys 的当前密码：调用 changePassword，给出 currentPassword 和 newPassword（二者可以相同）。',
  'This version of OpenOCP cannot do it.': '此版本的 OpenOCP 不支持该操作。',
  'Task {taskId} ({taskName}) of {username} holds the cluster and is not finished.':
    '{username} 的任务 {taskId}（{taskName}）占用着集群，尚未结束。',
  'No agent is connected on {hosts}; connect it first (connectAgents of the cluster).':
    '{hosts} 上没有已连接的 Agent；请先连接（集群的 connectAgents）。',
  'Not in state {status}; possible in {allowed}.': '状态 {status} 下不可用；可用的状态：{allowed}。',
  '{task} in zone {zones}': '{task}（Zone {zones}）',
  'The cluster does not tell its name and id (parameters cluster and cluster_id).':
    '集群没有给出其名称和 id（参数 cluster 和 cluster_id）。',
  'The cluster shows no rows in {view}.': '集群的 {view} 中没有记录。',
  'OceanBase {oldest} or later is needed; older are {servers}.':
    '需要 OceanBase {oldest} 或更高版本；版本过低的有 {servers}。',
  '{address} is no server of the cluster: none of them has the SQL port {port}. Give the address of a server, not of a proxy.':
    '{address} 不是该集群的服务器：没有服务器的 SQL 端口是 {port}。请给出服务器的地址，而不是代理的地址。',
  'Server {address} of {zone} is stopped (STOP SERVER).': '{zone} 的服务器 {address} 已停止（STOP SERVER）。',
  'No agent was named for {hosts}: processes there cannot be started or stopped from here. Agents can be connected later.':
    '没有为 {hosts} 指定 Agent：无法从这里启动或停止那里的进程。可以稍后连接 Agent。',
  'An agent was named for {host}, which is no host of the cluster.':
    '为 {host} 指定了 Agent，但它不是该集群的主机。',
  'Stopping this zone is not safe.': '停止该 Zone 不安全。',
  'Stopping these servers is not safe.': '停止这些服务器不安全。',
  '{address} is DELETING': '{address} 正在 DELETING',
  'it is given twice': '重复给出',
  'there is no such parameter': '没有该参数',
  'it is read-only': '它是只读的',
  '"{value}" is no value of type {dataType}': '“{value}”不是类型 {dataType} 的值',
  'Too big: expected array to have <={max} items': '过多：最多 {max} 项',
  'Too small: expected array to have >={min} items': '过少：至少 {min} 项',
  'OceanBase error {errno} ({sqlState}): {text}': 'OceanBase 错误 {errno}（{sqlState}）：{text}',
  'Synchronise the cluster.': '请同步集群。',
  'A zone is added once.': '每个 Zone 只添加一次。',
  'A zone is stopped before it is deleted, and two zones must never be stopped at once.':
    '删除 Zone 之前会先停止它，而两个 Zone 不得同时停止。',
  'Remove the replicas of the tenants from this zone first.': '请先从该 Zone 中移除租户的副本。',
  'Something is stopped in {zones}.': '{zones} 中有已停止的对象。',
  'Start what is stopped there first.': '请先启动那里已停止的对象。',
  'Synchronise the cluster, then ask again.': '请同步集群后重试。',
  'Take the zone out of the locality of these tenants first, and wait until that has finished.':
    '请先将该 Zone 从这些租户的 Locality 中移除，并等待其完成。',
  'The kernel deletes empty zones only.': '内核只删除空的 Zone。',
  'Their log streams have a replica there, and count on it for their majority.':
    '它们的日志流在那里有副本，并依赖该副本形成多数派。',
  'Units and replicas move within their zone only, so these could not be moved out of it.':
    'Unit 和副本只能在其 Zone 内迁移，因此无法将它们移出。',
} as const satisfies Record<(typeof planningMessages)[number], string>;
