/** Spaces of few enough networks that all of them can be looked at. */
export const smallConvYaml = `
kind: conv
name: two
imageSize: 16
classes: 3
stem: { kind: conv, channels: 16, activation: relu }
choices: { cell: [depthwise], kernel: [3, 5], expansion: [1, 2, 4], depth: [1, 2], width: [0.5, 1], activation: [relu, swish], attention: [none] }
blocks: [{ channels: 16, stride: 1 }, { channels: 24, stride: 2 }]
head: { kind: pool }
rules:
  - { forbid: { kernel: [5], depth: [2] }, blocks: [2] }
  - { forbid: { activation: [swish] }, targets: { unit: [npu], precision: [int8] } }
`;

export const smallTransformerYaml = `
kind: transformer
name: patches
imageSize: 32
classes: 4
stem: { kind: patch, channels: 32, size: 8 }
choices: { depth: [1, 2], heads: [1, 2], mlpRatio: [1, 2], embedding: [16, 32] }
blocks: [{}, {}]
head: { kind: token }
rules:
  - { forbid: { heads: [2], embedding: [16] } }
`;

export const smallCellsYaml = `
kind: cells
name: cells
cells: nasbench201
cellsPerStage: 1
`;
