import type { CandidateFault, FarmFault } from '../../../common/fault';
import type { Unit } from '../../../common/target';
import type { ToolOutput } from '../tool/runtime_adapter';
import { errorLines, toolLines } from '../tool/tool_text';
import { findDelegationRefusal, refusedDelegation } from './delegation_refusal';
import { exitFault } from './exit_status';
import { findModelRefusal } from './model_refusal';
import { findAcceleratorFailure, findToolTrouble, isCpu } from './tool_trouble';

/**
 * Why a tool that gave no measurement failed, on the unit that was asked for. What troubles the tool itself comes
 * first, since a runtime without its library goes on to refuse the model; then what it says about the model; then how
 * it died. A fault is the model's only where the tool says so: what is unknown is the farm's, with the tool's words.
 */
export function toolFailure(
  tool: string,
  output: ToolOutput,
  unit: Unit,
): CandidateFault | FarmFault {
  const text = `${output.stdout}\n${output.stderr}`;
  const lines = toolLines(text);
  const trouble = findToolTrouble(lines, unit);
  if (trouble !== null) return trouble;
  const refusal = findDelegationRefusal(lines);
  if (refusal !== undefined && !isCpu(unit))
    return refusedDelegation({ lines, errors: errorLines(text) }, unit, refusal);
  const refused = findModelRefusal(lines, unit, isCpu(unit));
  const failedRun = findAcceleratorFailure(lines, unit);
  if (refused !== null && !(failedRun !== null && refused.code === 'out-of-memory')) return refused;
  return failedRun ?? exitFault(tool, output.exitCode, lines, unit);
}
