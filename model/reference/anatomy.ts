import type { Graph } from '../onnx/graph';
import { ok, type Result } from '../../common/result';
import { candidatesAmong } from './candidates';
import { cutTensorsOf, type CutTensor } from './cut_tensor';
import { profileOf, type Profile } from './profile';
import { stagesOf, type ReferenceStage } from './stages';

/** What a canonical graph is made of, as far as cutting it is concerned. */
export interface Anatomy {
  readonly profile: Profile;
  /** Every tensor at which the network may be cut. */
  readonly cuts: readonly CutTensor[];
  /** Of those the ones that somebody might want. */
  readonly candidates: readonly CutTensor[];
  readonly stages: readonly ReferenceStage[];
}

export function anatomyOf(graph: Graph): Result<Anatomy, string> {
  const profile = profileOf(graph);
  if (!profile.ok) return profile;
  const cuts = cutTensorsOf(profile.value);
  const candidates = candidatesAmong(cuts, profile.value);
  return ok({
    profile: profile.value,
    cuts,
    candidates,
    stages: stagesOf(candidates, profile.value),
  });
}
