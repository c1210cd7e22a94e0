import type { SchedulerState } from '../../../../coordinator/schedule/state/scheduler_state';

/** What readers must see, by one plain scan of the state for each figure. */
export function expectedFleet(state: SchedulerState, asked: readonly string[]) {
  const isAttached = (agentId: string): boolean =>
    state.agents.get(agentId)?.state.kind === 'attached';
  const devices = [...state.devices.values()].map((device) => {
    const free = device.state.kind === 'leased' ? device.state.afterwards : device.state;
    const seen =
      free.kind === 'absent' || isAttached(device.agentId)
        ? free
        : {
            kind: 'absent' as const,
            cause: 'agent-lost' as const,
            sinceMs: state.agents.get(device.agentId)?.state.sinceMs ?? state.nowMs,
            returnsTo: free,
          };
    return {
      description: device.description,
      agentId: device.agentId,
      targets: device.targetKeys,
      troubles: device.troubles,
      state: device.state.kind === 'leased' ? { ...device.state, afterwards: seen } : seen,
      busyMs:
        device.state.kind === 'leased'
          ? device.busyMs + state.nowMs - device.state.sinceMs
          : device.busyMs,
      seen,
    };
  });
  const agents = [...state.agents.values()].map((agent) => ({
    agentId: agent.agentId,
    state: agent.state,
    heardAtMs: agent.heardAtMs,
    devices: devices.filter(
      ({ agentId, seen }) => agentId === agent.agentId && seen.kind !== 'absent',
    ).length,
  }));
  const queuedFor = (target: string): number =>
    state.jobs.count((open) => open.state.kind === 'queued' && open.targetKey === target);
  const names = [
    ...devices.flatMap(({ targets }) => targets),
    ...state.jobs.map((open) => open.targetKey).values(),
  ];
  const targets = [...new Set(names)].sort().flatMap((target) => {
    const offering = devices.filter((device) => device.targets.includes(target));
    // A job at work for a target that nobody offers any more is no reason to show it.
    if (offering.length === 0 && queuedFor(target) === 0) return [];
    const isFailed = (device: (typeof devices)[number]): boolean =>
      device.troubles.get(target)?.kind === 'quarantined';
    const sound = offering.filter((device) => !isFailed(device));
    const idle = sound.filter((device) => device.state.kind === 'idle').length;
    const busy = sound.filter((device) => device.state.kind === 'leased').length;
    return [
      {
        target,
        idle,
        busy,
        unavailable: offering.length - idle - busy,
        quarantined: offering.length - sound.length,
        queued: queuedFor(target),
        virtual: offering.filter(({ description }) => description.kind === 'virtual').length,
      },
    ];
  });
  return {
    agents,
    // Equal to one without it.
    devices: devices.map((device) => ({ ...device, seen: undefined })),
    targets,
    deviceCounts: asked.map(
      (target) =>
        devices.filter(
          ({ targets: offered, seen }) =>
            offered.includes(target) && seen.kind !== 'absent' && seen.kind !== 'drained',
        ).length,
    ),
  };
}
