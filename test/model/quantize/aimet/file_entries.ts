import {
  type AimetEncoding,
  type AimetEncodings,
} from '../../../../model/quantize/aimet/aimet_encoding';

/** As in AIMET's specification of the format. */
const perTensor: AimetEncoding = {
  bits: 8,
  isSymmetric: false,
  granularity: 'tensor',
  scales: [0.0185],
  offsets: [-114],
};

const perChannel: AimetEncoding = {
  bits: 8,
  isSymmetric: true,
  granularity: 'channel',
  scales: [0.0005, 0.0004],
  offsets: [-128, -128],
};

export const example: AimetEncodings = {
  activations: new Map([['20', perTensor]]),
  parameters: new Map([['conv2.weight', perChannel]]),
  floats: [],
};

export const entry0 = {
  bitwidth: 8,
  dtype: 'int',
  is_symmetric: 'False',
  max: 2.6085,
  min: -2.109,
  offset: -114,
  scale: 0.0185,
};

export const entry1 = {
  name: '20',
  enc_type: 'PER_TENSOR',
  dtype: 'INT',
  bw: 8,
  is_sym: false,
  scale: [0.0185],
  offset: [-114],
};

export const channel1 = {
  name: 'conv2.weight',
  enc_type: 'PER_CHANNEL',
  dtype: 'INT',
  bw: 8,
  is_sym: true,
  scale: [0.0005, 0.0004],
  offset: [-128, -128],
};
