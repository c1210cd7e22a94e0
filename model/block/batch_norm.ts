/** Added to the variance in every batch normalization that is trained here; PyTorch's default. */
export const batchNormEpsilon = 1e-5;
