/** The accuracy predictors of references; each is kept as it was fitted. */
export interface PredictorRecords {
  /** Returns its version, counted from 1; the newest one of equal content again changes nothing. */
  save(referenceDigest: string, json: string): Promise<number>;
  newest(
    referenceDigest: string,
  ): Promise<{ readonly version: number; readonly json: string } | undefined>;
}
