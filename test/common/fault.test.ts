import {
  blamesTarget,
  candidateFault,
  farmFault,
  farmFaultCodes,
  isConclusive,
  longestFaultMessage,
  longestOperatorName,
  targetFaultCodes,
} from '../../common/fault';

describe('a fault', () => {
  it('is one bounded line, its facts too', () => {
    const long = 'x'.repeat(2 * longestFaultMessage);
    expect(farmFault('tool-failed', ' two\n\tlines\u001b ')).toEqual({
      kind: 'farm-fault',
      code: 'tool-failed',
      message: 'two lines',
    });
    const fault = candidateFault('unsupported-operator', long, {
      unitAsked: 'npu',
      unitFailed: null,
      reason: `a\nb${long}`,
      operator: long,
    });
    expect(fault.message).toHaveLength(longestFaultMessage);
    expect(fault.refusal?.reason).toMatch(/^a bx+$/);
    expect(fault.refusal?.reason).toHaveLength(longestFaultMessage);
    expect(fault.refusal?.operator).toHaveLength(longestOperatorName);
  });

  it('blames the target for tools, and the phone, the model or nobody for the rest', () => {
    expect(farmFaultCodes.filter(blamesTarget)).toEqual([...targetFaultCodes]);
    expect(
      ['disconnected', 'timeout', 'storage-full', 'transfer-failed', 'agent-lost'].filter((code) =>
        blamesTarget(code as 'timeout'),
      ),
    ).toEqual([]);
  });

  it('is conclusive where the runtime judged the model, and not where it died', () => {
    expect(isConclusive('not-fully-delegated')).toBe(true);
    expect([isConclusive('crashed'), isConclusive('out-of-memory')]).toEqual([false, false]);
  });
});
